package ledger_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/ledger"
)

var (
	noon   = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	prices = ledger.PriceBook{"+49": 1000, "+43": 800}
)

// till is a budget with how it stands, from which messages are paid.
type till struct {
	ledger.Budget
	standing ledger.Standing
	prices   ledger.PriceBook
	told     []ledger.Event
}

func newTill(limit ledger.Amount) *till {
	return &till{Budget: ledger.Budget{Scope: ledger.ScopeTenant, Cycle: ledger.Monthly, Limit: limit}, prices: prices}
}

func (l *till) pay(price ledger.Amount, only bool, now time.Time) bool {
	standing, events, err := l.Decide(l.standing, ledger.Payment{Price: price, OnlyMethod: only}, l.prices, now)
	if err != nil {
		return false
	}
	l.standing, l.told = standing, append(l.told, events...)
	return true
}

func (l *till) wantTold(t *testing.T, want ...ledger.Event) {
	t.Helper()
	if !slices.Equal(l.told, want) {
		t.Errorf("it told %v, want %v", l.told, want)
	}
}

func TestABudgetWarnsOnceThenStops(t *testing.T) {
	t.Parallel()
	l := newTill(10_000) // pays for ten
	for i := range 7 {
		if !l.pay(1000, false, noon) {
			t.Fatalf("message %d was refused", i)
		}
	}
	l.wantTold(t)
	l.pay(1000, false, noon)
	l.wantTold(t, ledger.Warned)
	l.pay(1000, false, noon)
	l.wantTold(t, ledger.Warned)
	l.pay(1000, false, noon)
	l.wantTold(t, ledger.Warned, ledger.Stopped)
	if l.pay(1000, false, noon) {
		t.Error("the eleventh passed")
	}
	if l.standing.Spent != 10_000 {
		t.Errorf("spent %s", l.standing.Spent)
	}
	if !l.pay(0, false, noon) {
		t.Error("a message that costs nothing was refused by a budget that is exactly used up")
	}
}

func TestANoticePassesAFullBudgetAndIsCounted(t *testing.T) {
	t.Parallel()
	l := newTill(1000)
	l.pay(1000, false, noon)
	standing, _, err := l.Decide(l.standing, ledger.Payment{Price: 1000, Notice: true}, l.prices, noon)
	if err != nil || standing.Spent != 2000 || !standing.AlarmedAt.IsZero() {
		t.Errorf("it stands at %+v, %v", standing, err)
	}
	if _, _, err := newTill(0).Decide(ledger.Standing{}, ledger.Payment{Price: 1000, Notice: true}, prices, noon); err == nil {
		t.Error("a budget of zero forbids no notice")
	}
}

func TestNoMessageIsRefusedByABudgetThatHasNotWarned(t *testing.T) {
	t.Parallel()
	for range 2000 {
		l := newTill(ledger.Amount(1000 + rand.IntN(20_000)))
		l.WarnAt = 1 + rand.IntN(100)
		for range 40 {
			price := []ledger.Amount{800, 1000, 0}[rand.IntN(3)]
			if l.pay(price, rand.IntN(4) == 0, noon) {
				continue
			}
			if !slices.Contains(l.told, ledger.Warned) || !slices.Contains(l.told, ledger.Stopped) {
				t.Fatalf("refused at %s of %s after it had told %v", l.standing.Spent, l.Limit, l.told)
			}
		}
		for _, event := range []ledger.Event{ledger.Warned, ledger.Stopped, ledger.Alarmed} {
			first := slices.Index(l.told, event)
			if first >= 0 && slices.Contains(l.told[first+1:], event) {
				t.Fatalf("it told %v", l.told)
			}
		}
	}
}

func TestWhoHasOnlySMSPassesAFullBudgetUntilAnAlarmAndItsGrace(t *testing.T) {
	t.Parallel()
	l := newTill(1000)
	l.pay(1000, false, noon)
	l.wantTold(t, ledger.Warned, ledger.Stopped)
	if l.pay(1000, false, noon) {
		t.Error("somebody with another method passed a full budget")
	}
	later := noon.Add(72 * time.Hour) // it has been full for long, but nobody was alarmed
	if !l.pay(1000, true, later) {
		t.Fatal("somebody was locked out without an alarm")
	}
	l.wantTold(t, ledger.Warned, ledger.Stopped, ledger.Alarmed)
	if !l.pay(1000, true, later.Add(ledger.Grace-1)) {
		t.Error("somebody was locked out within the grace")
	}
	if l.pay(1000, false, later.Add(time.Hour)) {
		t.Error("the alarm lets everybody pass")
	}
	if l.pay(1000, true, later.Add(ledger.Grace)) {
		t.Error("the grace does not end")
	}
	l.wantTold(t, ledger.Warned, ledger.Stopped, ledger.Alarmed)
	if l.standing.Spent != 3000 {
		t.Errorf("spent %s", l.standing.Spent)
	}
}

func TestABudgetOfNothingForbidsButAlarmsFirst(t *testing.T) {
	t.Parallel()
	l := newTill(0)
	if l.pay(1000, false, noon) {
		t.Error("it passed")
	}
	l.wantTold(t)
	if !l.pay(1000, true, noon) {
		t.Error("somebody was locked out without an alarm")
	}
	l.wantTold(t, ledger.Alarmed)
	if l.pay(1000, true, noon.Add(ledger.Grace)) {
		t.Error("the grace does not end")
	}
}

func TestABudgetWithAnotherLimitTellsAnew(t *testing.T) {
	t.Parallel()
	l := newTill(1000)
	l.pay(1000, true, noon)
	l.pay(1000, true, noon)
	l.told = nil
	l.Limit = 3000
	if !l.pay(1000, false, noon.Add(48*time.Hour)) {
		t.Fatal("the raised budget refuses")
	}
	l.wantTold(t, ledger.Warned, ledger.Stopped)
	if !l.pay(1000, true, noon.Add(48*time.Hour)) {
		t.Error("an alarm under the former limit locks out under the raised one")
	}
	l.Limit = 2000 // lowered to less than was spent
	if !l.pay(1000, true, noon.Add(96*time.Hour)) {
		t.Error("an alarm under the former limit locks out under the lowered one")
	}
}

func TestALoweredLimitOrADearerPriceIsToldAtOnce(t *testing.T) {
	t.Parallel()
	b := ledger.Budget{Scope: ledger.ScopeTenant, Cycle: ledger.Monthly, Limit: 10_000}
	_, events := b.Review(ledger.Standing{Spent: 9500, Limit: 100_000}, prices, noon)
	if !slices.Equal(events, []ledger.Event{ledger.Warned, ledger.Stopped}) {
		t.Errorf("a lowered limit told %v", events)
	}
	s, events := b.Review(ledger.Standing{Spent: 1000, Limit: 10_000}, prices, noon)
	if len(events) != 0 {
		t.Errorf("nothing has changed, and it told %v", events)
	}
	if _, events = b.Review(s, ledger.PriceBook{"+881": 9500}, noon); !slices.Equal(events, []ledger.Event{ledger.Warned, ledger.Stopped}) {
		t.Errorf("a dearer price told %v", events)
	}
}
