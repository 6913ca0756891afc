package bench

import (
	"slices"
	"time"
)

// Percentiles of a duration, in milliseconds. They are exact: all samples are kept and sorted.
type Percentiles struct {
	P50  float64 `json:"p50"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p999"`
}

// PercentilesOf returns nil where there is nothing to tell.
func PercentilesOf(samples []time.Duration) *Percentiles {
	if len(samples) == 0 {
		return nil
	}
	slices.Sort(samples)
	return &Percentiles{milliseconds(nth(samples, 0.5)), milliseconds(nth(samples, 0.99)), milliseconds(nth(samples, 0.999))}
}

// nth is the smallest sample that no less than the share of all are at or below.
func nth(sorted []time.Duration, share float64) time.Duration {
	rank := int(share * float64(len(sorted)))
	if float64(rank) < share*float64(len(sorted)) {
		rank++
	}
	return sorted[max(rank, 1)-1]
}

func milliseconds(d time.Duration) float64 { return rounded(float64(d)/float64(time.Millisecond), 100) }

func microseconds(d time.Duration) float64 { return rounded(float64(d)/float64(time.Microsecond), 10) }

func rounded(v, steps float64) float64 { return float64(int64(v*steps+0.5)) / steps }
