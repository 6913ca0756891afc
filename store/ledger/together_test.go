package ledger_test

import (
	"context"
	"database/sql"
	"testing"

	domain "github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
)

// letGoAtOnce runs f n times at once on Postgres and returns how often it said true. A cold pool opens its connections one
// after the other, and the first message is counted before the second comes. So all are held up at a row of a table,
// each on a connection of its own, and let go at once.
func (w *world) letGoAtOnce(table string, n int, f func(i int) bool) int {
	w.Helper()
	yes := make(chan int, 1)
	must(w.T, w.Transact(w.Context(), func(ctx context.Context, tx *sql.Tx) error {
		if _, err := db.Exec(ctx, tx, `UPDATE `+table+` SET tenant = tenant`); err != nil {
			return err
		}
		go func() { yes <- inParallel(n, f) }()
		for w.count(`pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) < int64(n) {
		}
		return nil
	}))
	return <-yes
}

func TestReservationsThatAreLetGoAtOnceKeepTheBudget(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, pgtest.New(t)))
	w.budget(domain.Budget{Scope: domain.ScopeTenant, Cycle: domain.Quarterly, Limit: 6000})
	must(t, w.reserve(w.sms(w.newAccount(w.tenant))))
	const n = 10
	messages := make([]domain.Reservation, n) // that have nothing in common but the budget
	for i := range messages {
		messages[i] = w.sms(w.newAccount(w.tenant))
		messages[i].Application = w.newApplication(w.tenant)
	}
	passed := w.letGoAtOnce("ledger_pots", n, func(i int) bool {
		err := w.reserve(messages[i])
		if err != nil && !is(err, domain.ErrBudgetSpent) {
			t.Error(err)
		}
		return err == nil
	})
	wantEqual(t, "messages that passed", passed, 5)
	wantEqual(t, "spent", w.spent(domain.ScopeTenant, "", domain.Quarterly), 6000)
	wantEqual(t, "warnings", w.told("budget.warned"), 1)
	wantEqual(t, "stops", w.told("budget.stopped"), 1)
}

func TestOneMessageThatIsReservedAtOnceIsReservedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, pgtest.New(t)))
	first := w.sms(w.newAccount(w.tenant))
	must(t, w.reserve(first))
	r := w.sms(first.Account)
	w.letGoAtOnce("ledger_windows", 8, func(int) bool {
		if err := w.reserve(r); err != nil {
			t.Error(err)
		}
		return true
	})
	wantEqual(t, "entries", w.count("ledger_entries"), 2)
	wantEqual(t, "spent", w.spent(domain.ScopeTenant, "", domain.Monthly), 2000)
}

func TestMessagesThatAreLetGoAtOnceKeepTheLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, pgtest.New(t)))
	w.limit(domain.Limits{Account: rate(4, domain.Grace)})
	first := w.sms(w.newAccount(w.tenant))
	must(t, w.reserve(first))
	passed := w.letGoAtOnce("ledger_windows", 8, func(int) bool {
		err := w.reserve(w.sms(first.Account))
		if err != nil && !is(err, domain.ErrTooMany) {
			t.Error(err)
		}
		return err == nil
	})
	wantEqual(t, "messages that passed", passed, 3)
}
