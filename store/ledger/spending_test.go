package ledger_test

import (
	"testing"
	"time"

	domain "github.com/jawort/jawort/ledger"
)

func TestWhatIsSpentIsToldByTenantApplicationGroupAndCountryWithWhatIsHeld(t *testing.T) {
	onEach(t, func(w *world) {
		w.clock("2026-11-26T12:00:00Z")
		group, own := w.newGroup(w.tenant), w.newAccount(w.tenant)
		w.budget(domain.Budget{Scope: domain.ScopeTenant, Cycle: domain.Quarterly, Limit: 10_000})
		r := w.sms(own)
		r.Group = group
		w.sent(r)
		must(w.T, w.reserve(w.sms(own)))
		price := w.spent(domain.ScopeTenant, "", domain.Quarterly) / 2
		got := map[domain.Pot]domain.Standing{}
		found, err := w.Spendings(w.Context(), w.tenant, "2026-Q4")
		must(w.T, err)
		for _, s := range found {
			wantEqual(w.T, "currency", s.Currency, "EUR")
			got[s.Pot] = s.Standing
		}
		want := map[domain.Pot]domain.Amount{
			{Scope: domain.ScopeTenant, Period: "2026-Q4"}: 2 * price, {Scope: domain.ScopeApplication, Subject: w.app, Period: "2026-Q4"}: 2 * price,
			{Scope: domain.ScopeGroup, Subject: group, Period: "2026-Q4"}: price, {Scope: domain.ScopeCountry, Subject: "DE", Period: "2026-Q4"}: 2 * price,
		}
		wantEqual(w.T, "pots", len(got), len(want))
		for pot, amount := range want {
			wantEqual(w.T, pot.String(), got[pot].Spent, amount)
		}
		wantEqual(w.T, "limit", got[domain.Pot{Scope: domain.ScopeTenant, Period: "2026-Q4"}].Limit, 10_000)
		elsewhere, err := w.Spendings(w.Context(), w.newTenant(), "2026-Q4")
		must(w.T, err)
		wantEqual(w.T, "of another tenant", len(elsewhere), 0)
		now, err := w.LocalNow(w.Context(), w.tenant)
		must(w.T, err)
		wantEqual(w.T, "zone", now.Location().String(), settings().TimeZone)
		if d := now.Sub(time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)); d < 0 || d > time.Minute {
			w.Errorf("it is %v", now)
		}
	})
}
