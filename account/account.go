// Package account holds who may be asked and how: tenants, their applications and API keys, accounts,
// installations of the companion app, devices, and the rules for enrolling one. It does no I/O and knows
// neither HTTP nor Redis nor SQL; time and randomness enter as arguments.
package account

import (
	"time"

	"github.com/jawort/jawort/refusal"
)

// Tenant is an organisation. Nothing of one tenant is visible to another.
type Tenant struct {
	ID        string
	Name      string
	Policy    TenantPolicy
	CreatedAt time.Time
	RevokedAt time.Time // zero: active
}

// ErrTenantNamed refuses the name of another active tenant: files find a tenant by its name, and phones show it.
var ErrTenantNamed = refusal.New(refusal.Conflict, "tenant-named", "There is an active tenant of this name. Choose another one.")

// Application is a login service of a tenant.
type Application struct {
	ID           string
	Tenant       string
	TenantName   string
	TenantPolicy TenantPolicy
	Name         string
	Origins      []string // of the browsers that may wait
	RPID         string   // the domain to which passkeys of its pages belong; empty: it offers none
	Policy       ApplicationPolicy
	CreatedAt    time.Time
	RevokedAt    time.Time // zero: active
}

// Account is one login identity of a tenant.
type Account struct {
	ID             string
	Tenant         string
	TenantName     string
	ExternalID     string    // the login number by which the tenant knows it
	Label          string    // how the phone calls it
	Group          string    // id; empty: none
	Manager        string    // id of the account that manages this one; empty: none
	Phone          string    // E.164; empty: none on record
	Email          string    // empty: none on record
	Language       string    // de or en; empty: the tenant's
	Interval       *int      // whole days, chosen within the group's bounds; nil: the group's default
	SMSOn          bool      // codes by SMS are switched on, where the group leaves it to the account
	PhoneChangedAt time.Time // zero: never, since there was a number or a method
	EmailChangedAt time.Time // likewise
	CreatedAt      time.Time
}

// Installation is one copy of the companion app.
type Installation struct {
	ID             string
	Thumbprint     string // of its DPoP key (RFC 7638)
	Posture        Posture
	AddressVersion int64 // grows with every change of the push address
	HasAddress     bool
	CreatedAt      time.Time
}

// Status of a device or credential.
type Status string

// The statuses. Revoked is final.
const (
	Unconfirmed Status = "unconfirmed" // enrolled, but the six digits have not been typed yet
	Active      Status = "active"
	Revoked     Status = "revoked"
	Disabled    Status = "disabled" // too many consecutive wrong numbers; enrol again
)

// Device is an installation's registration for one account, held by a named person.
type Device struct {
	ID           string
	Account      string
	AccountLabel string
	TenantName   string
	Installation string
	Holder       string
	Label        string
	Status       Status
	Posture      Posture // of its installation
	Pushable     bool    // its installation has a push address
	CreatedAt    time.Time
	LastUsedAt   time.Time // zero: never
}
