package hub

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

const (
	readLimit  = 512
	maxControl = 64 // pings and pongs between two visits of the wheel
)

var errFlood = errors.New("hub: more control frames than a browser sends")

// socket is one browser that waits.
type socket struct {
	conn     *websocket.Conn
	approval string
	slot     uint8
	heard    atomic.Int64 // unix seconds
	inbound  atomic.Int32

	// Guarded by Hub.mu.
	watch   *watch
	due     work
	asked   bool // the stores were asked since it joined
	told    bool // it has been told where the approval stands
	closing bool // nothing more is due after what is
	taken   bool // in the queue, or with a worker
	behind  *socket
}

// work is what is due to a socket.
type work struct {
	frame bool // the state
	ping  bool
	code  int // a close; 0: none
}

// read consumes what the browser sends, which is nothing but control frames, and forgets the socket at its end. It alone
// closes the connection: closing may block (TLS says good-bye), and here that holds up nobody.
func (h *Hub) read(s *socket) {
	defer h.readers.Done()
	defer s.conn.Close()
	defer h.leave(s)
	s.conn.SetReadLimit(readLimit)
	s.conn.SetPongHandler(func(string) error { return h.heard(s) })
	answer := s.conn.PingHandler()
	s.conn.SetPingHandler(func(data string) error {
		if err := h.heard(s); err != nil {
			return err
		}
		return answer(data)
	})
	_, _, err := s.conn.NextReader()
	if err == nil || errors.Is(err, errFlood) {
		h.metrics.dropped.WithLabelValues("talkative").Inc()
		s.sayGoodbye(websocket.ClosePolicyViolation, "clients send nothing")
	}
}

func (h *Hub) heard(s *socket) error {
	s.heard.Store(h.options.Now().Unix())
	if s.inbound.Add(1) > maxControl {
		return errFlood
	}
	return nil
}

// sayGoodbye sends a close and leaves the peer some time to answer.
func (s *socket) sayGoodbye(code int, reason string) {
	_ = s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), time.Now().Add(writeWait))
	_ = s.conn.NetConn().SetReadDeadline(time.Now().Add(closeWait))
}

// hangUp ends the reader, and so the socket, without blocking.
func (s *socket) hangUp() {
	_ = s.conn.NetConn().SetReadDeadline(time.Unix(1, 0))
}
