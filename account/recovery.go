package account

import (
	"time"

	"github.com/jawort/jawort/refusal"
)

// Recovery is a way back for somebody whose phone is lost: announced on every channel, open after a while, good for one
// enrolment. Anybody of the account can stop it.
type Recovery struct {
	ID           string
	Tenant       string
	TenantName   string
	Application  string // that announced it
	Account      string
	AccountLabel string
	ExternalID   string
	Status       RecoveryStatus
	CreatedAt    time.Time
	OpensAt      time.Time
	ExpiresAt    time.Time
}

// RecoveryStatus is how a recovery stands.
type RecoveryStatus string

// The statuses. The last three are final.
const (
	RecoveryAnnounced RecoveryStatus = "announced"
	RecoveryReady     RecoveryStatus = "ready" // it authorises one enrolment
	RecoveryUsed      RecoveryStatus = "used"
	RecoveryStopped   RecoveryStatus = "stopped"
	RecoveryExpired   RecoveryStatus = "expired"
)

// How long a recovery is announced before it opens, and open before it expires.
const (
	RecoveryWait = 24 * time.Hour
	RecoveryOpen = 7 * 24 * time.Hour
)

// Refusals of recoveries.
var (
	ErrUnknownRecovery = refusal.New(refusal.NotFound, "unknown-recovery", "There is no such recovery, or it is not yours.")
	ErrRecoveryRunning = refusal.New(refusal.Conflict, "recovery-running",
		"A recovery of this account is under way. Wait for it, or stop it first.")
	ErrRecoveryWaiting = refusal.New(refusal.Conflict, "recovery-waiting",
		"This recovery is announced and not open yet. Wait until opens_at.")
	ErrRecoveryEnded = refusal.New(refusal.Gone, "recovery-ended", "This recovery has ended: it was used, stopped, or not used in time.")
)
