package approval

import (
	"time"

	"github.com/jawort/jawort/refusal"
)

// Signer is an active credential with what a decision needs to know about its owner.
type Signer struct {
	Credential   Credential
	Device       string
	Label        string
	Holder       string
	Account      string
	Installation string
}

// Decided is a decision whose signature has been verified, on its way to the lasting store.
type Decided struct {
	Approval  Pending
	Signer    Signer
	Decision  Decision
	Number    string
	Assertion *Assertion
}

// Verdict is what came of a decision.
type Verdict struct {
	// Outcome is the row that ended the approval, whoever caused it; nil while it is pending.
	Outcome *Outcome
	// Own says that this device with this decision is what the caller gets credit for: it ended the approval (now
	// or in an earlier try), or its partial deny counts.
	Own bool
	// Late says that the decision was a report that arrived after the end and was kept beside the outcome.
	Late bool
	// AttemptsLeft is how many more distinct wrong numbers this device may type.
	AttemptsLeft int
}

// LateReport is a report that arrived after the end.
type LateReport struct {
	Device     string
	Holder     string
	ReportedAt time.Time
}

// Refusals of the life cycle.
var (
	ErrUnknown = refusal.New(refusal.NotFound, "unknown-approval",
		"There is no such approval, or it is not yours.")
	ErrTooMany = refusal.New(refusal.TooMany, "too-many-approvals",
		"Too many approvals of this account are pending. Let one be answered, cancel one, or wait until one expires.")
	ErrKeyReused = refusal.New(refusal.Invalid, "idempotency-key-reused",
		"This Idempotency-Key was used with another body. Use a new key for a new request.")
	ErrExpired = refusal.New(refusal.Gone, "expired",
		"This approval has expired. Start the login again.")
	ErrAlreadyDecided = refusal.New(refusal.Conflict, "already-decided",
		"This approval has already been answered.")
	ErrWrongNumber = refusal.New(refusal.Invalid, "wrong-number",
		"The number is not the one that the browser shows.")
	ErrNotPending = refusal.New(refusal.Conflict, "not-pending",
		"This approval has ended.")
	// ErrNotDue says that an approval may not expire yet by the lasting clock; the caller tries later.
	ErrNotDue        = refusal.New(refusal.Conflict, "not-due", "This approval has not reached its end yet.")
	ErrResendTooSoon = refusal.New(refusal.TooMany, "resend-too-soon",
		"The push was sent a moment ago. Wait before sending it again.")
	ErrResendLimit = refusal.New(refusal.TooMany, "resend-limit",
		"The push was sent again three times already. Start a new approval.")
	// ErrChanged says that what a login was to be let in by has ended in between; the caller asks.
	ErrChanged   = refusal.New(refusal.Conflict, "changed", "What this rests on has ended meanwhile. Ask again.")
	ErrPushLimit = refusal.New(refusal.TooMany, "push-limit",
		"The phones of this account were woken too often without an approve. They still show what waits when their app is opened; wait, or use another method.")
	ErrPushPaused = refusal.New(refusal.TooMany, "push-paused",
		"The phones of this account are not woken at present. They still show what waits when their app is opened; use another method.")
	// ErrInactive is internal: the credential was revoked or disabled meanwhile. A phone sees the uniform 401.
	ErrInactive = refusal.New(refusal.Unauthorized, "unauthorized",
		"The request is not authenticated. Ask GET /v1/devices what is still registered.")
)

// How often a push may be sent again.
const (
	ResendInterval = 20 * time.Second
	MaxResends     = 3
)

// MaxPending is the default limit of pending approvals per account and application.
const MaxPending = 3
