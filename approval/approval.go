package approval

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/jawort/jawort/id"
)

// Kind says what is asked: a login or a transaction.
type Kind string

// The kinds.
const (
	Login       Kind = "login"
	Transaction Kind = "transaction"
)

// Status is where an approval stands. All but Pending are outcomes.
type Status string

// The statuses.
const (
	StatusPending    Status = "pending"
	StatusApproved   Status = "approved"
	StatusDenied     Status = "denied"
	StatusReported   Status = "reported"
	StatusExpired    Status = "expired"
	StatusCancelled  Status = "cancelled"
	StatusSuperseded Status = "superseded"
)

// Ended reports whether s is an outcome.
func (s Status) Ended() bool { return s != StatusPending }

// Method says how an approval was approved.
type Method string

// The methods.
const (
	MethodPush           Method = "push"            // a signed decision of a phone
	MethodTOTP           Method = "totp"            // a code of an authenticator app (RFC 6238)
	MethodSMS            Method = "sms"             // a code that was sent
	MethodEmail          Method = "email"           // a code that was sent
	MethodRecovery       Method = "recovery"        // a recovery code from the list that the person keeps
	MethodBypass         Method = "bypass"          // a code that an operator gave
	MethodPasskey        Method = "passkey"         // a passkey of the browser
	MethodTrustedBrowser Method = "trusted_browser" // nobody was asked: this browser confirmed recently
	MethodNotEnforced    Method = "not_enforced"    // nobody was asked: the account has no method, and none is demanded yet
)

// How long an approval lives.
const (
	DefaultLife = 120 * time.Second
	MinLife     = 30 * time.Second
	MaxLife     = 600 * time.Second
	// MaxOpen bounds closes_at, counted from the creation.
	MaxOpen = 30 * time.Minute
	// KeptAfterEnd is how long the live record outlives closes_at, so that somebody writes `expired`.
	KeptAfterEnd = 10 * time.Minute
)

// Partitions is the fixed number of partitions that accounts hash to. It is part of every approval's id
// and of every key in Redis; changing it loses what is pending.
const Partitions = 16

const partitionDigits = "0123456789abcdef"

// PartitionOf returns the partition of an account.
func PartitionOf(account string) int {
	sum := sha256.Sum256([]byte(account))
	return int(sum[0]) % Partitions
}

// NewID returns the id of an approval for account: apr_, the partition as one hex digit, 128 random bits.
func NewID(random io.Reader, account string) (string, error) {
	s, err := id.New(random, id.Approval)
	if err != nil {
		return "", err
	}
	return id.Approval + string(partitionDigits[PartitionOf(account)]) + strings.TrimPrefix(s, id.Approval), nil
}

// errNotAnID does not repeat what was given: it may be anything, a secret too, and the error is logged.
var errNotAnID = errors.New("approval: not an approval's id")

// ParseID returns the partition that an approval's id carries.
func ParseID(s string) (partition int, err error) {
	rest, ok := strings.CutPrefix(s, id.Approval)
	if !ok || rest == "" || !id.Valid(id.Approval, id.Approval+rest[1:]) {
		return 0, errNotAnID
	}
	p := strings.IndexByte(partitionDigits, rest[0])
	if p < 0 {
		return 0, errNotAnID
	}
	return p, nil
}

// Pending is an approval that waits for its end, as the live store keeps it.
type Pending struct {
	ID          string
	Tenant      string
	Application string
	Account     string
	Kind        Kind
	Document    []byte // the exact bytes that are shown and signed
	Number      string // what the browser shows and the phone types; empty where nothing is matched
	Context     string // a Context as it is kept
	Session     string // hash of the application's browser session; empty: none given
	CreatedAt   time.Time
	ExpiresAt   time.Time // ends the question to the phones
	ClosesAt    time.Time // ends the approval
	Superseded  bool      // a newer approval of the same session took its place; nobody may answer it
	Ended       bool      // its outcome is known to the lasting store; the record is kept for a while, e.g. for late reports
	Recipients  []Recipient
	Delivery    Delivery
	MAC         []byte // over Fixed, by who asked; whoever can write to the live store cannot move a question to another account
}

// Partition returns the partition of the approval's account.
func (p Pending) Partition() int { return PartitionOf(p.Account) }

// Fixed returns, as bytes to authenticate, everything by which an outcome is decided and that never changes while the
// approval is pending.
func (p Pending) Fixed() []byte {
	h := sha256.New()
	for _, part := range [][]byte{
		[]byte(p.ID), []byte(p.Tenant), []byte(p.Application), []byte(p.Account), []byte(p.Kind), p.Document, []byte(p.Number), []byte(p.Session), []byte(p.Context),
		micros(p.CreatedAt), micros(p.ExpiresAt), micros(p.ClosesAt),
	} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		h.Write(part)
	}
	return h.Sum(nil)
}

func micros(t time.Time) []byte { return strconv.AppendInt(nil, t.UnixMicro(), 10) }

// Delivery counts the installations by how far the wake-up got. Received includes those whose push failed or
// is still on its way, but which fetched the document by themselves.
type Delivery struct {
	Sent     int `json:"sent"`
	Failed   int `json:"failed"`
	Received int `json:"received"`
}

// Outcome is the one end of an approval, as the lasting store keeps it. What anyone is told derives from it.
type Outcome struct {
	Approval    string
	Tenant      string
	Application string
	Account     string
	Kind        Kind
	Status      Status
	Method      Method // empty unless approved
	Decision    Decision
	Number      string
	Device      string // the device that decided; empty where none did
	Label       string // its label at that moment
	Holder      string // its holder at that moment
	Document    []byte
	Context     string      // a Context as it is kept
	Browser     string      // the trusted browser by which nobody was asked; empty: none
	Actor       string      // who ended it where nobody signed, as the audit log writes it, e.g. key:key_…
	Signer      *Credential // the credential at that moment; nil where nobody signed
	Assertion   *Assertion  // nil where nobody signed
	CreatedAt   time.Time
	ExpiresAt   time.Time
	ClosesAt    time.Time
	DecidedAt   time.Time // by the lasting store's clock
}
