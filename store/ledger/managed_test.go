package ledger_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/jawort/jawort/courier"
	domain "github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/ledger"
)

func TestAManagerSeesWhatTheyPayAndWhatTheManagedPayForThemselves(t *testing.T) {
	onEach(t, func(w *world) {
		w.clock("2026-11-02T08:00:00Z")
		broker, customer, alone, sub := w.newAccount(w.tenant), w.newAccount(w.tenant), w.newAccount(w.tenant), w.newAccount(w.tenant)
		others, another, theirs, gone := w.newAccount(w.tenant), w.newAccount(w.tenant), w.newAccount(w.tenant), w.newAccount(w.tenant)
		w.sql(`UPDATE accounts SET manager = $1 WHERE id = $2`, another, theirs)
		w.sql(`UPDATE accounts SET manager = $1, deleted_at = 1 WHERE id = $2`, broker, gone)
		for _, one := range []string{customer, alone, sub} {
			w.sql(`UPDATE accounts SET manager = $1 WHERE id = $2`, broker, one)
		}
		for _, m := range []struct{ payer, to string }{{broker, customer}, {broker, customer}, {broker, others}, {alone, alone}, {sub, others}, {others, others}, {theirs, theirs}, {gone, gone}} {
			r := w.sms(m.to)
			r.Payer = m.payer
			w.sent(r)
		}
		open := w.sms(customer)
		open.Payer = broker
		must(w.T, w.reserve(open))
		of := ledger.Of{Tenant: w.tenant, Manager: broker, Quarter: quarter(w.T, "2026-Q4")}
		for _, c := range []struct {
			others bool
			lines  int
			total  domain.Total
		}{
			{false, 2, domain.Total{Currency: "EUR", Messages: 3, Amount: 3000, Reserved: 1}},
			{true, 1, domain.Total{Currency: "EUR", Messages: 1, Amount: 1000}},
		} {
			of.Others = c.others
			all, err := w.ManagedUsage(t.Context(), of, domain.Usage{}, 10)
			must(w.T, err)
			wantEqual(w.T, "lines", len(all), c.lines)
			var after domain.Usage
			for _, want := range all { // one by one they are the same
				one, err := w.ManagedUsage(t.Context(), of, after, 1)
				must(w.T, err)
				wantEqual(w.T, "lines", len(one), 1)
				wantEqual(w.T, "line", one[0], want)
				after = one[0]
			}
			totals, err := w.ManagedTotals(t.Context(), of)
			must(w.T, err)
			wantEqual(w.T, "totals", len(totals), 1)
			wantEqual(w.T, "total", totals[0], c.total)
		}
		of.Quarter = quarter(w.T, "2026-Q3")
		totals, err := w.ManagedTotals(t.Context(), of)
		must(w.T, err)
		wantEqual(w.T, "totals of another quarter", len(totals), 0)
	})
}

// seen is how many lines a manager sees of what those pay for themselves, and what they come to.
func (w *world) seen(manager string) (lines int, amount domain.Amount) {
	w.Helper()
	of := ledger.Of{Tenant: w.tenant, Manager: manager, Quarter: quarter(w.T, "2026-Q4"), Others: true}
	all, err := w.ManagedUsage(w.Context(), of, domain.Usage{}, 10)
	must(w.T, err)
	totals, err := w.ManagedTotals(w.Context(), of)
	must(w.T, err)
	for _, t := range totals {
		amount += t.Amount
	}
	return len(all), amount
}

func (w *world) wantSeen(what, manager string, lines int, amount domain.Amount) {
	w.Helper()
	n, sum := w.seen(manager)
	wantEqual(w.T, "lines "+what, n, lines)
	wantEqual(w.T, "amount "+what, sum, amount)
}

func TestALineFollowsItsAccountToAnotherManager(t *testing.T) {
	onEach(t, func(w *world) {
		w.clock("2026-11-02T08:00:00Z")
		one, two, customer := w.newAccount(w.tenant), w.newAccount(w.tenant), w.newAccount(w.tenant)
		w.sent(w.sms(customer))
		paid := w.sms(customer)
		paid.Payer = one
		w.sent(paid)
		w.wantSeen("of whom nobody manages", one, 0, 0)
		w.sql(`UPDATE accounts SET manager = $1 WHERE id = $2`, one, customer)
		w.wantSeen("of the first manager", one, 1, 1000)
		w.sql(`UPDATE accounts SET manager = $1 WHERE id = $2`, two, customer)
		w.sent(w.sms(customer))
		w.wantSeen("of the first manager after the change", one, 0, 0)
		w.wantSeen("of the second", two, 1, 2000)
		w.sql(`UPDATE accounts SET deleted_at = 1 WHERE id = $1`, customer)
		w.wantSeen("of the second after the deletion", two, 0, 0)
		wantEqual(w.T, "what it all came to", w.sum("amount", "ledger_usage WHERE account = $1", customer), 3000)
	})
}

// Whichever of the two comes first, the line is seen by who manages the account in the end.
func TestAManagerWhoComesWhileAMessageIsSettledSeesItsLine(t *testing.T) {
	t.Parallel()
	for _, settledFirst := range []bool{true, false} {
		w := newWorld(t, dbtest.Open(t, pgtest.New(t)))
		w.clock("2026-11-02T08:00:00Z")
		one, two, customer := w.newAccount(w.tenant), w.newAccount(w.tenant), w.newAccount(w.tenant)
		w.sql(`UPDATE accounts SET manager = $1 WHERE id = $2`, one, customer)
		r := w.sms(customer)
		must(t, w.reserve(r))
		settle := func(ctx context.Context, tx *sql.Tx) error { return w.Settle(ctx, tx, r.Message, courier.Sent) }
		change := func(ctx context.Context, tx *sql.Tx) error {
			_, err := db.Exec(ctx, tx, `UPDATE accounts SET manager = $1 WHERE id = $2`, two, customer)
			return err
		}
		first, second := settle, change
		if !settledFirst {
			first, second = change, settle
		}
		ended := make(chan error, 1)
		must(t, w.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			if err := first(ctx, tx); err != nil {
				return err
			}
			if _, err := db.Exec(ctx, tx, `SET CONSTRAINTS ALL IMMEDIATE`); err != nil { // as the end of the transaction does
				return err
			}
			go func() { ended <- w.Transact(t.Context(), second) }()
			for len(ended) == 0 && w.count(`pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 0 {
			}
			return nil
		}))
		must(t, <-ended)
		w.wantSeen("of the manager before", one, 0, 0)
		w.wantSeen("of the manager now", two, 1, 1000)
	}
}
