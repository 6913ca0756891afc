package pushtest

import (
	"encoding/base64"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Autopush stands in for Mozilla's push service, for one Firefox: its websocket is what dom.push.serverURL points at.
// The browser makes the keys of its subscriptions and keeps them, so only the browser can say what a push held.
type Autopush struct {
	*host
	now       func() time.Time
	agent     string // the browser's name, which it is given and gives back when it connects anew
	delivered chan Delivery

	mu            sync.Mutex
	browser       *websocket.Conn
	subscriptions map[string]registration // by the name in the endpoint
	underway      map[string]Delivery     // by version: sent to the browser and not acknowledged
}

// Delivery is a push that the browser was handed and has answered.
type Delivery struct {
	Endpoint string
	Header   http.Header
	Ack      Ack
}

// Ack is a browser's answer to a push.
type Ack int

// What Firefox answers.
const (
	Decrypted    Ack = 100 // and its service worker has it
	Undecrypted  Ack = 101
	NotDelivered Ack = 102
)

// registration is a subscription: the browser's channel, and the key of the only application server that may send.
type registration struct{ channel, vapid string }

// NewAutopush opens a stand-in.
func NewAutopush(now func() time.Time) (*Autopush, error) {
	a := &Autopush{
		now: now, agent: randomText(32), delivered: make(chan Delivery, inboxSize),
		subscriptions: map[string]registration{}, underway: map[string]Delivery{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", a.connect)
	mux.HandleFunc("POST /push/{name}", a.message)
	var err error
	if a.host, err = open(mux, nil); err != nil {
		return nil, err
	}
	return a, nil
}

// ServerURL returns what dom.push.serverURL is set to.
func (a *Autopush) ServerURL() string { return "ws://" + a.addr + "/" }

// Deliveries returns the pushes that the browser has answered. A full channel drops what comes.
func (a *Autopush) Deliveries() <-chan Delivery { return a.delivered }

func (a *Autopush) origin() string { return "http://" + a.addr }

func (a *Autopush) endpoint(name string) string { return a.origin() + "/push/" + name }

func (a *Autopush) message(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	a.mu.Lock()
	s, known := a.subscriptions[name]
	a.mu.Unlock()
	if !known {
		http.Error(w, "no such subscription", http.StatusGone)
		return
	}
	if status, why := (rules{vapid: s.vapid, origin: a.origin(), now: a.now()}).checkHeaders(r.Header); why != "" {
		http.Error(w, why, status)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxWebPushBody))
	if err != nil {
		http.Error(w, "at most 4096 bytes", http.StatusRequestEntityTooLarge)
		return
	}
	version := randomText(32)
	if err := a.hand(s.channel, version, body, Delivery{Endpoint: a.endpoint(name), Header: r.Header.Clone()}); err != nil {
		http.Error(w, "the browser is away", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Location", a.origin()+"/message/"+version)
	w.WriteHeader(http.StatusCreated)
}

// hand gives the browser what was sent, as it was sent.
func (a *Autopush) hand(channel, version string, body []byte, d Delivery) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.underway[version] = d
	return a.write(frame{
		Type: "notification", Channel: channel, Version: version, Data: base64.RawURLEncoding.EncodeToString(body),
		Headers: map[string]string{"encoding": d.Header.Get("Content-Encoding")},
	})
}

// register gives the browser an endpoint for one of its channels.
func (a *Autopush) register(channel, key string) frame {
	name := randomText(32)
	a.subscriptions[name] = registration{channel: channel, vapid: strings.TrimRight(key, "=")}
	return frame{Type: "register", Channel: channel, Status: http.StatusOK, Endpoint: a.endpoint(name)}
}

func (a *Autopush) unregister(channel string) {
	maps.DeleteFunc(a.subscriptions, func(_ string, r registration) bool { return r.channel == channel })
}

func (a *Autopush) acknowledge(updates []update) {
	for _, u := range updates {
		d, sent := a.underway[u.Version]
		if !sent {
			continue
		}
		delete(a.underway, u.Version)
		d.Ack = u.Code
		select {
		case a.delivered <- d:
		default:
		}
	}
}
