package ledger_test

import (
	"testing"

	"github.com/jawort/jawort/courier"
	domain "github.com/jawort/jawort/ledger"
)

func TestAMessageCostsOnceACarrierHasItAndNothingBefore(t *testing.T) {
	onEach(t, func(w *world) {
		own := w.newAccount(w.tenant)
		for name, c := range map[string]struct {
			states []courier.State
			want   domain.State
			spent  domain.Amount
		}{
			"queued":                  {[]courier.State{courier.Queued}, domain.Reserved, 1000},
			"sent":                    {[]courier.State{courier.Queued, courier.Sent}, domain.Settled, 1000},
			"delivered":               {[]courier.State{courier.Sent, courier.Delivered}, domain.Settled, 1000},
			"undelivered":             {[]courier.State{courier.Sent, courier.Undelivered}, domain.Settled, 1000},
			"a receipt came first":    {[]courier.State{courier.Delivered, courier.Sent}, domain.Settled, 1000},
			"failed":                  {[]courier.State{courier.Failed}, domain.Released, 0},
			"expired":                 {[]courier.State{courier.Expired}, domain.Released, 0},
			"said twice":              {[]courier.State{courier.Failed, courier.Failed}, domain.Released, 0},
			"failed after it cost":    {[]courier.State{courier.Sent, courier.Failed, courier.Expired}, domain.Settled, 1000},
			"sent after it was given": {[]courier.State{courier.Expired, courier.Sent, courier.Delivered}, domain.Released, 0},
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
			if err := w.settle(r.Message, courier.Failed); err != nil {
				t.Error(err)
			}
			return true
		})
		wantEqual(w.T, "spent", w.spent(domain.ScopeTenant, "", domain.Monthly), 1000)
	})
}

func TestAMessageThatIsNoSMSIsNoneOfTheLedgersBusiness(t *testing.T) {
	onEach(t, func(w *world) {
		must(w.T, w.settle("msg_email", courier.Sent))
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
		must(w.T, w.settle(reserved.Message, courier.Sent))
		must(w.T, w.settle(settled.Message, courier.Delivered))
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
		must(w.T, w.settle(r.Message, courier.Expired))
		wantEqual(w.T, "spent in all pots", w.sum("spent", "ledger_pots"), 0)
		wantEqual(w.T, "pots below zero", w.count("ledger_pots WHERE spent < 0"), 0)
	})
}
