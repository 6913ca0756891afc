package bench

import (
	"testing"
	"time"
)

func TestPercentilesAreExact(t *testing.T) {
	t.Parallel()
	var samples []time.Duration
	for i := 1000; i >= 1; i-- {
		samples = append(samples, time.Duration(i)*time.Millisecond)
	}
	if got := PercentilesOf(samples); *got != (Percentiles{500, 990, 999}) {
		t.Errorf("of 1 to 1000 ms: %+v", *got)
	}
	// Where the rank is no whole number it is the next one: 99 % of ten are more than nine.
	if got := PercentilesOf(samples[:10]); *got != (Percentiles{5, 10, 10}) {
		t.Errorf("of 1 to 10 ms: %+v", *got)
	}
	if got := PercentilesOf([]time.Duration{7 * time.Millisecond}); *got != (Percentiles{7, 7, 7}) {
		t.Errorf("of one: %+v", *got)
	}
	if PercentilesOf(nil) != nil {
		t.Error("of none something was told")
	}
}

func TestWhatDidNotBeginInTheWindowIsNotMeasured(t *testing.T) {
	t.Parallel()
	begin := time.Now()
	w := Window{begin, begin.Add(time.Second)}
	l := &Load{bells: newBells(), journal: &Journal{}}
	for _, at := range []time.Duration{-time.Millisecond, 0, 500 * time.Millisecond, time.Second} {
		l.journal.add(&Login{
			ID: "a", Measured: at >= 0, Intended: begin.Add(at), Ended: begin.Add(at + 600*time.Millisecond),
			Created: time.Millisecond, Decided: time.Millisecond, Site: Sight{"approved", "push"},
		})
	}
	m := l.Measure(w)
	if m.Done != 2 || len(m.Create) != 2 || len(m.Decided) != 2 || m.Approved != 2 {
		t.Errorf("measured %+v", m)
	}
}
