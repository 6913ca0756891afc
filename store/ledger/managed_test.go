package ledger_test

import (
	"testing"

	domain "github.com/jawort/jawort/ledger"
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
