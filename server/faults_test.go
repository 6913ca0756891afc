package server_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/live"
	"github.com/jawort/jawort/store/live/redistest"
)

func (a answer) wantUnavailable() {
	a.t.Helper()
	if a.want(503, "unavailable"); a.header.Get("Retry-After") == "" {
		a.t.Fatalf("503 without Retry-After: %v", a.header)
	}
}

func TestWithoutRedisNothingIsAskedAndWhatEndedIsStillTold(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	w := newWorldOn(t, redis.URL, "sqlite::memory:")
	i := w.serve()
	phone := w.addPhone(w.app, "4711", "phone")
	open, ended, late := i.create("4711"), i.create("4711"), i.create("4711")
	_, err := w.decide(phone, ended.text("id"), approval.Approve)
	w.must(err)
	waiting, decided := i.wait(open), i.wait(late)
	waiting.until("pending")
	decided.until("pending")
	pending, err := w.live.Pending(t.Context(), late.text("id"))
	w.must(err)
	i.ticks.done(5 * time.Second)

	redis.Kill()
	i.call("POST", "/v1/approvals", ask("4711")).wantUnavailable()
	i.call("GET", "/v1/approvals/"+open.text("id"), nil).wantUnavailable()
	i.call("POST", "/v1/approvals/"+open.text("id")+"/cancel", nil).wantUnavailable()
	if a := i.call("GET", "/v1/approvals/"+ended.text("id"), nil).want(200, ""); a.text("status") != "approved" {
		t.Errorf("ended %s", a.raw)
	}
	i.call("GET", "/v1/approvals/"+ended.text("id")+"/receipt", nil).want(200, "")
	if f := i.wait(ended).next(); f.Status != "approved" {
		t.Errorf("a page that comes back %+v", f)
	}
	if code := i.wait(open).closed(); code != 1013 {
		t.Errorf("a page that comes back to what only Redis knows: closed with %d", code)
	}
	// No wake-up can come, but the end is a row.
	_, err = w.lasting.End(t.Context(), pending, approval.StatusCancelled)
	w.must(err)
	i.ticks.fire(5 * time.Second)
	decided.until("cancelled")

	redis.Restart() // empty
	i.eventually(func() bool { return w.live.Ping(t.Context()) == nil })
	for waiting.i.gauge("jawort_hub_sockets") > 0 { // until it is noticed that the state is lost
		i.ticks.fire(time.Second)
		w.advance(10 * time.Second)
	}
	if code := waiting.closed(); code != 4410 {
		t.Errorf("the page whose approval is lost: closed with %d", code)
	}
	if code := i.wait(open).closed(); code != 4410 && code != 4401 {
		t.Errorf("the same page comes back: closed with %d", code)
	}
	if a := i.call("GET", "/v1/approvals/"+ended.text("id"), nil).want(200, ""); a.text("status") != "approved" {
		t.Errorf("ended %s", a.raw)
	}
}

func TestWithoutSQLNothingIsAcknowledged(t *testing.T) {
	t.Parallel()
	postgres := pgtest.NewServer(t)
	w := newWorldOn(t, live.Embedded, postgres.New(t))
	i := w.serve()
	phone := w.addPhone(w.app, "4711", "phone")
	c := i.create("4711")
	p := i.wait(c)
	p.until("pending")
	postgres.Kill(t)
	i.guarded(func(method, pattern string) {
		a := i.call(method, subjects{approval: c.text("id"), enrolment: "enr_x", recovery: "rec_x", phone: phone, webhook: "whk_x", delivery: "whd_x"}.path(pattern), bodies[method+" "+pattern])
		if a.status != 503 || a.header.Get("Retry-After") == "" {
			t.Errorf("%s %s: %d %s", method, pattern, a.status, a.raw)
		}
	})
	i.call("GET", "/.well-known/jwks.json", nil).wantUnavailable()
	if code := i.wait(c).closed(); code != 1013 {
		t.Errorf("a page that comes back: closed with %d", code)
	}
	i.ticks.done(time.Second)
	i.ticks.done(5 * time.Second)
	postgres.Restart(t)
	i.eventually(func() bool { return w.lasting.Ping(t.Context()) == nil })
	if _, err := w.live.Pending(t.Context(), c.text("id")); err != nil {
		t.Fatalf("a refused cancel changed something: %v", err)
	}
	_, err := w.decideSilently(phone, c.text("id"), approval.Approve)
	w.must(err)
	i.ticks.fire(5 * time.Second)
	p.until("approved")
}

func TestAPageWaitsAtOneServerForWhatAnotherLearns(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, redistest.Start(t).URL, pgtest.New(t))
	one, two := w.serve(), w.serve()
	phone := w.addPhone(w.app, "4711", "phone")
	c := one.create("4711")
	p := two.wait(c)
	p.until("pending")
	w.must(w.live.Mark(t.Context(), c.text("id"), phone.installation, approval.ProgressSent))
	for f := p.next(); f.Delivery.Sent != 1; f = p.next() {
	}
	one.kill()
	_, err := w.decide(phone, c.text("id"), approval.Approve)
	w.must(err)
	p.until("approved")
}

func TestAPageOfAKilledServerGetsItsResultFromAnother(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, redistest.Start(t).URL, pgtest.New(t))
	one, two := w.serve(), w.serve()
	phone := w.addPhone(w.app, "4711", "phone")
	c := one.create("4711")
	p := one.wait(c)
	p.until("pending")
	one.kill()
	p = two.wait(c)
	p.until("pending")
	_, err := w.decide(phone, c.text("id"), approval.Deny)
	w.must(err)
	p.until("denied")
}

func TestTwoSweepersEndEverythingOnce(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, redistest.Start(t).URL, pgtest.New(t))
	one, two := w.serve(), w.serve()
	var ids []string
	for _, externalID := range []string{"1", "2", "3", "4", "5"} {
		w.addPhone(w.app, externalID, "phone")
		for range 3 {
			ids = append(ids, one.create(externalID).text("id"))
		}
	}
	w.advance(121 * time.Second)
	swept := make(chan struct{})
	go func() {
		defer close(swept)
		two.ticks.done(time.Second)
	}()
	one.ticks.done(time.Second)
	<-swept
	outcomes, err := w.lasting.Ends(t.Context(), ids)
	w.must(err)
	if len(outcomes) != len(ids) {
		t.Errorf("%d of %d ended", len(outcomes), len(ids))
	}
	for _, o := range outcomes {
		if o.Status != approval.StatusExpired {
			t.Errorf("%s ended %s", o.Approval, o.Status)
		}
	}
}

func TestARepeatedCreateAfterALostAnswerAsksOnce(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, redistest.Start(t).URL, "sqlite::memory:")
	one, two := w.serve(), w.serve()
	w.addPhone(w.app, "4711", "phone")
	answers := make(chan answer, 8)
	for n := range cap(answers) {
		at := one
		if n%2 == 1 {
			at = two
		}
		go func() {
			a, err := at.try("POST", "/v1/approvals", ask("4711"), header("Idempotency-Key", "the same"))
			if err != nil {
				a = answer{raw: []byte(err.Error())}
			}
			answers <- a
		}()
	}
	ids := map[string]bool{}
	for range cap(answers) {
		a := <-answers
		if a.status != http.StatusCreated {
			t.Errorf("%d %s", a.status, a.raw)
		}
		ids[a.text("id")] = true
	}
	if len(ids) != 1 {
		t.Errorf("asked %d times", len(ids))
	}
}
