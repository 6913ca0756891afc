// Package figures is what an installation does at this moment: approvals, waiting browsers, pushes, how long the push queue
// waits, errors. Each process adds what it counted to those of all the others, bucket by bucket; nothing is kept for longer
// than an hour, and nothing rests on it.
//
// The package knows which figures there are and takes them from a process' metrics, so that counting costs no request
// anything. It does not know where the sums are kept, nor who looks at them.
package figures

import (
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
)

const (
	// Every is how long a bucket is.
	Every = 5 * time.Second
	// Kept is how long buckets are there.
	Kept = time.Hour

	lag = 2 * time.Second // in which the processes add to the bucket that has just ended
)

// The figures. All are sums over the processes but those of the queue, of which the highest stands.
const (
	Created   = "created"
	Errors    = "errors" // answers with 5xx
	Sockets   = "sockets"
	QueueAge  = "queue_age" // of the oldest push that is not done, in milliseconds
	QueueJobs = "queue_jobs"
)

// What became of pushes.
const (
	Delivered = "delivered" // to the push service, which says no more
	Failed    = "failed"
	Retried   = "retried"
)

// Ended names the approvals that ended so.
func Ended(s approval.Status) string { return "ended." + string(s) }

// Pushes names the pushes by a provider of which that became.
func Pushes(provider, what string) string { return "push." + provider + "." + what }

// Providers are those that pushes are counted by.
var Providers = []string{account.FCM, account.APNs, account.WebPush, account.Huawei}

// Outcomes are those that approvals are counted by.
var Outcomes = []approval.Status{
	approval.StatusApproved, approval.StatusDenied, approval.StatusReported, approval.StatusExpired, approval.StatusCancelled, approval.StatusSuperseded,
}

// Values are figures by name. What is not there is 0.
type Values map[string]int64

// Sheet is what one process adds to a bucket.
type Sheet struct {
	Process string // another one each start
	Sums    Values
	Peaks   Values
}

// Point is a bucket with what all processes added to it.
type Point struct {
	At        time.Time // where the bucket begins
	Processes int       // that added to it
	Values    Values
}

// Newest is where the newest bucket begins that every process has had the time to add to.
func Newest(now time.Time) time.Time { return bucket(now.Add(-lag)).Add(-Every) }

func bucket(t time.Time) time.Time { return t.UTC().Truncate(Every) }
