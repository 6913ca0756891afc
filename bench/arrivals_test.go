package bench

import (
	"math"
	"slices"
	"testing"
	"time"
)

func times(o Options, n int) (all []time.Duration) {
	a := o.arrivals()
	for range n {
		all = append(all, a.next())
	}
	return all
}

func TestTheSameSeedBringsTheSameLoginsAtTheSameTimes(t *testing.T) {
	t.Parallel()
	o := DefaultOptions()
	other := o
	other.Seed++
	if !slices.Equal(times(o, 100), times(o, 100)) || slices.Equal(times(o, 100), times(other, 100)) {
		t.Error("the times do not follow from the seed")
	}
	draw := func(o Options) (all []plan) {
		p := o.plans()
		for range 200 {
			all = append(all, p.next())
		}
		return all
	}
	if !slices.Equal(draw(o), draw(o)) || slices.Equal(draw(o), draw(other)) {
		t.Error("the plans do not follow from the seed")
	}
}

func TestLoginsComeAtTheRateEvenlyOrAsPeopleDo(t *testing.T) {
	t.Parallel()
	const n = 20_000
	o := DefaultOptions()
	o.Rate = 100
	var sum, squares float64
	before := time.Duration(0)
	for _, at := range times(o, n) {
		gap := (at - before).Seconds()
		sum, squares, before = sum+gap, squares+gap*gap, at
	}
	mean := sum / n
	spread := math.Sqrt(squares/n - mean*mean)
	// Of a Poisson process the gaps' mean and standard deviation are the same.
	if math.Abs(mean-0.01) > 0.0005 || math.Abs(spread-0.01) > 0.0005 {
		t.Errorf("gaps of %.5f s ± %.5f s, want 0.01 ± 0.01", mean, spread)
	}
	o.Constant = true
	if got := times(o, 3); !slices.Equal(got, []time.Duration{10 * time.Millisecond, 20 * time.Millisecond, 30 * time.Millisecond}) {
		t.Errorf("even steps at %v", got)
	}
}

func TestSharesAreWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	o := DefaultOptions()
	o.Deny, o.Wrong, o.Code, o.Trusted = 0.1, 0.2, 0.3, 0.05
	const n = 20_000
	var denied, wrong, code, trusted int
	for p, i := o.plans(), 0; i < n; i++ {
		switch drawn := p.next(); {
		case drawn.way == byCode:
			code++
		case drawn.way == byTrust:
			trusted++
		case drawn.decision != approve:
			denied++
		case drawn.wrong:
			wrong++
		}
	}
	for name, c := range map[string]struct {
		got  int
		want float64
	}{
		"denied": {denied, 0.1}, "code": {code, 0.3}, "trusted": {trusted, 0.05}, "wrong of those approved": {wrong, 0.2 * 0.55},
	} {
		if share := float64(c.got) / n; math.Abs(share-c.want) > 0.01 {
			t.Errorf("%s: %.3f, want %.3f", name, share, c.want)
		}
	}
}
