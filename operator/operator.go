// Package operator holds who runs an installation of Jawort, or one tenant of it, in the console: operators with their roles, their passkeys and their
// sessions. It does no I/O and knows neither HTTP nor SQL; time and randomness enter as arguments.
package operator

import (
	"slices"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
)

// Role is what an operator may do.
type Role string

// The roles.
const (
	Administrator Role = "administrator" // everything
	Support       Role = "support"       // helps people with their accounts
	Auditor       Role = "auditor"       // reads everything, and changes nothing
)

// Roles are all of them.
var Roles = []Role{Administrator, Support, Auditor}

// How long things last.
const (
	InvitationLife = time.Hour
	SessionLife    = 8 * time.Hour
	SessionIdle    = 30 * time.Minute
	Fresh          = 5 * time.Minute // for which a passkey's answer counts, where a step asks for one
)

// MaxPasskeys are how many an operator may have.
const MaxPasskeys = 5

// Operator is somebody who signs in to the console.
type Operator struct {
	ID           string
	Name         string // how others know them
	Role         Role
	Tenant       string // which is all that they see; empty: they see every one
	TenantName   string
	Passkeys     int
	CreatedAt    time.Time
	InvitedUntil time.Time // by which their link has to be used
	JoinedAt     time.Time // zero: not yet
	UsedAt       time.Time // when they were in the console last; zero: never
	EndedAt      time.Time // zero: they may sign in
}

// Sees reports whether the operator may know of the tenant.
func (o Operator) Sees(tenant string) bool { return o.Tenant == "" || o.Tenant == tenant }

// Heads reports whether the operator has the whole installation in hand.
func (o Operator) Heads() bool { return o.Role == Administrator && o.Tenant == "" }

// Is reports whether the operator has one of the roles.
func (o Operator) Is(roles ...Role) bool { return slices.Contains(roles, o.Role) }

// Validate refuses who could not be invited.
func (o Operator) Validate() error {
	if !slices.Contains(Roles, o.Role) {
		return refusal.Field("role", "must be administrator, support or auditor")
	}
	if o.Name == "" {
		return refusal.Field("name", "must not be empty")
	}
	return approval.CheckText("name", o.Name)
}

// Session is an operator in a browser.
type Session struct {
	ID          string
	Operator    Operator
	ConfirmedAt time.Time // when a passkey answered last
}

// Passkey is by what an operator signs in. Its user handle is the operator's id.
type Passkey struct {
	ID         string
	Operator   string
	Credential approval.Credential
	BackedUp   bool
	Label      string // browser and system in which it was made
	CreatedAt  time.Time
	UsedAt     time.Time // zero: never
}

// Refusals.
var (
	ErrUnknown           = refusal.New(refusal.NotFound, "unknown-operator", "There is no such operator. List those that there are.")
	ErrUnknownTenant     = refusal.New(refusal.NotFound, "unknown-tenant", "There is no such tenant, or it was revoked. List those that there are.")
	ErrUnknownInvitation = refusal.New(refusal.Gone, "unknown-invitation", "This link leads nowhere, was used or has expired. Ask for a new one.")
	ErrSignedOut         = refusal.New(refusal.Unauthorized, "signed-out", "Sign in to the console.")
	ErrPasskey           = refusal.New(refusal.Forbidden, "passkey-refused", "This passkey opens nothing here. Use the one that was registered here, and start again.")
	ErrPasskeyTaken      = refusal.New(refusal.Conflict, "passkey-taken", "This passkey is registered already. Create a new one.")
	ErrTooManyPasskeys   = refusal.New(refusal.Conflict, "too-many-passkeys", "There are as many passkeys as there may be. Remove one first.")
	ErrLastPasskey       = refusal.New(refusal.Conflict, "last-passkey", "This is the only passkey. Add another one first.")
	ErrLastAdministrator = refusal.New(refusal.Conflict, "last-administrator",
		"This is the last administrator of all tenants. Invite another one first; the command line can end the last one too.")
	ErrTooManyAttempts = refusal.New(refusal.TooMany, "too-many-attempts", "There were too many attempts from here. Wait some minutes.").After(AttemptsWithin)
)

// MaxAttempts are how many attempts may fail from one place within AttemptsWithin.
const (
	MaxAttempts    = 10
	AttemptsWithin = 10 * time.Minute
)
