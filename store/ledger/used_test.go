package ledger_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"testing"
	"time"

	domain "github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/db"
)

func (w *world) used(account, approval string) {
	w.Helper()
	must(w.T, w.Transact(w.Context(), func(ctx context.Context, tx *sql.Tx) error { return w.Used(ctx, tx, account, approval) }))
}

// login reserves a code for an approval to a number.
func (w *world) login(account, number, approval string) error {
	r := w.sms(account)
	r.Number, r.Approval = number, approval
	return w.reserve(r)
}

const daily = "+4915199999999"

// daysRate bounds a day, and hardly an hour.
func daysRate(n int) []domain.Rate { return append(rate(1000, time.Hour), rate(n, 24*time.Hour)...) }

// Whoever owns the number could have it paid for without end otherwise.
func TestNothingIsGivenBackWhereNothingButADayBoundsIt(t *testing.T) {
	onEach(t, func(w *world) {
		w.limit(domain.Limits{Number: rate(5, 24*time.Hour)})
		own := w.newAccount(w.tenant)
		for range 5 {
			approval := newID(w.T, "apr")
			must(w.T, w.login(own, daily, approval))
			w.used(own, approval)
		}
		wantError(w.T, w.login(own, daily, newID(w.T, "apr")), domain.ErrTooMany)
	})
}

func TestWhoUsesTheirCodesMayLogInAsOftenAsTheyLikeInADay(t *testing.T) {
	onEach(t, func(w *world) {
		w.limit(domain.Limits{Number: daysRate(10), Account: daysRate(10)})
		own := w.newAccount(w.tenant)
		for range 25 {
			approval := newID(w.T, "apr")
			must(w.T, w.login(own, daily, approval))
			w.used(own, approval)
		}
		for range 10 {
			must(w.T, w.login(own, daily, newID(w.T, "apr")))
		}
		wantError(w.T, w.login(own, daily, newID(w.T, "apr")), domain.ErrTooMany)
	})
}

func TestACodeThatWasUsedGivesItsPlaceBackOnceAndNoOthers(t *testing.T) {
	onEach(t, func(w *world) {
		w.limit(domain.Limits{Number: daysRate(3)})
		own, other := w.newAccount(w.tenant), w.newAccount(w.tenant)
		must(w.T, w.login(own, daily, "apr_one"))
		must(w.T, w.login(own, daily, "apr_one")) // a second code, which ended the first
		must(w.T, w.login(own, daily, "apr_two"))
		w.used(other, "apr_one") // nothing was sent to it
		w.used(own, "apr_none")
		wantError(w.T, w.login(own, daily, "apr_three"), domain.ErrTooMany)
		for range 3 {
			w.used(own, "apr_one")
		}
		must(w.T, w.login(own, daily, "apr_three"))
		wantError(w.T, w.login(own, daily, "apr_four"), domain.ErrTooMany)
	})
}

func TestAUseThatComesToNothingGivesNothingBack(t *testing.T) {
	onEach(t, func(w *world) {
		w.limit(domain.Limits{Number: daysRate(1)})
		own := w.newAccount(w.tenant)
		must(w.T, w.login(own, daily, "apr_one"))
		err := w.Transact(w.Context(), func(ctx context.Context, tx *sql.Tx) error {
			return errors.Join(w.Used(ctx, tx, own, "apr_one"), errMind)
		})
		wantError(w.T, err, errMind)
		wantError(w.T, w.login(own, daily, "apr_two"), domain.ErrTooMany)
	})
}

func TestUsingCodesDoesNotMakeSendingFaster(t *testing.T) {
	onEach(t, func(w *world) {
		for name, limits := range map[string]domain.Limits{
			"number":      {Number: rate(5, 10*time.Minute)},
			"account":     {Account: rate(5, time.Hour)},
			"application": {Application: rate(5, 24*time.Hour)},
			"prefix":      {Prefix: rate(5, 24*time.Hour)},
		} {
			w.limit(limits)
			w.sql(`DELETE FROM ledger_windows`)
			own := w.newAccount(w.tenant)
			for range 5 {
				approval := newID(w.T, "apr")
				must(w.T, w.login(own, daily, approval))
				w.used(own, approval)
			}
			err := w.login(own, daily, "apr_more")
			wantError(w.T, err, domain.ErrTooMany)
			wantExtra(w.T, err, "limit", name)
		}
	})
}

func TestManyCodesOfANumberUsedAtOnceEachGiveTheirPlaceBack(t *testing.T) {
	onEach(t, func(w *world) {
		const many = 12
		w.limit(domain.Limits{Number: daysRate(many)})
		var accounts, approvals []string
		for range many {
			accounts, approvals = append(accounts, w.newAccount(w.tenant)), append(approvals, newID(w.T, "apr"))
			must(w.T, w.login(accounts[len(accounts)-1], daily, approvals[len(approvals)-1]))
		}
		inParallel(2*many, func(i int) bool {
			w.used(accounts[i%many], approvals[i%many])
			return true
		})
		for range many {
			must(w.T, w.login(accounts[0], daily, newID(w.T, "apr")))
		}
		wantError(w.T, w.login(accounts[0], daily, newID(w.T, "apr")), domain.ErrTooMany)
	})
}

func TestALockOutIsToldOnceADayAndAccount(t *testing.T) {
	onEach(t, func(w *world) {
		own, other := w.newAccount(w.tenant), w.newAccount(w.tenant)
		refused := domain.ErrTooMany.With("limit", "number").After(3 * time.Hour)
		tell := func(account string) {
			t.Helper()
			must(w.T, w.LockedOut(w.Context(), w.tenant, w.app, account, refused))
		}
		inParallel(10, func(int) bool { tell(own); return true })
		wantEqual(w.T, "lock-outs", w.told("sms.limited"), 1)
		w.wantPromised("sms.limited")
		tell(other)
		wantEqual(w.T, "lock-outs", w.told("sms.limited"), 2)
		now, err := w.Now(w.Context())
		must(w.T, err)
		data, err := db.One(w.Context(), w.Reads(), db.ScanString, `SELECT data FROM outbox WHERE kind = 'sms.limited' AND account = $1 AND application = $2 AND subject = $1`, own, w.app)
		must(w.T, err)
		var told struct {
			Limit string
			Until time.Time
		}
		must(w.T, json.Unmarshal([]byte(data), &told))
		if left := told.Until.Sub(now); told.Limit != "number" || left > 3*time.Hour || left < 3*time.Hour-time.Minute {
			t.Errorf("it says %s, for %v", told.Limit, left)
		}
		must(w.T, w.SetClockOffset(w.Context(), 25*time.Hour))
		tell(own)
		wantEqual(w.T, "lock-outs", w.told("sms.limited"), 3)
	})
}
