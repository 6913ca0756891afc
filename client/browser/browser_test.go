package browser_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/jawort/jawort/client/browser"
)

const (
	origin  = "https://login.example"
	ticket  = "jt_ticket"
	pending = `{"type":"state","status":"pending","number":"42","methods":["push"],"delivery":{"sent":1,"failed":0,"received":0},"expires_at":"2026-11-21T12:02:00Z"}`
	final   = `{"type":"state","status":"approved","method":"push"}`
)

// serve answers the nth connection with the nth script, and every later one with the last.
func serve(t *testing.T, scripts ...func(*websocket.Conn)) browser.Page {
	t.Helper()
	var n atomic.Int32
	upgrader := websocket.Upgrader{Subprotocols: []string{"jawort.v1"}, CheckOrigin: func(r *http.Request) bool { return r.Header.Get("Origin") == origin }}
	return listen(t, func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Sec-Websocket-Protocol"); got != "jawort.v1, ticket."+ticket {
			t.Errorf("subprotocols = %q", got)
		}
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		scripts[min(int(n.Add(1)), len(scripts))-1](conn)
	})
}

func listen(t *testing.T, h http.HandlerFunc) browser.Page {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return browser.Page{URL: "ws" + strings.TrimPrefix(server.URL, "http") + "/v1/approvals/apr_1/socket", Ticket: ticket, Origin: origin}
}

func saying(frames ...string) func(*websocket.Conn) {
	return func(c *websocket.Conn) {
		for _, f := range frames {
			c.WriteMessage(websocket.TextMessage, []byte(f))
		}
	}
}

func closing(code int, frames ...string) func(*websocket.Conn) {
	return func(c *websocket.Conn) {
		saying(frames...)(c)
		c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
	}
}

func watch(t *testing.T, p browser.Page) (states []browser.State, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for s, e := range p.Watch(ctx) {
		if e != nil {
			return states, e
		}
		states = append(states, s)
	}
	return states, nil
}

func TestAPageSeesTheStatesUntilTheFinalOne(t *testing.T) {
	t.Parallel()
	states, err := watch(t, serve(t, closing(1000, pending, `{"type":"newer"}`, final, pending)))
	if err != nil || len(states) != 2 {
		t.Fatalf("got %+v, %v", states, err)
	}
	if s := states[0]; s.Number != "42" || s.Delivery.Sent != 1 || s.Methods[0] != "push" || s.ExpiresAt.IsZero() {
		t.Errorf("first %+v", s)
	}
	if s := states[1]; s.Status != "approved" || s.Method != "push" {
		t.Errorf("last %+v", s)
	}
}

func TestAPageComesBackWhereTheServerMayHaveMoved(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]func(*websocket.Conn){
		"1001": closing(1001, pending), "1012": closing(1012, pending), "1013": closing(1013, pending), "1006": saying(pending),
		"1006 before any state": saying(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := serve(t, first, saying(final)).Final(t.Context())
			if err != nil || s.Status != "approved" {
				t.Fatalf("got %+v, %v", s, err)
			}
		})
	}
}

func TestAPageEndsWhereComingBackIsOfNoUse(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]error{4401: browser.ErrTicket, 4410: browser.ErrLost} {
		states, err := watch(t, serve(t, closing(code, pending)))
		if !errors.Is(err, want) || len(states) != 1 {
			t.Errorf("%d: got %+v, %v", code, states, err)
		}
	}
}

func TestAForeignOriginMayNotWait(t *testing.T) {
	t.Parallel()
	p := serve(t, saying(final))
	p.Origin = "https://evil.example"
	if _, err := p.Final(t.Context()); !errors.Is(err, browser.ErrOrigin) {
		t.Fatalf("got %v", err)
	}
}

// polling is a server behind a proxy that lets no websocket through.
func polling(t *testing.T, allowed string, answers ...func(http.ResponseWriter)) browser.Page {
	t.Helper()
	var n atomic.Int32
	return listen(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/socket") {
			http.Error(w, "no", http.StatusBadGateway)
			return
		}
		if r.URL.Path != "/v1/approvals/apr_1" || r.Header.Get("Authorization") != "Bearer "+ticket {
			t.Errorf("%s with %q", r.URL, r.Header.Get("Authorization"))
		}
		i := int(n.Add(1))
		if wait := r.URL.Query().Get("wait"); (wait == "") != (i == 1) {
			t.Errorf("poll %d with wait %q", i, wait)
		}
		w.Header().Set("Access-Control-Allow-Origin", allowed)
		answers[min(i, len(answers))-1](w)
	})
}

func status(code int) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) { w.WriteHeader(code) }
}

func state(s browser.State) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) { json.NewEncoder(w).Encode(s) }
}

func TestAPagePollsWhereNoWebsocketGetsThrough(t *testing.T) {
	t.Parallel()
	p := polling(t, origin, state(browser.State{Status: "pending", Number: "42"}), status(502), state(browser.State{Status: "denied"}))
	states, err := watch(t, p)
	if err != nil || len(states) != 2 || states[0].Number != "42" || states[1].Status != "denied" {
		t.Fatalf("got %+v, %v", states, err)
	}
}

func TestPollingEndsWhereItIsOfNoUse(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]error{401: browser.ErrTicket, 403: browser.ErrOrigin, 404: browser.ErrLost, 410: browser.ErrLost} {
		if _, err := watch(t, polling(t, origin, status(code))); !errors.Is(err, want) {
			t.Errorf("%d: got %v", code, err)
		}
	}
}

func TestAPageSeesNoAnswerThatIsForAnotherOrigin(t *testing.T) {
	t.Parallel()
	if _, err := watch(t, polling(t, "https://other.example", state(browser.State{Status: "approved"}))); !errors.Is(err, browser.ErrOrigin) {
		t.Fatalf("got %v", err)
	}
}

func TestAPageThatIsClosedStopsWaiting(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	t.Cleanup(func() { close(hold) })
	p := serve(t, func(c *websocket.Conn) { saying(pending)(c); <-hold })
	ctx, cancel := context.WithCancel(t.Context())
	var err error
	for s, e := range p.Watch(ctx) {
		if s.Status == "pending" {
			cancel()
		}
		err = e
	}
	cancel()
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	for range p.Watch(t.Context()) {
		break // whoever stops listening ends it too
	}
}
