package pushgw

import (
	"cmp"
	"context"
	"io"
	"time"

	"github.com/jawort/jawort/backoff"
)

// Pace is how patient the gateway is. Zero fields take the defaults.
type Pace struct {
	Attempt     time.Duration // deadline of one attempt: 10 s
	Backoff     time.Duration // pause after the first failed attempt, doubled each time: 500 ms
	BackoffMost time.Duration // longest pause that the gateway chooses itself: 20 s
	Lease       time.Duration // a job that was not renewed for as long belongs to nobody: 8 s
	Block       time.Duration // how long one look at the queue waits for jobs: 5 s
	Grace       time.Duration // how long attempts under way may go on when the gateway stops: 5 s
	TripAfter   uint32        // consecutive failures after which a service is left alone: 10
	Rest        time.Duration // for how long: 10 s
}

func (p Pace) withDefaults() Pace {
	return Pace{
		Attempt:     cmp.Or(p.Attempt, 10*time.Second),
		Backoff:     cmp.Or(p.Backoff, 500*time.Millisecond),
		BackoffMost: cmp.Or(p.BackoffMost, 20*time.Second),
		Lease:       cmp.Or(p.Lease, 8*time.Second),
		Block:       cmp.Or(p.Block, 5*time.Second),
		Grace:       cmp.Or(p.Grace, 5*time.Second),
		TripAfter:   cmp.Or(p.TripAfter, 10),
		Rest:        cmp.Or(p.Rest, 10*time.Second),
	}
}

// pause returns how long to wait after the given number of failures in a row.
func (p Pace) pause(failures int, random io.Reader) time.Duration {
	return backoff.Pause(failures, p.Backoff, p.BackoffMost, random)
}

// wait waits for d, and reports whether it could: stop or ctx may end first.
func wait(ctx context.Context, stop <-chan struct{}, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-stop:
		return false
	case <-t.C:
		return true
	}
}
