package approval

import (
	"time"

	"github.com/jawort/jawort/refusal"
)

// Recipient is an installation that is woken for an approval. The address is sealed: the live store never
// holds a push token in the clear.
type Recipient struct {
	Installation   string `json:"installation"`
	Language       string `json:"language"`        // BCP 47, of the generic text
	Address        []byte `json:"address"`         // account.PushAddress as JSON, sealed
	AddressVersion int64  `json:"address_version"` // retiring a dead token names the version it saw
}

// JobKind says what a push tells the phone.
type JobKind string

// The kinds of push.
const (
	JobApproval  JobKind = "approval"  // something waits: fetch it
	JobWithdrawn JobKind = "withdrawn" // it was answered elsewhere or has ended
	JobNotice    JobKind = "notice"    // something happened to an account: fetch it
	JobTest      JobKind = "test"      // the phone asked whether pushes reach it: say that they do
)

// A phone may ask for one test push per interval. What arrives later than its life proves nothing any more.
const (
	TestPushInterval = 20 * time.Second
	TestPushLife     = time.Minute
)

// The refusals of a test push.
var (
	ErrTestPushTooSoon = refusal.New(refusal.TooMany, "test-push-too-soon",
		"A test push was sent to this phone a moment ago. Wait before sending another.")
	ErrNoPushAddress = refusal.New(refusal.Conflict, "no-push-address",
		"This phone has no push address: it never had one, or its push service called it dead. Get a new one, send it to PUT /v1/installation/push, and try again.")
)

// PushJob is one push to one installation, as the push stream carries it.
type PushJob struct {
	Kind      JobKind   `json:"kind"`
	ID        string    `json:"id"` // of the approval, the notice or the test
	Recipient Recipient `json:"recipient"`
	ExpiresAt time.Time `json:"expires_at"`          // it is not tried any more
	KeepUntil time.Time `json:"keep_until,omitzero"` // how long a service may keep it for a phone that is off; zero: until ExpiresAt
}

// QueuedJob is a job that a consumer of the push stream holds until it acknowledges it.
type QueuedJob struct {
	PushJob
	Partition int
	Entry     string // the stream entry's id
}

// Progress is how far the wake-up of one installation got.
type Progress string

// The progresses; a later one is never taken back by an earlier one.
const (
	ProgressFailed   Progress = "failed"
	ProgressSent     Progress = "sent"
	ProgressReceived Progress = "received"
)
