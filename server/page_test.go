package server_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// page is a browser's end of the socket.
type page struct {
	i    *instance
	conn *websocket.Conn
	resp *http.Response
}

// open opens the socket as a browser would; the ticket may be empty.
func (i *instance) open(approvalID, ticket, from string) (page, error) {
	i.Helper()
	return i.openWith(approvalID, []string{"jawort.v1", "ticket." + ticket}, from)
}

func (i *instance) openWith(approvalID string, protocols []string, from string) (page, error) {
	i.Helper()
	h := http.Header{}
	if from != "" {
		h.Set("Origin", from)
	}
	dialer := websocket.Dialer{Subprotocols: protocols, HandshakeTimeout: patient}
	conn, resp, err := dialer.DialContext(i.Context(), "ws"+strings.TrimPrefix(i.URL, "http")+"/v1/approvals/"+approvalID+"/socket", h)
	if err != nil {
		return page{resp: resp}, err
	}
	i.Cleanup(func() { _ = conn.Close() })
	return page{i: i, conn: conn, resp: resp}, nil
}

// wait opens the socket that a creation's answer names.
func (i *instance) wait(a answer) page {
	i.Helper()
	p, err := i.open(a.text("id"), a.text("socket", "ticket"), origin)
	i.must(err)
	return p
}

type frame struct {
	Type      string    `json:"type"`
	Status    string    `json:"status"`
	Method    string    `json:"method"`
	Number    string    `json:"number"`
	Methods   []string  `json:"methods"`
	ExpiresAt time.Time `json:"expires_at"`
	ClosesAt  time.Time `json:"closes_at"`
	Delivery  struct {
		Sent, Failed, Received int
	} `json:"delivery"`
	Code    struct{ Method, State string } `json:"code"`
	Support map[string]string              `json:"support"`
}

// next returns the next frame.
func (p page) next() frame {
	p.i.Helper()
	f, err := p.read()
	p.i.must(err)
	return f
}

func (p page) read() (frame, error) {
	_ = p.conn.SetReadDeadline(time.Now().Add(patient))
	_, b, err := p.conn.ReadMessage()
	if err != nil {
		return frame{}, err
	}
	var f frame
	return f, json.Unmarshal(b, &f)
}

// until returns the first frame with this status.
func (p page) until(status string) frame {
	p.i.Helper()
	for {
		if f := p.next(); f.Status == status {
			return f
		}
	}
}

// closed returns the code with which the server closes, after whatever else it sends.
func (p page) closed() int {
	p.i.Helper()
	for {
		_, err := p.read()
		var c *websocket.CloseError
		if errors.As(err, &c) {
			return c.Code
		}
		if err != nil {
			p.i.Fatalf("the socket broke instead of being closed: %v", err)
		}
	}
}
