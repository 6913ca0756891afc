package ledger_test

import (
	"testing"
	"time"

	"github.com/jawort/jawort/ledger"
)

func TestARateIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	for text, written := range map[string]string{
		"5/10m": "5/10m", "10/24h": "10/24h", "1/1m": "1/1m", "3/90s": "3/1m30s", "7/100m": "7/1h40m", "1000000/744h": "1000000/744h",
	} {
		r, err := ledger.ParseRate(text)
		if err != nil || r.String() != written {
			t.Errorf("%s is written %s, %v", text, r, err)
		}
		if again, err := ledger.ParseRate(r.String()); err != nil || again != r {
			t.Errorf("%s is read as %v, %v", r, again, err)
		}
	}
	for _, text := range []string{"", "5", "5/", "/10m", "0/10m", "-1/10m", "5/59s", "5/745h", "5/10", "5/10m/1h", "1000001/1h", "5/90500ms"} {
		if r, err := ledger.ParseRate(text); err == nil {
			t.Errorf("%q was read as %s", text, r)
		}
	}
}

// fill sends until it is refused, and returns how many were sent and how long to wait.
func fill(w *ledger.Window, r ledger.Rate, now time.Time) (sent int, wait time.Duration) {
	for ; ; sent++ {
		next, wait := w.Admit(r, now)
		if wait > 0 {
			return sent, wait
		}
		*w = next
	}
}

func TestTheTimeToWaitGrowsWhileAWindowIsFilledAgainAndAgain(t *testing.T) {
	t.Parallel()
	rate, w, now := ledger.Rate{Max: 5, Per: 10 * time.Minute}, ledger.Window{}, noon
	for i, want := range []time.Duration{10, 20, 40, 80, 80} {
		sent, wait := fill(&w, rate, now)
		if sent != 5 || wait != want*time.Minute {
			t.Errorf("round %d: %d were sent, then %v to wait; want 5, then %v", i, sent, wait, want*time.Minute)
		}
		now = now.Add(wait)
	}
	now = now.Add(80 * time.Minute) // a whole window without a message
	if _, wait := fill(&w, rate, now); wait != 10*time.Minute {
		t.Errorf("after a rest the wait is %v", wait)
	}
}

func TestAWindowThatWasNotFilledEndsTheGrowth(t *testing.T) {
	t.Parallel()
	rate, w := ledger.Rate{Max: 2, Per: 10 * time.Minute}, ledger.Window{}
	fill(&w, rate, noon)
	w, _ = w.Admit(rate, noon.Add(10*time.Minute)) // one only, in a window of 20 minutes
	if _, wait := fill(&w, rate, noon.Add(30*time.Minute)); wait != 10*time.Minute {
		t.Errorf("the wait is %v", wait)
	}
}

func TestADaysRateDoesNotGrow(t *testing.T) {
	t.Parallel()
	rate, w := ledger.Rate{Max: 10, Per: 24 * time.Hour}, ledger.Window{}
	for day := range 3 {
		if _, wait := fill(&w, rate, noon.Add(time.Duration(day)*24*time.Hour)); wait != 24*time.Hour {
			t.Errorf("on day %d the wait is %v", day, wait)
		}
	}
}

func TestALowerRateCountsAtOnce(t *testing.T) {
	t.Parallel()
	w := ledger.Window{StartedAt: noon, Span: 10 * time.Minute, Count: 7}
	if _, wait := w.Admit(ledger.Rate{Max: 5, Per: 10 * time.Minute}, noon.Add(time.Minute)); wait != 9*time.Minute {
		t.Errorf("the wait is %v", wait)
	}
}

func TestAClockThatIsBehindAdmitsNoMoreThanTheRate(t *testing.T) {
	t.Parallel()
	w := ledger.Window{StartedAt: noon, Span: 10 * time.Minute, Count: 5}
	if _, wait := w.Admit(ledger.Rate{Max: 5, Per: 10 * time.Minute}, noon.Add(-time.Second)); wait <= 0 {
		t.Error("it was admitted")
	}
}

func TestWhatIsGivenBackLeavesRoomInTheWindowThatCountedIt(t *testing.T) {
	t.Parallel()
	r, now := ledger.Rate{Max: 2, Per: 24 * time.Hour}, time.Now()
	var w ledger.Window
	fill(&w, r, now)
	if sent, _ := fill(ptr(w.GiveBack(now)), r, now); sent != 1 {
		t.Errorf("%d were sent after one was given back", sent)
	}
	later := now.Add(25 * time.Hour)
	w, _ = w.Admit(r, later)
	if w.GiveBack(now) != w {
		t.Error("a window gives back what an earlier one counted")
	}
	if empty := w.GiveBack(later).GiveBack(later); empty.Count != 0 {
		t.Errorf("it counts %d", empty.Count)
	}
}

func ptr(w ledger.Window) *ledger.Window { return &w }
