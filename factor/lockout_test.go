package factor_test

import (
	"testing"
	"time"

	"github.com/jawort/jawort/factor"
)

func TestAMethodPausesFromTheFifthFailureOnAndIsDisabledAtTheHundredth(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		failures int
		pause    time.Duration
		disabled bool
	}{
		{0, 0, false}, {4, 0, false}, {5, 5 * time.Minute, false}, {6, 15 * time.Minute, false}, {7, time.Hour, false},
		{8, time.Hour, false}, {99, time.Hour, false}, {100, 0, true}, {101, 0, true},
	} {
		if pause, disabled := factor.Pause(c.failures); pause != c.pause || disabled != c.disabled {
			t.Errorf("after %d failures: %v, %v", c.failures, pause, disabled)
		}
	}
}

// A hundred guesses of six digits succeed once in ten thousand accounts, and take longer than four days.
func TestAHundredGuessesTakeDays(t *testing.T) {
	t.Parallel()
	var total time.Duration
	for n := range factor.MaxFailures {
		pause, _ := factor.Pause(n)
		total += pause
	}
	if total < 90*time.Hour {
		t.Errorf("a hundred guesses take %v", total)
	}
}
