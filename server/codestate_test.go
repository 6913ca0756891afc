package server_test

import (
	"maps"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/server"
	"github.com/jawort/jawort/store/messages"
)

// posted is a server whose queue of messages a test works off.
func (w *world) posted() (*instance, *messages.Store) {
	queue := messages.New(w.lasting.DB, w.keys, nil)
	queue.Waker = w.live
	return w.serve(func(o *server.Options) { o.Codes, o.Channels = queue, []courier.Channel{courier.Email} }), queue
}

// take leases the one e-mail that is due.
func (w *world) take(queue *messages.Store) courier.Leased {
	w.Helper()
	leased, err := queue.Lease(w.Context(), courier.Email, 10, time.Minute)
	w.must(err)
	if len(leased) != 1 {
		w.Fatalf("%d e-mails are due", len(leased))
	}
	return leased[0]
}

// sees reads frames until the code is in a state.
func (p page) sees(state approval.CodeState) {
	p.i.Helper()
	for {
		if f := p.next(); f.Code.State == string(state) {
			if f.Code.Method != "email" {
				p.i.Errorf("it is a code by %q", f.Code.Method)
			}
			return
		}
	}
}

func TestWhoWaitsForACodeSeesThatItWillNotCome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i, queue := w.posted()
	w.addAccount(w.app, "new")
	w.sql(`UPDATE accounts SET email = 'anna@example.com'`)
	c := i.create("new")
	p := i.wait(c)
	at := "/v1/approvals/" + c.text("id")
	if got := i.call("GET", at, nil).want(200, ""); got.text("code", "state") != "" {
		t.Errorf("before a code was sent: %s", got.raw)
	}
	i.call("POST", at+"/activations", map[string]string{"method": "email"}).want(201, "")
	p.sees(approval.CodeQueued)
	w.must(queue.Failed(t.Context(), w.take(queue), "smtp-550-5-1-1"))
	p.sees(approval.CodeFailed)
	for name, got := range map[string]answer{
		"the login service": i.call("GET", at, nil).want(200, ""),
		"the page":          i.call("GET", at, nil, bearer(c.text("socket", "ticket"))).want(200, ""),
	} {
		if got.text("code", "state") != "failed" || got.text("code", "method") != "email" {
			t.Errorf("%s is told %s", name, got.raw)
		}
	}
	if again := i.wait(c).next(); again.Code.State != "failed" {
		t.Errorf("a page that comes back sees %+v", again)
	}

	w.advance(time.Minute)
	i.call("POST", at+"/activations", map[string]string{"method": "email"}).want(201, "")
	p.sees(approval.CodeQueued)
	w.must(queue.Sent(t.Context(), w.take(queue), "mail", ""))
	p.sees(approval.CodeSent)
	if got := i.call("GET", at, nil).want(200, ""); got.text("code", "sent_at") == "" {
		t.Errorf("when it was sent is not told: %s", got.raw)
	}
}

// What a page shows beside the question: the deadline for codes, which follows the newest one, and whom to ask. Both come by the socket
// that it holds, and by one that it opens anew.
func TestAPageIsToldByItsSocketUntilWhenACodeCanBeTypedAndWhomToAsk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i, queue := w.posted()
	support := map[string]string{"de": "Servicezentrum 069 900", "en": "Service centre 069 900"}
	w.sql(`UPDATE tenants SET policy = '{"support":{"de":"` + support["de"] + `","en":"` + support["en"] + `"}}'`)
	w.addAccount(w.app, "new")
	w.sql(`UPDATE accounts SET email = 'anna@example.com'`)
	c := i.create("new")
	p := i.wait(c)
	first := p.next()
	if !maps.Equal(first.Support, support) || first.ExpiresAt.IsZero() || !first.ClosesAt.Equal(first.ExpiresAt) {
		t.Errorf("at first the page is told %+v", first)
	}
	at := "/v1/approvals/" + c.text("id")
	closes := first.ClosesAt
	for range 2 {
		w.advance(time.Minute)
		i.call("POST", at+"/activations", map[string]string{"method": "email"}).want(201, "")
		w.take(queue)
		f := p.until("pending")
		for !f.ClosesAt.After(closes) {
			f = p.until("pending")
		}
		until, err := time.Parse(time.RFC3339, i.call("GET", at, nil).want(200, "").text("closes_at"))
		w.must(err)
		if !f.ClosesAt.Equal(until) || !f.ExpiresAt.Equal(first.ExpiresAt) || !maps.Equal(f.Support, support) {
			t.Errorf("after a code the page is told %+v, and it closes at %s", f, until)
		}
		again := i.wait(c).next()
		if !again.ClosesAt.Equal(until) || !again.ExpiresAt.Equal(first.ExpiresAt) || !maps.Equal(again.Support, support) {
			t.Errorf("a page that comes back is told %+v, and it closes at %s", again, until)
		}
		closes = until
	}
	if left := closes.Sub(w.clock.Now()); left < 14*time.Minute || left > 15*time.Minute {
		t.Errorf("the newest code can be typed for %v", left)
	}
	i.call("POST", at+"/cancel", nil).want(200, "")
	if end := p.until("cancelled"); !end.ClosesAt.IsZero() || !end.ExpiresAt.IsZero() || end.Support != nil {
		t.Errorf("at the end the page is told %+v", end)
	}
}
