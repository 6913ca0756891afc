package ledger_test

import (
	"errors"
	"testing"
	"time"

	domain "github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/refusal"
)

func rate(n int, per time.Duration) []domain.Rate { return []domain.Rate{{Max: n, Per: per}} }

// wantWait checks that an SMS was refused by a limit, for about so long.
func (w *world) wantWait(err error, limit string, about time.Duration) {
	w.Helper()
	wantError(w.T, err, domain.ErrTooMany)
	wantExtra(w.T, err, "limit", limit)
	var r *refusal.Error
	if errors.As(err, &r); r.RetryAfter > about || r.RetryAfter < about-time.Minute {
		w.Fatalf("it says to wait %v, want about %v", r.RetryAfter, about)
	}
}

func TestPumpingIsSlowedPerNumberPrefixAccountAndApplication(t *testing.T) {
	onEach(t, func(w *world) {
		for name, c := range map[string]struct {
			limits domain.Limits
			same   func(r *domain.Reservation)
		}{
			"number":      {domain.Limits{Number: rate(5, 10*time.Minute)}, func(r *domain.Reservation) { r.Number = "+4915199999999" }},
			"prefix":      {domain.Limits{Prefix: rate(5, 10*time.Minute)}, func(r *domain.Reservation) { r.Number = "+4915199" + r.Number[5:8] + "000" }},
			"account":     {domain.Limits{Account: rate(5, 10*time.Minute)}, func(*domain.Reservation) {}},
			"application": {domain.Limits{Application: rate(5, 10*time.Minute)}, func(r *domain.Reservation) { r.Account = w.newAccount(w.tenant); r.Payer = r.Account }},
		} {
			w.limit(c.limits)
			own := w.newAccount(w.tenant)
			before := w.count("ledger_entries")
			passed := inParallel(20, func(int) bool {
				r := w.sms(own)
				c.same(&r)
				err := w.reserve(r)
				if err != nil && !is(err, domain.ErrTooMany) {
					t.Error(err)
				}
				return err == nil
			})
			wantEqual(w.T, name+": messages that passed", passed, 5)
			wantEqual(w.T, name+": entries", w.count("ledger_entries")-before, 5)
			r := w.sms(own)
			c.same(&r)
			w.wantWait(w.reserve(r), name, 10*time.Minute)
			must(w.T, w.reserve(w.elsewhere(name)))
		}
	})
}

// elsewhere is a message that shares with the others all but what the limit is about.
func (w *world) elsewhere(limit string) domain.Reservation {
	r := w.sms(w.newAccount(w.tenant))
	if limit == "application" {
		r.Application = w.newApplication(w.tenant)
	}
	return r
}

func TestTheTimeToWaitGrows(t *testing.T) {
	onEach(t, func(w *world) {
		w.limit(domain.Limits{Account: rate(2, 10*time.Minute)})
		own := w.newAccount(w.tenant)
		at := time.Duration(0)
		for _, wait := range []time.Duration{10, 20, 40, 80, 80} {
			must(w.T, w.SetClockOffset(t.Context(), at))
			for range 2 {
				must(w.T, w.reserve(w.sms(own)))
			}
			w.wantWait(w.reserve(w.sms(own)), "account", wait*time.Minute)
			at += wait*time.Minute + time.Second
		}
	})
}

func TestAFailedMessageIsCountedAgainstPumping(t *testing.T) {
	onEach(t, func(w *world) {
		w.limit(domain.Limits{Account: rate(1, 10*time.Minute)})
		r := w.sms(w.newAccount(w.tenant))
		must(w.T, w.reserve(r))
		must(w.T, w.settle(r.Message, "failed"))
		w.wantWait(w.reserve(w.sms(r.Account)), "account", 10*time.Minute)
	})
}

func TestOneTenantsMessagesNeverSlowAnothers(t *testing.T) {
	onEach(t, func(w *world) {
		w.limit(domain.Limits{Number: rate(1, 10*time.Minute), Prefix: rate(1, 10*time.Minute)})
		first := w.sms(w.newAccount(w.tenant))
		must(w.T, w.reserve(first))
		number := first.Number
		w.tenant = w.newTenant()
		w.app = w.newApplication(w.tenant)
		w.limit(domain.Limits{Number: rate(1, 10*time.Minute), Prefix: rate(1, 10*time.Minute)})
		second := w.sms(w.newAccount(w.tenant))
		second.Number = number
		must(w.T, w.reserve(second))
	})
}

func TestCountsThatSayNothingAnyMoreAreForgotten(t *testing.T) {
	onEach(t, func(w *world) {
		w.limit(domain.Limits{Account: rate(1, 10*time.Minute)})
		own := w.newAccount(w.tenant)
		must(w.T, w.reserve(w.sms(own)))
		rows := w.count("ledger_windows")
		n, err := w.Forget(t.Context())
		must(w.T, err)
		wantEqual(w.T, "forgotten too early", n, 0)
		must(w.T, w.SetClockOffset(t.Context(), 21*time.Minute))
		n, err = w.Forget(t.Context())
		must(w.T, err)
		wantEqual(w.T, "forgotten", int64(n), rows)
		wantEqual(w.T, "left", w.count("ledger_windows"), 0)
		must(w.T, w.reserve(w.sms(own)))
	})
}
