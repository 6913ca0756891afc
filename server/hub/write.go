package hub

import (
	"encoding/json"
	"time"

	"github.com/gorilla/websocket"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
)

type frame struct {
	Type      string             `json:"type"`
	Status    approval.Status    `json:"status"`
	Method    approval.Method    `json:"method,omitempty"`
	Number    string             `json:"number,omitempty"`
	Methods   []approval.Method  `json:"methods,omitzero"`
	Activate  *approval.Activate `json:"activate,omitempty"`
	Delivery  *approval.Delivery `json:"delivery,omitempty"`
	Code      approval.Code      `json:"code,omitzero"`
	ExpiresAt *time.Time         `json:"expires_at,omitempty"`
	ClosesAt  *time.Time         `json:"closes_at,omitempty"`
	Support   account.Texts      `json:"support,omitzero"`
}

func (v View) frame() frame {
	if v.Status.Ended() {
		return frame{Type: "state", Status: v.Status, Method: v.Method}
	}
	return frame{
		Type: "state", Status: v.Status, Number: v.Number, Methods: v.Methods, Activate: v.Activate, Delivery: &v.Delivery,
		ExpiresAt: &v.ExpiresAt, ClosesAt: &v.ClosesAt, Support: v.Support, Code: v.Code,
	}
}

// write sends what is due to the sockets, in turn, until the hub has closed.
func (h *Hub) write() error {
	for s, due, view := h.next(nil); s != nil; s, due, view = h.next(s) {
		if err := h.send(s, due, view); err != nil {
			h.metrics.dropped.WithLabelValues("slow").Inc()
			s.hangUp()
		}
	}
	return nil
}

func (h *Hub) send(s *socket, due work, v View) error {
	if due.frame {
		if err := h.sendState(s, v); err != nil {
			return err
		}
	}
	if due.code != 0 {
		s.sayGoodbye(due.code, "")
		return nil
	}
	if due.ping {
		return s.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWait))
	}
	return nil
}

func (h *Hub) sendState(s *socket, v View) error {
	b, err := json.Marshal(v.frame())
	if err != nil {
		return err
	}
	if err := s.conn.SetWriteDeadline(time.Now().Add(writeWait)); err != nil {
		return err
	}
	if err := s.conn.WriteMessage(websocket.TextMessage, b); err != nil {
		return err
	}
	h.metrics.frames.Inc()
	return nil
}
