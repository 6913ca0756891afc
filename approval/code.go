package approval

import "time"

// Code is how far the newest code that was sent for a pending approval got. The zero value says that none was sent.
type Code struct {
	Method Method    `json:"method"`
	State  CodeState `json:"state"`
	SentAt time.Time `json:"sent_at,omitzero"` // when the carrier or mail server took it
}

// CodeState is how far a code got.
type CodeState string

// The states. Whether a code was delivered only some carriers say.
const (
	CodeQueued    CodeState = "queued"
	CodeSent      CodeState = "sent"
	CodeDelivered CodeState = "delivered"
	CodeFailed    CodeState = "failed" // it will not come: ask for another one, or use another method
)
