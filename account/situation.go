package account

import (
	"time"

	"github.com/jawort/jawort/approval"
)

// Situation is all that decides whether somebody is asked, and how. The caller reads it; Evaluate judges it.
type Situation struct {
	Zone        *time.Location // of the tenant; nil: UTC
	Application Application
	Group       Group // zero: the account has none
	Account     Account
	Kind        approval.Kind
	Now         time.Time
	Browser     Browser
	Trust       *Trust // presented, known and not revoked; nil: none
	Devices     int    // active devices: there is somebody to push to
	Locked      bool   // wrong numbers disabled a device
	// Active are the account's methods other than push. One that is paused or disabled is still active: an account
	// whose code was guessed at too often must not become one that may choose its first method.
	Active    []approval.Method
	Passkeys  []string // RP IDs under which the account has some
	Pauses    []Pause
	NoSender  []approval.Method // whose codes this installation cannot send
	QuietTo   time.Time         // until when phones are not woken; they still find the question when they look
	Remember  bool              // the person wants this browser to be remembered
	NamesSums bool              // a transaction whose details say amount and payee
}

// Browser is what a trusted browser is compared by.
type Browser struct {
	Family  string
	Country string // ISO 3166-1; empty: unknown, as without a database of networks
}

// Trust is a browser that confirmed before.
type Trust struct {
	Account     string
	Set         string // Application.Set of where it confirmed
	Method      approval.Method
	ACR         ACR // what the confirmation reached
	Browser     Browser
	Remember    bool
	ConfirmedAt time.Time
	ExpiresAt   time.Time // what was granted then
}

// Pause keeps a method from confirming after too many wrong codes.
type Pause struct {
	Method approval.Method
	Until  time.Time // zero: disabled until it is activated anew
}

// Set names what shares confirmations with the application: the set of its policy, or the application alone.
func (a Application) Set() string {
	if a.Policy.ConfirmationSet != "" {
		return a.Policy.ConfirmationSet
	}
	return a.ID
}
