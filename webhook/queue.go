package webhook

import (
	"context"
	"errors"
	"time"
)

// Job is a delivery that is ours to make until its lease ends.
type Job struct {
	Delivery string // also the webhook-id
	Endpoint string
	URL      string
	Payload  []byte
	Secrets  [][]byte // sealed; the newest first
	Attempt  int      // counted from 1
	Failing  bool     // the attempt before failed, whatever it was about
	Lease    int64    // names the lease: who settles must still have it
}

// Attempt is an attempt that was made.
type Attempt struct {
	Number int
	At     time.Time
	Result
}

// Delivery is one event on its way to one endpoint.
type Delivery struct {
	ID        string
	Endpoint  string
	Type      string
	State     State
	Attempts  int
	CreatedAt time.Time
	NextAt    time.Time // zero: never by itself
	EndedAt   time.Time
	Log       []Attempt // the newest first
}

// ErrLost is the error of settling a job whose lease has gone to somebody else.
var ErrLost = errors.New("webhook: the lease of the delivery was lost")

// Queue keeps deliveries.
type Queue interface {
	// Due returns the enabled endpoints that something is due for.
	Due(ctx context.Context) ([]string, error)
	// Lease hands out one delivery that is due for the endpoint and that nobody else works on; ok is false where
	// there is none.
	Lease(ctx context.Context, endpoint string, lease time.Duration) (j Job, ok bool, err error)
	// Settle writes down an attempt and what follows from it, or returns ErrLost.
	Settle(ctx context.Context, j Job, r Result, v Verdict) error
	// Prune removes what has been kept for long enough.
	Prune(ctx context.Context) error
}
