package account

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
)

// EnrolmentStatus is how far an enrolment has got.
type EnrolmentStatus string

// The life of an enrolment: (waiting →) open → claimed → completed → confirmed. Each step is taken once, by one key; a
// step that is repeated by the same key gets the same answer.
const (
	EnrolmentWaiting   EnrolmentStatus = "waiting"   // the question whether it may be is out; there is no link yet
	EnrolmentOpen      EnrolmentStatus = "open"      // the link is out
	EnrolmentClaimed   EnrolmentStatus = "claimed"   // one phone's key holds it
	EnrolmentCompleted EnrolmentStatus = "completed" // the phone has a credential; six digits are awaited
	EnrolmentConfirmed EnrolmentStatus = "confirmed" // the device is active
	EnrolmentFailed    EnrolmentStatus = "failed"    // wrong digits three times, or withdrawn
	EnrolmentExpired   EnrolmentStatus = "expired"
)

// Valid reports whether there is such a status.
func (s EnrolmentStatus) Valid() bool {
	switch s {
	case EnrolmentWaiting, EnrolmentOpen, EnrolmentClaimed, EnrolmentCompleted:
		return true
	}
	return s.Ended()
}

// Ended reports whether the enrolment goes no further.
func (s EnrolmentStatus) Ended() bool {
	return s == EnrolmentConfirmed || s == EnrolmentFailed || s == EnrolmentExpired
}

// Bounds of an enrolment (NIST SP 800-63B-4: a binding code of at least 112 bits lives at most 10 minutes).
const (
	EnrolmentLife           = 10 * time.Minute
	MaxConfirmations        = 3
	ConfirmDigits           = 6
	QuestionLife            = 5 * time.Minute // of the question whether a phone may be registered
	MaxProofs               = 3               // codes sent, and wrong ones taken
	enrolmentCodeBytes      = 16
	enrolmentChallengeBytes = 32
)

// Enrolment binds one phone to one account.
type Enrolment struct {
	ID            string
	Tenant        string
	TenantName    string
	Support       Texts // the tenant's contact
	Application   string
	Account       string
	AccountLabel  string
	ExternalID    string
	Status        EnrolmentStatus
	Device        string // id reserved for the device; the user handle of its credential
	Challenge     []byte // of the registration
	Thumbprint    string // of the DPoP key that claimed it; empty while open
	Confirmations int    // wrong digits so far
	Authority     Authority
	Approval      string // that authorises it; empty: none does
	Asked         string // id of the account whose phones are asked; empty: none is
	Recovery      string // that authorises it; empty: none does
	Replaces      string // the device that ends when this one is confirmed; empty: none
	Proof         Proof
	CodeHash      []byte // of the code of its link
	CreatedAt     time.Time
	ExpiresAt     time.Time
}

// EnrolmentCode returns the code of an enrolment's link, 128 bits, derived from a MAC over the enrolment's id: it can be
// shown again while the link is out, and is stored nowhere but hashed.
func EnrolmentCode(mac []byte) string {
	return base64.RawURLEncoding.EncodeToString(mac[len(mac)-enrolmentCodeBytes:])
}

// NewChallenge returns the challenge of a registration, read from random.
func NewChallenge(random io.Reader) ([]byte, error) {
	b := make([]byte, enrolmentChallengeBytes)
	if _, err := io.ReadFull(random, b); err != nil {
		return nil, fmt.Errorf("account: read randomness: %w", err)
	}
	return b, nil
}

// HashCode returns what is stored of an enrolment code.
func HashCode(code string) []byte {
	sum := sha256.Sum256([]byte(code))
	return sum[:]
}

// Completion is what a phone brings to complete an enrolment, checked and ready to be stored.
type Completion struct {
	Enrolment    string
	Thumbprint   string // of the DPoP key; must be the one that claimed
	Credential   approval.Credential
	Installation string // a new id, used where the key has no installation yet
	Posture      Posture
	Holder       string
	Label        string
	Address      []byte // sealed push address; nil: none
	Code         string // as typed, where the enrolment needs a proof
}

// Refusals of enrolments and of the directory.
var (
	ErrUnknownAccount = refusal.New(refusal.NotFound, "unknown-account",
		"There is no account with this login number. Create it with PUT /v1/accounts/{external_id}.")
	ErrUnknownEnrolment = refusal.New(refusal.NotFound, "unknown-enrolment",
		"There is no such enrolment, or it is not yours.")
	ErrUnknownDevice = refusal.New(refusal.NotFound, "unknown-device",
		"There is no such device, or it is not yours.")
	ErrNoMethod = refusal.New(refusal.Conflict, "no-method",
		"Nothing can confirm this for the account; obstacle says why. Mend that, or show the support contact.")
	ErrNotAwaitingDigits = refusal.New(refusal.Conflict, "not-completed",
		"The phone has not completed this enrolment yet, so there are no digits to confirm.")
	ErrWrongDigits = refusal.New(refusal.Invalid, "wrong-digits",
		"These are not the digits that the phone shows.")
	ErrEnrolmentEnded = refusal.New(refusal.Gone, "enrolment-ended",
		"This enrolment has ended. Start a new one.")
)

// ConfirmationDigits returns the six digits that the phone shows at the end of an enrolment, derived from a MAC
// over the enrolment's id: a repeated answer is the same and nothing is stored. The bias of the reduction
// is below 2^-40.
func ConfirmationDigits(mac []byte) string {
	n := binary.BigEndian.Uint64(mac[len(mac)-8:])
	return fmt.Sprintf("%0*d", ConfirmDigits, n%1_000_000)
}
