package pushtest

import (
	"context"
	"errors"
	"net/http"

	"github.com/gorilla/websocket"
)

// frame is what Firefox and its push service say to each other.
type frame struct {
	Type     string            `json:"messageType,omitempty"`
	Status   int               `json:"status,omitempty"`
	Agent    string            `json:"uaid,omitempty"`
	WebPush  bool              `json:"use_webpush,omitempty"`
	Channel  string            `json:"channelID,omitempty"`
	Key      string            `json:"key,omitempty"`
	Endpoint string            `json:"pushEndpoint,omitempty"`
	Version  string            `json:"version,omitempty"`
	Data     string            `json:"data,omitempty"`
	Headers  map[string]string `json:"headers,omitempty"`
	Updates  []update          `json:"updates,omitempty"`
}

type update struct {
	Version string `json:"version"`
	Code    Ack    `json:"code"`
}

// connect talks with the browser until either ends it.
func (a *Autopush) connect(w http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{Subprotocols: []string{"push-notification"}}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	defer func() { _ = conn.Close() }()
	unhook := context.AfterFunc(r.Context(), func() { _ = conn.Close() })
	defer unhook()
	a.mu.Lock()
	a.browser = conn
	a.mu.Unlock()
	for {
		var f frame
		if conn.ReadJSON(&f) != nil || a.answer(f) != nil {
			return
		}
	}
}

func (a *Autopush) answer(f frame) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch f.Type {
	case "":
		return a.write(frame{}) // a ping
	case "hello":
		return a.write(frame{Type: "hello", Status: http.StatusOK, Agent: a.agent, WebPush: true})
	case "register":
		return a.write(a.register(f.Channel, f.Key))
	case "unregister":
		a.unregister(f.Channel)
		return a.write(frame{Type: "unregister", Channel: f.Channel, Status: http.StatusOK})
	case "ack":
		a.acknowledge(f.Updates)
	}
	return nil
}

var errAway = errors.New("pushtest: the browser is not connected")

// write sends a frame to the browser. The caller holds the lock, since a connection takes one writer at a time.
func (a *Autopush) write(f frame) error {
	if a.browser == nil {
		return errAway
	}
	return a.browser.WriteJSON(f)
}
