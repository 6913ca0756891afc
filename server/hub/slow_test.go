package hub_test

import (
	"net"
	"strconv"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/jawort/jawort/approval"
)

// narrow gives every connection the smallest send buffer that there is, so that a peer that reads nothing fills it soon.
type narrow struct{ net.Listener }

func (l narrow) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(1)
	}
	return c, err
}

// deafDialer opens connections that take next to nothing.
func deafDialer() *websocket.Dialer {
	return &websocket.Dialer{
		NetDial: func(network, addr string) (net.Conn, error) {
			c, err := net.Dial(network, addr)
			if tcp, ok := c.(*net.TCPConn); ok {
				_ = tcp.SetReadBuffer(1)
			}
			return c, err
		},
	}
}

func TestAPeerThatCannotTakeAFrameIsDroppedAndHoldsUpNobody(t *testing.T) {
	t.Parallel()
	b := start(t)
	const deaf = 40 // more than there are workers
	for n := range deaf {
		conn, _, err := deafDialer().DialContext(t.Context(), b.url+"apr_deaf_"+strconv.Itoa(n), nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
	}
	well := b.join(t, "apr_well")
	next(t, well)
	for n := 1; b.count(t, "jawort_hub_dropped_total") < deaf; n++ {
		for d := range deaf {
			b.deliver("apr_deaf_"+strconv.Itoa(d), n)
			b.Wake("apr_deaf_" + strconv.Itoa(d))
		}
		b.deliver("apr_well", n)
		b.Wake("apr_well")
		for s := next(t, well); s.Delivery.Sent != n; s = next(t, well) {
		}
	}
	b.end("apr_well", approval.StatusApproved)
	b.Wake("apr_well")
	for s := next(t, well); s.Status != "approved"; s = next(t, well) {
	}
}
