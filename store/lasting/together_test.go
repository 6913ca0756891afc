package lasting_test

import (
	"testing"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/lasting"
)

// A cold pool opens its connections one after the other, and the first decision has won before the second has one. So
// all are held up at their first statement, each on a connection of its own, and let go at once.
func TestDecisionsThatAreLetGoAtOnceHaveOneOutcome(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.New(t))
	w := newWorld(t, s)
	phones := w.phones(24)
	for range 5 {
		p := w.pending()
		gate, err := s.Begin(t.Context())
		must(t, err)
		defer gate.Rollback()
		_, err = gate.ExecContext(t.Context(), `UPDATE credentials SET used_at = 1`)
		must(t, err)
		won := make(chan int, 1)
		go func() {
			won <- inParallel(len(phones), func(i int) bool {
				v, err := w.decide(p, phones[i], []approval.Decision{approval.Approve, approval.Report}[i%2])
				if err != nil {
					t.Error(err)
				}
				return v.Own && !v.Late
			})
		}()
		untilAllWait(t, s, len(phones))
		must(t, gate.Commit())
		wantEqual(t, "decisions that won", <-won, 1)
		for _, rows := range []string{"outcomes WHERE approval = $1", "outbox WHERE kind = 'approval.ended' AND subject = $1"} {
			n, err := s.Count(t.Context(), rows, p.ID)
			must(t, err)
			wantEqual(t, "rows in "+rows, n, 1)
		}
	}
}

// untilAllWait returns once so many transactions on the same Postgres wait for a lock.
func untilAllWait(t testing.TB, s *lasting.Store, want int) {
	t.Helper()
	for waiting := 0; waiting < want; {
		var err error
		waiting, err = s.Count(t.Context(), `pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
		must(t, err)
	}
}
