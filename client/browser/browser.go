// Package browser is the browser's side of a login that waits: it holds the socket of an approval, takes it up
// again where it breaks, and falls back to long-polling where no websocket gets through. Demo, load generator and
// tests use it in place of a page. It knows the ticket and nothing that could complete a login.
package browser

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

// State is what a page is told.
type State struct {
	Status    string    `json:"status"`
	Method    string    `json:"method,omitempty"`
	Number    string    `json:"number,omitempty"`
	Methods   []string  `json:"methods,omitempty"`
	Delivery  Delivery  `json:"delivery,omitzero"`
	Code      Code      `json:"code,omitzero"`       // the newest that was sent
	ExpiresAt time.Time `json:"expires_at,omitzero"` // phones can answer until then
	ClosesAt  time.Time `json:"closes_at,omitzero"`  // codes can be typed until then
	Support   Texts     `json:"support,omitzero"`    // whom to ask
}

// Texts is one text in German and English.
type Texts struct {
	German  string `json:"de,omitempty"`
	English string `json:"en,omitempty"`
}

// Code is how far a code got: queued, sent, delivered, or failed, so that it will not come.
type Code struct {
	Method string    `json:"method"`
	State  string    `json:"state"`
	SentAt time.Time `json:"sent_at,omitzero"`
}

// Delivery counts the phones by how far the wake-up got.
type Delivery struct {
	Sent     int `json:"sent"`
	Failed   int `json:"failed"`
	Received int `json:"received"`
}

// Ended reports whether the state is the last one.
func (s State) Ended() bool { return s.Status != "" && s.Status != "pending" }

// The ends of watching without an outcome. What comes of the login then is not known here: start again.
var (
	ErrTicket = errors.New("browser: the ticket is not accepted")
	ErrLost   = errors.New("browser: the server has lost the state of this approval")
	ErrOrigin = errors.New("browser: this origin may not wait")
)

// Page is an open page that waits.
type Page struct {
	URL    string // of the socket, as the login service handed it over
	Ticket string
	Origin string // of the page

	Dialer *websocket.Dialer // nil: small buffers and the system's roots
	Client *http.Client      // for long-polling; nil: http.DefaultClient
}

// Watch yields the states of the approval, the last one being final or accompanied by an error. It ends with ctx.
func (p Page) Watch(ctx context.Context) iter.Seq2[State, error] {
	return func(yield func(State, error) bool) {
		w := watcher{Page: p, yield: yield}
		if err := w.run(ctx); err != nil {
			yield(State{}, err)
		}
	}
}

// Final waits for the last state.
func (p Page) Final(ctx context.Context) (State, error) {
	for s, err := range p.Watch(ctx) {
		if err != nil || s.Ended() {
			return s, err
		}
	}
	return State{}, fmt.Errorf("browser: watching ended early: %w", context.Cause(ctx))
}
