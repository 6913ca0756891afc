package edge_test

import (
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/jawort/jawort/edge"
)

// arrivals is a listener that gives out connections which seem to come from elsewhere.
type arrivals struct {
	net.Listener
	from chan *arrival
}

type arrival struct {
	net.Conn
	peer   netip.Addr
	closed bool
}

func (a *arrival) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(a.peer, 1234))
}
func (a *arrival) Close() error { a.closed = true; return nil }

func (a arrivals) Accept() (net.Conn, error) {
	if next, ok := <-a.from; ok {
		return next, nil
	}
	return nil, io.EOF
}

// accepted lets connections come and returns those that may stay.
func accepted(t *testing.T, l net.Listener, a arrivals, peers ...string) (staying []net.Conn, all []*arrival) {
	t.Helper()
	for _, p := range peers {
		all = append(all, &arrival{peer: netip.MustParseAddr(p)})
		a.from <- all[len(all)-1]
	}
	close(a.from)
	for {
		conn, err := l.Accept()
		if errors.Is(err, io.EOF) {
			return staying, all
		}
		if err != nil {
			t.Fatal(err)
		}
		staying = append(staying, conn)
	}
}

func TestASourceHasOnlySoManyConnectionsAtOnce(t *testing.T) {
	t.Parallel()
	s := edge.NewSources(edge.Proxies{Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}, edge.Limits{Connections: 2})
	a := arrivals{from: make(chan *arrival, 16)}
	staying, all := accepted(t, s.Listen(a), a,
		"203.0.113.9", "203.0.113.9", "203.0.113.9", "2001:db8::1", "2001:db8::2", "2001:db8::3", "203.0.113.10", "10.0.0.1", "10.0.0.1", "10.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1")
	if len(staying) != 11 || !all[2].closed || !all[5].closed {
		t.Fatalf("%d of %d stay; the third of a source is closed: %v, %v", len(staying), len(all), all[2].closed, all[5].closed)
	}
	for range 2 { // closed twice, it leaves once
		_ = staying[0].Close()
	}
	b := arrivals{from: make(chan *arrival, 16)}
	if again, _ := accepted(t, s.Listen(b), b, "203.0.113.9", "203.0.113.9"); len(again) != 1 {
		t.Errorf("%d more stay after one was closed", len(again))
	}
}

func TestBehindAProxyThatNobodyNamedConnectionsAreNotCounted(t *testing.T) {
	t.Parallel()
	s := edge.NewSources(edge.Proxies{Unnamed: true}, edge.Limits{Connections: 1})
	a := arrivals{from: make(chan *arrival, 16)}
	if staying, _ := accepted(t, s.Listen(a), a, "10.0.0.1", "10.0.0.1"); len(staying) != 2 {
		t.Errorf("%d stay", len(staying))
	}
}

func TestWhatIsRefusedForItsSourceIsCountedForAllFacesOfAProcess(t *testing.T) {
	t.Parallel()
	reg := prometheus.NewRegistry()
	s := edge.NewSources(edge.Proxies{}, edge.Limits{Connections: 1, Requests: 1, Burst: 2})
	now := func() time.Time { return time.Unix(1, 0) }
	for _, service := range []string{"one", "other"} {
		m := edge.NewMux(edge.Options{Service: service, Log: slog.New(slog.DiscardHandler), Metrics: reg, Random: rand.Reader, Now: now, Sources: s})
		for range 4 { // two of the eight may, whichever face they ask
			r := get("/nowhere")
			r.RemoteAddr = "203.0.113.9:1234"
			m.ServeHTTP(httptest.NewRecorder(), r)
		}
	}
	a := arrivals{from: make(chan *arrival, 16)}
	accepted(t, s.Listen(a), a, "203.0.113.9", "203.0.113.9", "203.0.113.9", "203.0.113.9")
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		if f.GetName() == "jawort_source_refusals_total" {
			for _, m := range f.GetMetric() {
				got[m.GetLabel()[0].GetValue()] = m.GetCounter().GetValue()
			}
		}
	}
	if want := map[string]float64{"request": 6, "connection": 3}; !maps.Equal(got, want) {
		t.Errorf("counted %v, want %v", got, want)
	}
}
