package lasting_test

import (
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

const lease = 10 * time.Second

func outboxOf(s *lasting.Store) *outbox.Store { return &outbox.Store{DB: s.DB} }

// lent leases all events and returns those of approvals.
func lent(t *testing.T, s *lasting.Store) []outbox.Event {
	t.Helper()
	events, err := outboxOf(s).Lease(t.Context(), 100, lease)
	must(t, err)
	return slices.DeleteFunc(events, func(e outbox.Event) bool { return e.Kind != outbox.ApprovalEnded })
}

func TestEveryEndPutsOneEventAndKnowsWhoDecidedAndHow(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone := w.phone()
		type end struct {
			by     string
			status approval.Status
		}
		want := make(map[string]end)
		for _, decision := range []approval.Decision{approval.Approve, approval.Deny, approval.Report, approval.Approve} {
			p := w.pending()
			for range 2 {
				_, err := w.decide(p, phone, decision)
				must(t, err)
			}
			want[p.ID] = end{phone.Installation, decision.Status()}
		}
		p := w.pending()
		for range 2 {
			_, err := s.End(t.Context(), p, approval.StatusCancelled)
			must(t, err)
		}
		want[p.ID] = end{"", approval.StatusCancelled}
		q := w.pending()
		for _, number := range []string{"1", "2", "3"} {
			_, err := s.WrongNumber(t.Context(), signed(q, phone, approval.Approve, number))
			must(t, err)
		}
		want[q.ID] = end{phone.Installation, approval.StatusDenied}
		events := lent(t, s)
		wantEqual(t, "number of events", len(events), len(want))
		for _, e := range events {
			if got := (end{e.Installation, statusOf(t, e)}); got != want[e.Subject] {
				t.Fatalf("event %+v, want %+v", e, want[e.Subject])
			}
			delete(want, e.Subject)
		}
	})
}

func TestAnEventComesAgainUntilItIsDone(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		_, err := s.End(t.Context(), w.pending(), approval.StatusCancelled)
		must(t, err)
		first := lent(t, s)
		wantEqual(t, "events", len(first), 1)
		wantEqual(t, "events during the lease", len(lent(t, s)), 0)
		w.after(lease + time.Second)
		again := lent(t, s)
		if len(again) != 1 || again[0].ID != first[0].ID || again[0].Subject != first[0].Subject {
			t.Fatalf("after the lease: %+v, before: %+v", again, first)
		}
		for range 2 {
			must(t, outboxOf(s).Followed(t.Context(), []int64{again[0].ID}))
		}
		w.after(time.Hour)
		wantEqual(t, "events after it is done", len(lent(t, s)), 0)
	})
}

func TestAnEventThatBecomesVisibleAfterALaterOneIsNotSkipped(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.New(t))
	w := newWorld(t, s)
	slow, err := s.Begin(t.Context())
	must(t, err)
	defer slow.Rollback()
	_, err = slow.ExecContext(t.Context(), `INSERT INTO outbox (subject, installation) VALUES ('apr_slow', '')`)
	must(t, err)
	_, err = s.End(t.Context(), w.pending(), approval.StatusCancelled)
	must(t, err)
	later := lent(t, s)
	wantEqual(t, "events", len(later), 1)
	must(t, outboxOf(s).Followed(t.Context(), []int64{later[0].ID}))
	must(t, slow.Commit())
	earlier := lent(t, s)
	if len(earlier) != 1 || earlier[0].Subject != "apr_slow" || earlier[0].ID >= later[0].ID {
		t.Fatalf("events are %+v, done was %+v", earlier, later)
	}
}

func TestAWorkerThatWaitedForAnEventLooksAgainWhoHasIt(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.New(t))
	w := newWorld(t, s)
	_, err := s.End(t.Context(), w.pending(), approval.StatusCancelled)
	must(t, err)
	other, err := s.Begin(t.Context())
	must(t, err)
	defer other.Rollback()
	_, err = other.ExecContext(t.Context(), `UPDATE outbox SET leased_until = jawort_now() + 60000000`)
	must(t, err)
	var handed []outbox.Event
	done := make(chan error, 1)
	go func() {
		var err error
		handed, err = outboxOf(s).Lease(t.Context(), 100, lease)
		done <- err
	}()
	untilItWaits(t, s, done)
	must(t, other.Commit())
	must(t, <-done)
	wantEqual(t, "events handed to the second worker", len(handed), 0)
}

// statusOf reads how the approval of an event ended.
func statusOf(t *testing.T, e outbox.Event) approval.Status {
	t.Helper()
	end, err := outbox.EndOf(e)
	must(t, err)
	return end.Status
}
