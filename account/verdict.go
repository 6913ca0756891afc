package account

import (
	"time"

	"github.com/jawort/jawort/approval"
)

// Verdict says whether somebody is asked, by what it may be confirmed, what a confirmation is worth, and why.
type Verdict struct {
	Method   approval.Method   // how it is approved at once, trusted_browser or not_enforced; empty: somebody is asked
	Methods  []approval.Method // that may confirm, the stronger first
	Activate Activatable       // at a first login: what the account may begin with
	Obstacle Obstacle          // why nothing can confirm; empty where something can
	Support  Texts             // the tenant's contact, where somebody is asked: the phone may be lost, or the number old
	QuietTo  time.Time         // until when phones are not woken; zero: they are
	Alone    bool              // nothing tells two questions apart, so no other may be pending
	Grant    Grant
	Offline  Offline
	Reason   Reason
}

// Asked reports whether somebody is asked.
func (v Verdict) Asked() bool { return v.Method == "" }

// Activatable is what an account without a method may activate to finish its login.
type Activatable struct {
	Methods     []approval.Method
	Required    int
	Recommended int
}

// Grant is what the browser gets for a confirmation.
type Grant struct {
	Set      string        // see Application.Set
	For      time.Duration // how long it is trusted; 0: not at all
	Remember bool          // by what the person asked for, not by the interval
	Offer    time.Duration // how long a browser would be remembered; 0: not offered
}

// By returns how long the browser is trusted after a confirmation by the method. An operator's code lets somebody in once.
func (g Grant) By(m approval.Method) time.Duration {
	if m == approval.MethodBypass || !confirms(m) {
		return 0
	}
	return g.For
}

// Reason explains a verdict to a machine.
type Reason struct {
	Code         Code      `json:"code"`
	BoundedBy    Bound     `json:"bounded_by,omitempty"`   // who set the interval
	Interval     Duration  `json:"interval"`               // how long a confirmation holds; 0: for this login only
	Until        time.Time `json:"until,omitzero"`         // when trust ends or ended, or what is in the way
	EnforcedFrom time.Time `json:"enforced_from,omitzero"` // where that is still to come
}

// Code says why somebody is asked, or is not.
type Code string

// Why nobody is asked.
const (
	CodeTrusted     Code = "trusted"      // confirmed within the interval
	CodeRemembered  Code = "remembered"   // confirmed, and asked to be remembered
	CodeNotEnforced Code = "not_enforced" // the account has no method, and confirming begins later
)

// Why somebody is asked.
const (
	CodeTransaction    Code = "transaction"
	CodeFirstLogin     Code = "first_login"     // the account has no method yet
	CodeAlways         Code = "always"          // the interval is 0
	CodeUnknownBrowser Code = "unknown_browser" // nothing presented that could be trusted
	CodeOtherAccount   Code = "other_account"   // trusted for another account
	CodeOtherSet       Code = "other_set"       // confirmed for another application
	CodeExpired        Code = "expired"         // what was granted is over
	CodeIntervalOver   Code = "interval_over"   // the policy in force grants less by now
	CodeWeaker         Code = "weaker"          // confirmed by less than this application asks for
	CodeBrowserChanged Code = "browser_changed" // presented by another browser: perhaps stolen
	CodeCountryChanged Code = "country_changed" // presented from another country: perhaps stolen
)

// Suspicious reports whether a trusted browser's token may be in other hands, which somebody should be told.
func (c Code) Suspicious() bool { return c == CodeBrowserChanged || c == CodeCountryChanged }

// Bound is who set an interval.
type Bound string

// Who sets it.
const (
	BoundAccount     Bound = "account" // as chosen for it
	BoundGroup       Bound = "group"   // its default or its maximum
	BoundApplication Bound = "application"
	BoundPreset      Bound = "preset"
)

// Obstacle says why nothing can confirm.
type Obstacle string

// What is in the way.
const (
	ObstacleNoMethod       Obstacle = "no_method"        // a transaction of an account that has none
	ObstacleNotAllowed     Obstacle = "not_allowed"      // no method of the account is allowed here
	ObstacleTransaction    Obstacle = "not_transactions" // no method of the account may confirm a transaction
	ObstacleUnnamed        Obstacle = "sums_not_named"   // an SMS must name amount and payee
	ObstacleNoNumber       Obstacle = "no_number"
	ObstacleNoAddress      Obstacle = "no_address"
	ObstacleSMSOff         Obstacle = "sms_off"
	ObstacleNoSender       Obstacle = "no_sender"       // this installation sends no codes by the method
	ObstacleNumberChanged  Obstacle = "number_changed"  // within the last 24 h
	ObstacleAddressChanged Obstacle = "address_changed" // likewise
	ObstaclePaused         Obstacle = "method_paused"
	ObstacleDisabled       Obstacle = "method_disabled"
	ObstacleNoRPID         Obstacle = "no_rp_id"          // the application has no domain for passkeys
	ObstacleElsewhere      Obstacle = "passkey_elsewhere" // the account's passkeys belong to another domain
	ObstacleOperator       Obstacle = "operator_needed"   // only an operator binds a first method
	ObstacleNumberRequired Obstacle = "number_required"   // a first method is proved by the number on record
)
