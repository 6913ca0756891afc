package account

import (
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
)

// Refusals of deleting a group.
var (
	ErrGroupNotEmpty = refusal.New(refusal.Conflict, "group-not-empty", "There are accounts in the group. First put them into another one, or into none.")
	ErrGroupBudgeted = refusal.New(refusal.Conflict, "group-budgeted", "A budget for SMS is about the group. First take it out of the settings of SMS.")
)

// Group is a class of accounts of a tenant, such as brokers or customers.
type Group struct {
	ID     string
	Tenant string
	Name   string
	Policy GroupPolicy
}

// GroupPolicy is what the accounts of a group may choose, and what they must do. An account without a group has the policy
// that gives nothing: asked always, on every login.
type GroupPolicy struct {
	Interval     Interval          `json:"interval,omitzero" yaml:"interval,omitempty"`
	Remember     bool              `json:"remember,omitempty" yaml:"remember,omitempty"`           // whether applications may offer it to the group
	Sharing      Sharing           `json:"sharing,omitempty" yaml:"sharing,omitempty"`             // default: allowed
	Deny         Deny              `json:"deny,omitempty" yaml:"deny,omitempty"`                   // default: all where sharing is allowed, else any
	FirstBinding Binding           `json:"first_binding,omitempty" yaml:"first_binding,omitempty"` // default: none
	Methods      []approval.Method `json:"methods,omitempty" yaml:"methods,omitempty"`             // allowed; empty: all
	SMS          SMS               `json:"sms,omitzero" yaml:"sms,omitempty"`
	Activation   Activation        `json:"activation,omitzero" yaml:"activation,omitempty"`
	EnforcedFrom map[string]Date   `json:"enforced_from,omitempty" yaml:"enforced_from,omitempty"` // by the application's name; absent: always
}

// Interval bounds, in whole days, how long a confirmation holds for the same browser. 0: every login is asked.
type Interval struct {
	Min     int `json:"min" yaml:"min"`
	Max     int `json:"max" yaml:"max"`
	Default int `json:"default" yaml:"default"`
}

// Sharing says whether several people may hold one account.
type Sharing string

// Whether an account is shared.
const (
	SharingAllowed   Sharing = "allowed"   // each device has its holder
	SharingForbidden Sharing = "forbidden" // at most two devices, each bound by a code to the account's own number or address
)

// Deny says how many devices must deny to end an approval.
type Deny string

// Who ends an approval by denying it.
const (
	DenyAny Deny = "any" // one device
	DenyAll Deny = "all" // every active device
)

// Binding says what an account's first method needs.
type Binding string

// What is needed for a first method.
const (
	BindingNone          Binding = "none"            // nothing but the login
	BindingPhoneOnRecord Binding = "phone_on_record" // a code to the number that is on record
	BindingOperator      Binding = "operator"        // an operator
)

// SMS says who gets codes by SMS, and who pays for all SMS. What happened to an account is told by SMS in any case.
type SMS struct {
	Switch Switch `json:"switch,omitempty" yaml:"switch,omitempty"` // default: account
	Payer  Payer  `json:"payer,omitempty" yaml:"payer,omitempty"`   // default: account
}

// Switch turns codes by SMS on for a group.
type Switch string

// How SMS is switched.
const (
	SwitchAccount Switch = "account" // per account, off until switched on
	SwitchOn      Switch = "on"
	SwitchOff     Switch = "off"
)

// Payer is who is charged for an SMS.
type Payer string

// Who pays.
const (
	PayerManager Payer = "manager" // the account's manager; the account where it has none
	PayerAccount Payer = "account"
)

// On reports whether an account of the group gets codes by SMS.
func (s SMS) On(a Account) bool {
	return s.Switch == SwitchOn || (a.SMSOn && (s.Switch == SwitchAccount || s.Switch == ""))
}

// Activation says how many methods an account activates at its first login.
type Activation struct {
	Required    int `json:"required,omitempty" yaml:"required,omitempty"`       // default: 1
	Recommended int `json:"recommended,omitempty" yaml:"recommended,omitempty"` // default: required
}

// Bounds of a group's policy.
const (
	MaxIntervalDays = 7
	maxActivated    = 5 // methods that can be activated at a first login
	unsharedDevices = 2
)

// WithDefaults returns the policy with what was not given filled in.
func (p GroupPolicy) WithDefaults() GroupPolicy {
	fill(&p.Sharing, SharingAllowed)
	if p.Sharing == SharingForbidden {
		fill(&p.Deny, DenyAny)
	}
	fill(&p.Deny, DenyAll)
	fill(&p.FirstBinding, BindingNone)
	fill(&p.SMS.Switch, SwitchAccount)
	fill(&p.SMS.Payer, PayerAccount)
	fill(&p.Activation.Required, 1)
	fill(&p.Activation.Recommended, p.Activation.Required)
	return p
}

// fill sets what was not given.
func fill[T comparable](field *T, value T) {
	var none T
	if *field == none {
		*field = value
	}
}

// MaxDevices returns how many active devices an account may have; 0: no limit.
func (p GroupPolicy) MaxDevices() int {
	if p.Sharing == SharingForbidden {
		return unsharedDevices
	}
	return 0
}
