package process_test

import (
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/server/directory"
	"github.com/jawort/jawort/server/forgetting"
	"github.com/jawort/jawort/store/db"
)

// rounds lets a test say when the parts that drop what is old do so. Each has a tick of its own: one for both would go to
// whichever is faster.
type rounds struct {
	made  chan chan time.Time
	parts []chan time.Time
}

// retaining makes the two parts wait for their rounds, and all others that are paced for ever.
func retaining(r *rounds) func(*process.Options) {
	r.made = make(chan chan time.Time, 2)
	return func(o *process.Options) {
		o.Tick = func(d time.Duration) (<-chan time.Time, func()) {
			if d != directory.RetainEvery && d != forgetting.Every {
				return nil, func() {}
			}
			ticks := make(chan time.Time)
			r.made <- ticks
			return ticks, func() {}
		}
	}
}

// pass returns when both have dropped what is old.
func (r *rounds) pass() {
	for len(r.parts) < 2 {
		r.parts = append(r.parts, <-r.made)
	}
	for _, ticks := range r.parts {
		ticks <- time.Time{}
		ticks <- time.Time{} // is taken when the first has been dealt with
	}
}

// notices counts those that are kept.
func (p *person) notices() int {
	p.Helper()
	n, err := db.One(p.Context(), p.Lasting().Reads(), db.ScanInt, `SELECT COUNT(*) FROM notices`)
	p.must(err)
	return n
}

func TestAProcessForgetsNoticesThatNoPhoneShowsAnyMore(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	var r rounds
	p := newPerson(t, retaining(&r))
	after := func(days int, want int) {
		t.Helper()
		p.must(p.Lasting().SetClockOffset(t.Context(), time.Duration(days)*day))
		r.pass()
		if got := p.notices(); got != want {
			t.Errorf("after %d days %d notices are kept, want %d", days, got, want)
		}
	}
	p.sql(`UPDATE notices SET at = jawort_now()`)
	after(89, 1)
	after(91, 0)

	p.tenant.Policy = account.TenantPolicy{Retention: account.Retention{PersonalData: 1}} // shorter than a phone would show it
	p.must(p.Lasting().UpdateTenant(t.Context(), p.Lasting().Writes(), p.tenant))
	p.fill("notices")
	p.sql(`UPDATE notices SET at = jawort_now()`)
	after(91+27, 1)
	after(91+32, 0)
}

func TestAProcessForgetsWhatAPhoneWasToldThatIsRevoked(t *testing.T) {
	t.Parallel()
	var r rounds
	p := newPerson(t, retaining(&r))
	p.sql(`UPDATE notices SET at = jawort_now()`)
	r.pass()
	if p.notices() != 1 {
		t.Fatal("what a phone shows is forgotten")
	}
	p.sql(`UPDATE credentials SET status = 'revoked', ended_at = jawort_now()`)
	r.pass()
	if p.notices() != 0 {
		t.Error("what a revoked phone was told is kept")
	}
}
