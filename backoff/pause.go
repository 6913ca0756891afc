// Package backoff says how long to wait after failures, and waits.
package backoff

import (
	"encoding/binary"
	"io"
	"time"
)

// Pause returns how long to wait after the given number of failures in a row: at least half of a pause that begins with first,
// doubles each time and ends at most; the rest by chance, so that what failed together does not come back together.
func Pause(failures int, first, most time.Duration, random io.Reader) time.Duration {
	d := most
	if shift := failures - 1; shift < 32 && first<<shift > 0 {
		d = min(most, first<<shift)
	}
	return d/2 + Jitter(d/2, random)
}

// Jitter returns a duration below most, so that what failed together does not come back together.
func Jitter(most time.Duration, random io.Reader) time.Duration {
	var b [8]byte
	if _, err := io.ReadFull(random, b[:]); err != nil || most <= 0 {
		return max(most, 0)
	}
	return time.Duration(binary.BigEndian.Uint64(b[:]) % uint64(most))
}
