package hub

import (
	"errors"
	"net/http"

	"github.com/gorilla/websocket"

	"github.com/jawort/jawort/refusal"
)

// Subprotocol is the one that is selected.
const Subprotocol = "jawort.v1"

// Close codes of our own. Both are final: coming back with the same ticket does not help.
const (
	CloseBadTicket = 4401
	CloseLost      = 4410
)

var errHandshake = refusal.New(refusal.Malformed, "websocket-expected",
	"This address speaks the websocket protocol, version 13, over HTTP/1.1.")

// Accept upgrades a request that offers Subprotocol, and keeps the socket until the approval has ended. It returns once the socket is
// registered, so that net/http frees what the request held.
func (h *Hub) Accept(w http.ResponseWriter, r *http.Request, id string, v View) error {
	conn, err := h.upgrade(w, r)
	if err != nil {
		return err
	}
	s := &socket{conn: conn, approval: id}
	s.heard.Store(h.options.Now().Unix())
	if code := h.join(s, v); code != 0 {
		h.metrics.dropped.WithLabelValues("full").Inc()
		turnAway(conn, code)
		return nil
	}
	go h.read(s)
	return nil
}

// Refuse upgrades the request only to close it with code: browsers hide the HTTP status of a refused upgrade from
// the page.
func (h *Hub) Refuse(w http.ResponseWriter, r *http.Request, code int) error {
	conn, err := h.upgrade(w, r)
	if err != nil {
		return err
	}
	turnAway(conn, code)
	return nil
}

func (h *Hub) upgrade(w http.ResponseWriter, r *http.Request) (*websocket.Conn, error) {
	// Left to the upgrader, the choice would be a part of the request's header, which then lives as long as the socket,
	// ticket and all.
	selected := http.Header{"Sec-Websocket-Protocol": {Subprotocol}}
	conn, err := h.upgrader.Upgrade(w, r, selected)
	var handshake websocket.HandshakeError
	if errors.As(err, &handshake) {
		return nil, errHandshake.Because(err)
	}
	return conn, err
}

// turnAway closes the connection after the peer has answered, or has had the time to.
func turnAway(conn *websocket.Conn, code int) {
	defer conn.Close()
	s := &socket{conn: conn}
	s.sayGoodbye(code, "")
	conn.SetReadLimit(readLimit)
	_, _, _ = conn.NextReader() // the peer's close, or the deadline
}

// allowed leaves the Origin to whoever let the request in.
func allowed(*http.Request) bool { return true }

// silent leaves the answer to a failed handshake to whoever called Accept.
func silent(http.ResponseWriter, *http.Request, int, error) {}
