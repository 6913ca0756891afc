package backoff_test

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/jawort/jawort/backoff"
)

func TestPausesGrowToTheirMostAndAreNeverTheSame(t *testing.T) {
	t.Parallel()
	for failures, full := range map[int]time.Duration{
		1: time.Second, 2: 2 * time.Second, 4: 8 * time.Second, 7: time.Minute, 31: time.Minute, 64: time.Minute, 10_000: time.Minute,
	} {
		seen := map[time.Duration]bool{}
		for range 20 {
			d := backoff.Pause(failures, time.Second, time.Minute, rand.Reader)
			if d < full/2 || d > full {
				t.Fatalf("after %d failures: %v, want %v to %v", failures, d, full/2, full)
			}
			seen[d] = true
		}
		if len(seen) < 2 {
			t.Errorf("after %d failures the pause is always the same", failures)
		}
	}
}
