package approval

import "time"

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
)

// PushJob is one push to one installation, as the push stream carries it.
type PushJob struct {
	Kind      JobKind   `json:"kind"`
	ID        string    `json:"id"` // of the approval, or of the notice
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
