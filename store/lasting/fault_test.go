package lasting_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/lasting"
)

func TestWhatAKilledPostgresAcknowledgedIsThereAfterItsRestart(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	s := open(t, server.New(t))
	w := newWorld(t, s)
	phones := w.phones(8)
	var mu sync.Mutex
	var acknowledged []approval.Pending
	enough := make(chan struct{})
	var workers sync.WaitGroup
	question := w.pending()
	for i, phone := range phones {
		workers.Go(func() { // decides until Postgres is gone
			for n := 0; ; n++ {
				p := question
				p.ID = fmt.Sprintf("apr_%d_%d", i, n)
				_, err := w.decide(p, phone, approval.Approve)
				if err != nil {
					if !is(err, refusal.ErrUnavailable) {
						t.Error(err)
					}
					return
				}
				mu.Lock()
				acknowledged = append(acknowledged, p)
				if len(acknowledged) == 300 {
					close(enough)
				}
				mu.Unlock()
			}
		})
	}
	<-enough
	server.Kill(t)
	workers.Wait()

	_, err := s.Outcome(t.Context(), acknowledged[0].ID)
	wantError(t, err, refusal.ErrUnavailable)
	wantError(t, s.Ping(t.Context()), refusal.ErrUnavailable)
	_, err = s.End(t.Context(), acknowledged[0], approval.StatusCancelled)
	wantError(t, err, refusal.ErrUnavailable)

	server.Restart(t)
	for _, p := range acknowledged {
		wantEqual(t, "status of what was acknowledged", w.outcome(p), approval.StatusApproved)
	}
	v, err := w.decide(acknowledged[0], phones[0], approval.Report)
	must(t, err)
	if !v.Late {
		t.Fatalf("verdict is %+v", v)
	}
}

func TestADecisionWhoseCommitWasNotAnsweredGetsItsOutcome(t *testing.T) {
	t.Parallel()
	proxy := newProxy(t, pgtest.New(t))
	s := open(t, proxy.url)
	w := newWorld(t, s)
	phone, other, p := w.phone(), w.phone(), w.pending()
	proxy.cut(afterCommit)
	v, err := w.decide(p, phone, approval.Approve)
	wantEnd(t, v, err, approval.StatusApproved)
	wantEqual(t, "signature", string(v.Outcome.Assertion.Signature), "signature of "+phone.Device)

	proxy.cut(afterCommit)
	v, err = w.decide(p, other, approval.Deny)
	wantLost(t, v, err, phone)
	proxy.cut(afterCommit)
	_, err = w.decide(p, other, approval.Report) // nobody can tell whether the late report was kept
	wantError(t, err, refusal.ErrUnavailable)

	q := w.pending()
	proxy.cut(afterCommit)
	o, err := s.End(t.Context(), q, approval.StatusCancelled)
	must(t, err)
	wantEqual(t, "status", o.Status, approval.StatusCancelled)
}

func TestADecisionWhoseCommitNeverArrivedIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	proxy := newProxy(t, pgtest.New(t))
	s := open(t, proxy.url)
	w := newWorld(t, s)
	phone, p := w.phone(), w.pending()
	proxy.cut(beforeCommit)
	_, err := w.decide(p, phone, approval.Approve)
	wantError(t, err, refusal.ErrUnavailable)
	wantEqual(t, "status", w.outcome(p), approval.StatusPending)
	v, err := w.decide(p, phone, approval.Approve) // the phone repeats what it signed
	wantEnd(t, v, err, approval.StatusApproved)
}

func TestADecisionWaitsForARevocationThatIsUnderWay(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.New(t))
	w := newWorld(t, s)
	phone, p := w.phone(), w.pending()
	revocation, err := s.Begin(t.Context())
	must(t, err)
	defer revocation.Rollback()
	_, err = revocation.ExecContext(t.Context(), `UPDATE credentials SET status = 'revoked'`)
	must(t, err)
	decided := make(chan error, 1)
	go func() {
		_, err := w.decide(p, phone, approval.Approve)
		decided <- err
	}()
	untilItWaits(t, s, decided)
	must(t, revocation.Commit())
	wantInactive(t, <-decided)
	wantEqual(t, "status", w.outcome(p), approval.StatusPending)
}

// untilItWaits returns once another transaction on the same Postgres waits for a lock; done would say that none does.
func untilItWaits(t testing.TB, s *lasting.Store, done <-chan error) {
	t.Helper()
	for waiting := 0; waiting == 0; {
		select {
		case err := <-done:
			t.Fatalf("it did not wait: %v", err)
		default:
		}
		var err error
		waiting, err = s.Count(t.Context(), `pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
		must(t, err)
	}
}

func TestATransactionThatCannotGoOnEndsInTime(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.New(t))
	w := newWorld(t, s)
	phone, p := w.phone(), w.pending()
	holder, err := s.Begin(t.Context())
	must(t, err)
	defer holder.Rollback()
	for _, statement := range []string{
		`SET LOCAL idle_in_transaction_session_timeout = 0`, // its own bound would let go of the row at the same moment
		`UPDATE credentials SET used_at = 1`,
	} {
		_, err = holder.ExecContext(t.Context(), statement)
		must(t, err)
	}
	started := time.Now()
	_, err = w.decide(p, phone, approval.Approve)
	wantError(t, err, refusal.ErrUnavailable)
	if took := time.Since(started); took > 2*db.MaxTransaction {
		t.Fatalf("it took %v", took)
	}
}

func TestACallerThatLeftGetsNothingDone(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone, p := w.phone(), w.pending()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := s.Decide(ctx, signed(p, phone, approval.Approve, p.Number))
		wantError(t, err, refusal.ErrUnavailable)
		wantEqual(t, "status", w.outcome(p), approval.StatusPending)
	})
}
