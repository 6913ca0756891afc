package server_test

import (
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/outbox"
)

func TestTheSweeperTellsThoseWhoWaitThatTheTimeIsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	c := i.create("4711")
	p := i.wait(c)
	p.until("pending")
	i.ticks.done(time.Second)
	w.advance(121 * time.Second)
	i.ticks.fire(time.Second)
	p.until("expired")
	if code := p.closed(); code != 1000 {
		t.Errorf("closed with %d", code)
	}
}

func TestTheSweeperWaitsForTheLastingClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	c := i.create("4711")
	p := i.wait(c)
	p.until("pending")
	w.advance(121 * time.Second)
	w.must(w.lasting.SetClockOffset(t.Context(), 0)) // SQL is behind
	i.ticks.done(time.Second)
	if got := i.call("GET", "/v1/approvals/"+c.text("id"), nil).want(200, ""); got.text("status") != "pending" {
		t.Fatalf("expired too early: %s", got.raw)
	}
	w.must(w.lasting.SetClockOffset(t.Context(), 121*time.Second))
	i.ticks.fire(time.Second)
	p.until("expired")
}

func TestTheOutboxWithdrawsFromAllButTheDecider(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	ada, bob := w.addPhone(w.app, "4711", "Ada's phone"), w.addPhone(w.app, "4711", "Bob's phone")
	c := i.create("4711")
	_, err := w.decideSilently(ada, c.text("id"), approval.Approve)
	w.must(err)
	i.ticks.done(time.Second)
	queue := w.live.Queue("test")
	var asked, withdrawn []string
	for len(asked) < 2 || len(withdrawn) < 1 {
		jobs, err := queue.Read(t.Context(), 100, patient)
		w.must(err)
		if len(jobs) == 0 {
			t.Fatalf("asked %v, withdrawn from %v", asked, withdrawn)
		}
		for _, j := range jobs {
			if j.Kind == approval.JobWithdrawn {
				withdrawn = append(withdrawn, j.Recipient.Installation)
			} else {
				asked = append(asked, j.Recipient.Installation)
			}
		}
	}
	if len(withdrawn) != 1 || withdrawn[0] != bob.installation {
		t.Errorf("withdrawn from %v", withdrawn)
	}
	w.advance(time.Minute) // no lease hides one that was not marked done
	if left, err := (&outbox.Store{DB: w.lasting.DB}).Lease(t.Context(), 10, time.Second); err != nil || len(left) != 0 {
		t.Errorf("events left: %v %v", left, err)
	}
}
