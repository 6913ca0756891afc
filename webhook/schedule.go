package webhook

import (
	"io"
	"net/http"
	"time"

	"github.com/jawort/jawort/backoff"
)

// pauses are those after the first, second, … failed attempt. They are the schedule of Standard Webhooks.
var pauses = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute,
	2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

const (
	// MostAttempts is how often a delivery is tried by itself.
	MostAttempts = 10
	// FailingFor is how long all attempts at an endpoint may fail until it is disabled.
	FailingFor = 5 * 24 * time.Hour
	// Retention is how long deliveries are kept.
	Retention = 30 * 24 * time.Hour
	// KeptAttempts is how many attempts of a delivery are kept, the newest.
	KeptAttempts = 50

	longestPause = 24 * time.Hour
)

// State is how far a delivery is.
type State string

// The states of a delivery.
const (
	Pending   State = "pending"
	Delivered State = "delivered"
	Failed    State = "failed" // given up
)

// Result is what came of an attempt: a status, or the reason why there was none.
type Result struct {
	Status int
	Reason string
	After  time.Duration // what a Retry-After asks for
	Took   time.Duration
}

// OK reports whether the endpoint has taken it.
func (r Result) OK() bool { return r.Status/100 == 2 }

// Verdict is what follows from the result of an attempt.
type Verdict struct {
	State State
	Pause time.Duration // until the next attempt, where it is pending
	Gone  bool          // the endpoint wants nothing more
}

// judge says what follows when a delivery has been tried for the given time, counted from 1.
func judge(attempt int, r Result, random io.Reader) Verdict {
	switch {
	case r.OK():
		return Verdict{State: Delivered}
	case r.Status == http.StatusGone:
		return Verdict{State: Failed, Gone: true}
	case attempt > len(pauses):
		return Verdict{State: Failed}
	}
	pause := pauses[max(attempt, 1)-1]
	if r.Status == http.StatusTooManyRequests || r.Status == http.StatusServiceUnavailable {
		pause = max(pause, min(r.After, longestPause))
	}
	return Verdict{State: Pending, Pause: pause + backoff.Jitter(pause/10, random)}
}
