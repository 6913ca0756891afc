package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

const (
	protocol     = "jawort.v1"
	ticketPrefix = "ticket."
	maxFrame     = 16 << 10
	// silence is how long a socket may say nothing, pings included, before it counts as broken.
	silence = 60 * time.Second

	closeTicket = 4401
	closeLost   = 4410
)

// socket holds one websocket until it ends.
func (w *watcher) socket(ctx context.Context) error {
	conn, err := w.dial(ctx)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	defer conn.Close()
	conn.SetReadLimit(maxFrame)
	heard(conn)
	for {
		_, frame, err := conn.ReadMessage()
		if err != nil {
			return ending(err)
		}
		if err := w.frame(frame); err != nil {
			return err
		}
		heard(conn)
	}
}

func (w *watcher) dial(ctx context.Context) (*websocket.Conn, error) {
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: 10 * time.Second, ReadBufferSize: 1024, WriteBufferSize: 256}
	if w.Dialer != nil {
		dialer = *w.Dialer
	}
	dialer.Subprotocols = []string{protocol, ticketPrefix + w.Ticket}
	conn, resp, err := dialer.DialContext(ctx, w.URL, http.Header{"Origin": {w.Origin}})
	if err == nil && conn.Subprotocol() != protocol {
		conn.Close()
		return nil, fmt.Errorf("browser: the server chose the subprotocol %q", conn.Subprotocol())
	}
	if err != nil && resp != nil && resp.StatusCode == http.StatusForbidden {
		return nil, fmt.Errorf("%w: %w", ErrOrigin, err)
	}
	return conn, err // any other refusal may be a proxy's: polling finds out
}

// heard gives the server the time until its next frame or ping.
func heard(conn *websocket.Conn) {
	conn.SetReadDeadline(time.Now().Add(silence))
	conn.SetPingHandler(func(data string) error {
		conn.SetReadDeadline(time.Now().Add(silence))
		err := conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
		if errors.Is(err, websocket.ErrCloseSent) {
			return nil
		}
		return err
	})
}

func (w *watcher) frame(b []byte) error {
	var f struct {
		Type string `json:"type"`
		State
	}
	if err := json.Unmarshal(b, &f); err != nil {
		return fmt.Errorf("browser: unreadable frame: %w", err)
	}
	if f.Type != "state" {
		return nil // a newer server says more
	}
	w.failures = 0
	return w.tell(f.State)
}

// ending tells the final closes from those after which the page comes back.
func ending(err error) error {
	switch {
	case websocket.IsCloseError(err, closeTicket):
		return fmt.Errorf("%w: %w", ErrTicket, err)
	case websocket.IsCloseError(err, closeLost):
		return fmt.Errorf("%w: %w", ErrLost, err)
	default:
		return err
	}
}
