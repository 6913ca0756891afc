package ledger_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/courier"
	domain "github.com/jawort/jawort/ledger"
)

func quarter(t *testing.T, s string) domain.Quarter {
	t.Helper()
	q, err := domain.ParseQuarter(s)
	must(t, err)
	return q
}

func (w *world) usage(f domain.UsageFilter) []domain.Usage {
	w.Helper()
	found, err := w.Usage(w.Context(), w.tenant, f)
	must(w.T, err)
	return found
}

// total returns the sum of all usage in euros.
func (w *world) total(f domain.UsageFilter) domain.Total {
	w.Helper()
	totals, err := w.Totals(w.Context(), w.tenant, f)
	must(w.T, err)
	if len(totals) == 0 {
		return domain.Total{}
	}
	wantEqual(w.T, "currency", totals[0].Currency, "EUR")
	return totals[0]
}

func TestAMessageCountsInTheQuarterOfItsReservationInTheTenantsTimeZone(t *testing.T) {
	onEach(t, func(w *world) {
		own := w.newAccount(w.tenant)
		reserve := func(at string) domain.Reservation {
			w.clock(at)
			r := w.sms(own)
			must(w.T, w.reserve(r))
			return r
		}
		for _, c := range []struct{ at, quarter string }{
			{"2026-03-31T21:59:50Z", "2026-Q1"}, {"2026-03-31T22:00:01Z", "2026-Q2"}, // summer time since two days
			{"2026-09-30T21:59:50Z", "2026-Q3"}, {"2026-09-30T22:00:01Z", "2026-Q4"},
			{"2026-12-31T22:59:50Z", "2026-Q4"}, {"2026-12-31T23:00:01Z", "2027-Q1"}, // winter time
		} {
			before := w.total(domain.UsageFilter{Quarter: quarter(w.T, c.quarter)}).Messages
			r := reserve(c.at)
			w.clock("2027-02-01T00:00:00Z")
			must(w.T, w.settle(r.Message, courier.Sent))
			wantEqual(w.T, c.at+" in "+c.quarter, w.total(domain.UsageFilter{Quarter: quarter(w.T, c.quarter)}).Messages-before, 1)
		}
		s := settings()
		s.TimeZone = "Pacific/Kiritimati"
		w.set(s)
		wantEqual(w.T, "messages of a past quarter after the zone was changed", w.total(domain.UsageFilter{Quarter: quarter(w.T, "2026-Q4")}).Messages, 2)
	})
}

func TestUsageIsSplitByPayerAndAccountAndFiltered(t *testing.T) {
	onEach(t, func(w *world) {
		w.clock("2026-11-02T08:00:00Z")
		broker, customer := w.newAccount(w.tenant), w.newAccount(w.tenant) // login 1, login 2
		other := w.newAccount(w.tenant)
		for range 3 {
			r := w.sms(customer)
			r.Payer = broker
			w.sent(r)
		}
		w.sent(w.sms(broker))
		w.sent(w.sms(other))
		must(w.T, w.reserve(w.sms(other)))
		released := w.sms(other)
		must(w.T, w.reserve(released))
		must(w.T, w.settle(released.Message, courier.Failed))

		q := quarter(w.T, "2026-Q4")
		of := map[string]domain.Usage{}
		for _, u := range w.usage(domain.UsageFilter{Quarter: q}) {
			of[u.PayerLogin+" for "+u.AccountLogin] = u
		}
		wantEqual(w.T, "lines", len(of), 3)
		wantEqual(w.T, "the customer's", of["login 1 for login 2"].Amount, 3000)
		wantEqual(w.T, "the broker's own", of["login 1 for login 1"].Messages, 1)
		for _, c := range []struct {
			filter         domain.UsageFilter
			lines          int
			amount         domain.Amount
			messages, open int64
		}{
			{domain.UsageFilter{Quarter: q}, 3, 5000, 5, 1},
			{domain.UsageFilter{Quarter: q, Payer: "login 1"}, 2, 4000, 4, 0},
			{domain.UsageFilter{Quarter: q, Account: "login 2"}, 1, 3000, 3, 0},
			{domain.UsageFilter{Quarter: q, Payer: "login 3"}, 1, 1000, 1, 1},
			{domain.UsageFilter{Quarter: q, Payer: "login 2"}, 0, 0, 0, 0}, // pays for nothing
			{domain.UsageFilter{Quarter: quarter(w.T, "2026-Q3")}, 0, 0, 0, 0},
		} {
			wantEqual(w.T, "lines", len(w.usage(c.filter)), c.lines)
			got := w.total(c.filter)
			got.Currency = ""
			wantEqual(w.T, "total", got, domain.Total{Messages: c.messages, Amount: c.amount, Reserved: c.open})
		}
	})
}

func TestAnotherTenantsPayerIsUnknown(t *testing.T) {
	onEach(t, func(w *world) {
		w.newAccount(w.newTenant()) // login 1
		for _, f := range []domain.UsageFilter{{Payer: "login 1"}, {Account: "login 1"}, {Payer: "nobody"}, {Payer: "no\x00text"}} {
			f.Quarter = quarter(w.T, "2026-Q4")
			if _, err := w.Usage(t.Context(), w.tenant, f); !is(err, account.ErrUnknownAccount) {
				w.Errorf("%+v: %v", f, err)
			}
		}
	})
}

func TestWhoWasDeletedIsStillCharged(t *testing.T) {
	onEach(t, func(w *world) {
		w.clock("2026-11-02T08:00:00Z")
		w.sent(w.sms(w.newAccount(w.tenant)))
		w.sql(`UPDATE accounts SET deleted_at = jawort_now()`)
		found := w.usage(domain.UsageFilter{Quarter: quarter(w.T, "2026-Q4"), Payer: "login 1"})
		if len(found) != 1 || found[0].PayerLogin != "login 1" || found[0].Amount != 1000 {
			w.Errorf("usage is %+v", found)
		}
	})
}

// The login number is somebody's data: no copy of it outlives its erasure, and what they used is still charged.
func TestALineFollowsTheLoginNumberThatIsErased(t *testing.T) {
	onEach(t, func(w *world) {
		w.clock("2026-11-02T08:00:00Z")
		r := w.sent(w.sms(w.newAccount(w.tenant)))
		w.sql(`UPDATE accounts SET external_id = id WHERE id = $1`, r.Account)
		wantEqual(w.T, "lines under the login number", w.count(`ledger_usage WHERE account_login <> account`), 0)
		found := w.usage(domain.UsageFilter{Quarter: quarter(w.T, "2026-Q4")})
		wantEqual(w.T, "lines", len(found), 1)
		wantEqual(w.T, "login number", found[0].AccountLogin, r.Account)
		wantEqual(w.T, "amount", found[0].Amount, 1000)
	})
}

func TestPagesOfUsageAreTheWholeOfIt(t *testing.T) {
	onEach(t, func(w *world) {
		w.clock("2026-11-02T08:00:00Z")
		for range 7 {
			r := w.sent(w.sms(w.newAccount(w.tenant)))
			w.sent(w.sms(r.Account))
		}
		f := domain.UsageFilter{Quarter: quarter(w.T, "2026-Q4")}
		whole := w.usage(f)
		var paged []domain.Usage
		for f.Limit = 3; ; {
			page := w.usage(f)
			if len(page) == 0 {
				break
			}
			paged = append(paged, page...)
			f.After = page[len(page)-1].Key()
		}
		wantEqual(w.T, "lines", len(paged), 7)
		for i := range whole {
			wantEqual(w.T, "line", paged[i], whole[i])
		}
	})
}

var errMind = errors.New("the caller changed its mind")

// Callers die in the middle, messages fail, receipts come twice, all at once: what remains agrees to the last digit.
func TestUsageEqualsTheLedgerWhateverHappens(t *testing.T) {
	onEach(t, func(w *world) {
		w.clock("2026-11-02T08:00:00Z")
		accounts := []string{w.newAccount(w.tenant), w.newAccount(w.tenant), w.newAccount(w.tenant), w.newAccount(w.tenant)}
		numbers := []string{"+4915112345678", "+436641234567", "+41811234567", "+33612345678"}
		states := []courier.State{courier.Queued, courier.Sent, courier.Failed, courier.Expired, courier.Delivered, courier.Undelivered}
		inParallel(12, func(int) bool {
			for range 12 {
				r := w.sms(accounts[rand.IntN(4)])
				r.Payer, r.Number = accounts[rand.IntN(2)], numbers[rand.IntN(4)]
				if err := w.maybe(func(tx *tx) error { return w.Reserve(tx.Context, tx.Tx, r) }); err != nil && !is(err, domain.ErrNoPrice) {
					t.Error(err)
				}
				for range rand.IntN(3) {
					if err := w.maybe(func(tx *tx) error { return w.Settle(tx.Context, tx.Tx, r.Message, states[rand.IntN(6)]) }); err != nil {
						t.Error(err)
					}
				}
			}
			return true
		})
		w.wantConsistent("2026-Q4")
	})
}

// wantConsistent checks entries, pots, usage and totals against each other.
func (w *world) wantConsistent(q string) {
	w.Helper()
	settled := w.sum("price", "ledger_entries WHERE state = 'settled'")
	if settled == 0 {
		w.Fatal("nothing was settled: this says nothing")
	}
	var amount domain.Amount
	var messages int64
	for _, u := range w.usage(domain.UsageFilter{Quarter: quarter(w.T, q)}) {
		amount, messages = amount+u.Amount, messages+u.Messages
	}
	wantEqual(w.T, "sum of the usage", amount, settled)
	wantEqual(w.T, "messages of the usage", messages, w.count("ledger_entries WHERE state = 'settled'"))
	total := w.total(domain.UsageFilter{Quarter: quarter(w.T, q)})
	wantEqual(w.T, "total", total.Amount, settled)
	wantEqual(w.T, "open messages", total.Reserved, w.count("ledger_entries WHERE state = 'reserved'"))
	held := w.sum("price", "ledger_entries WHERE state <> 'released'")
	for _, scope := range []string{"tenant", "application", "country"} {
		for _, period := range []string{"2026-11", q} {
			wantEqual(w.T, "spent by "+scope+" in "+period, w.sum("spent", "ledger_pots WHERE pot LIKE $1", scope+":%:"+period), held)
		}
	}
}
