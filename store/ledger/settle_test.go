package ledger_test

import (
	"testing"

	domain "github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/ledger"
)

func TestAMessageCostsOnceACarrierHasItAndNothingBefore(t *testing.T) {
	onEach(t, func(w *world) {
		own := w.newAccount(w.tenant)
		for name, c := range map[string]struct {
			states []ledger.State
			want   domain.State
			spent  domain.Amount
		}{
			"queued":                  {[]ledger.State{ledger.Queued}, domain.Reserved, 1000},
			"sent":                    {[]ledger.State{ledger.Queued, ledger.Sent}, domain.Settled, 1000},
			"delivered":               {[]ledger.State{ledger.Sent, ledger.Delivered}, domain.Settled, 1000},
			"undelivered":             {[]ledger.State{ledger.Sent, ledger.Undelivered}, domain.Settled, 1000},
			"a receipt came first":    {[]ledger.State{ledger.Delivered, ledger.Sent}, domain.Settled, 1000},
			"failed":                  {[]ledger.State{ledger.Failed}, domain.Released, 0},
			"expired":                 {[]ledger.State{ledger.Expired}, domain.Released, 0},
			"said twice":              {[]ledger.State{ledger.Failed, ledger.Failed}, domain.Released, 0},
			"failed after it cost":    {[]ledger.State{ledger.Sent, ledger.Failed, ledger.Expired}, domain.Settled, 1000},
			"sent after it was given": {[]ledger.State{ledger.Expired, ledger.Sent, ledger.Delivered}, domain.Released, 0},
		} {
			before := w.spent(domain.ScopeTenant, "", domain.Monthly)
			r := w.sms(own)
			must(w.T, w.reserve(r))
			for _, state := range c.states {
				must(w.T, w.settle(r.Message, state))
			}
			wantEqual(w.T, name+": entries", w.count("ledger_entries WHERE message = $1 AND state = $2 AND price = 1000", r.Message, string(c.want)), 1)
			for _, pot := range []struct {
				scope   domain.Scope
				subject string
			}{{domain.ScopeTenant, ""}, {domain.ScopeApplication, w.app}, {domain.ScopeCountry, "DE"}} {
				wantEqual(w.T, name+": spent by "+string(pot.scope), w.spent(pot.scope, pot.subject, domain.Quarterly)-before, c.spent)
			}
		}
	})
}

func TestSettlingInParallelGivesBackOnce(t *testing.T) {
	onEach(t, func(w *world) {
		r := w.sms(w.newAccount(w.tenant))
		w.sent(w.sms(r.Account))
		must(w.T, w.reserve(r))
		inParallel(10, func(int) bool {
			if err := w.settle(r.Message, ledger.Failed); err != nil {
				t.Error(err)
			}
			return true
		})
		wantEqual(w.T, "spent", w.spent(domain.ScopeTenant, "", domain.Monthly), 1000)
	})
}

func TestAMessageThatIsNoSMSIsNoneOfTheLedgersBusiness(t *testing.T) {
	onEach(t, func(w *world) {
		must(w.T, w.settle("msg_email", ledger.Sent))
		wantEqual(w.T, "entries", w.count("ledger_entries"), 0)
		wantEqual(w.T, "pots", w.count("ledger_pots"), 0)
	})
}

func TestANewPriceOrCurrencyChangesNothingThatIsReserved(t *testing.T) {
	onEach(t, func(w *world) {
		own := w.newAccount(w.tenant)
		reserved, settled := w.sms(own), w.sms(own)
		must(w.T, w.reserve(reserved))
		w.sent(settled)
		s := settings()
		s.Prices["+49"], s.Currency = 5000, "CHF"
		w.set(s)
		must(w.T, w.settle(reserved.Message, ledger.Sent))
		must(w.T, w.settle(settled.Message, ledger.Delivered))
		wantEqual(w.T, "amount", w.sum("price", "ledger_entries WHERE state = 'settled' AND currency = 'EUR'"), 2000)
		w.sent(w.sms(own))
		wantEqual(w.T, "amount in francs", w.sum("price", "ledger_entries WHERE state = 'settled' AND currency = 'CHF'"), 5000)
	})
}

func TestMoneyThatIsGivenBackGoesToTheQuarterOfItsReservation(t *testing.T) {
	onEach(t, func(w *world) {
		w.clock("2026-12-31T22:59:00Z")
		r := w.sms(w.newAccount(w.tenant))
		must(w.T, w.reserve(r))
		w.clock("2027-01-01T00:10:00Z")
		must(w.T, w.settle(r.Message, ledger.Expired))
		wantEqual(w.T, "spent in all pots", w.sum("spent", "ledger_pots"), 0)
		wantEqual(w.T, "pots below zero", w.count("ledger_pots WHERE spent < 0"), 0)
	})
}
