package account

import (
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
)

// Authority is who let a phone be bound to an account.
type Authority string

// The authorities. The first two hold only while the account has nothing else to confirm with, and that is looked at again
// when the phone is confirmed.
const (
	ByFirstBinding Authority = "first"    // nobody: the account has nothing by which it could confirm
	ByLogin        Authority = "login"    // the page of a first login, which goes on with it
	ByDevice       Authority = "device"   // a phone of the account
	ByManager      Authority = "manager"  // a phone of the account's manager
	ByOperator     Authority = "operator" // somebody at support, for a reason
	ByApproval     Authority = "approval" // a login that another method of the account confirmed a short time ago
	ByRecovery     Authority = "recovery" // a recovery that was announced and that nobody stopped
)

// ApprovalFresh is how long a confirmed login authorises an enrolment.
const ApprovalFresh = 10 * time.Minute

// Authorising are the methods by which a confirmed login authorises an enrolment. A phone is asked instead, and an operator's code
// lets somebody in once.
var Authorising = []approval.Method{approval.MethodRecovery, approval.MethodPasskey, approval.MethodTOTP, approval.MethodSMS, approval.MethodEmail}

// Proof is a code that shows that who holds a new phone reads what goes to an account.
type Proof struct {
	Account string          // whose number or address: the account's own, or its helper's
	Method  approval.Method // sms or email; empty: no code is needed
	Address string          // where the code goes; never to be logged
}

// Needed reports whether a code is needed.
func (p Proof) Needed() bool { return p.Method != "" }

// Helper returns the account to which the code goes where that is another than the one that gets the phone; empty: it is the same.
func (p Proof) Helper(of string) string {
	if p.Account == of {
		return ""
	}
	return p.Account
}

// Proving is an enrolment with all that a message about it needs.
type Proving struct {
	Enrolment   Enrolment
	Application Application // names, and the tenant's policy
	Account     Account
	Group       Group
}

// PayerOf returns the account that is charged for an SMS to this one.
func (p GroupPolicy) PayerOf(a Account) string {
	if p.WithDefaults().SMS.Payer == PayerManager && a.Manager != "" {
		return a.Manager
	}
	return a.ID
}

// Refusals of who may bind a phone.
var (
	ErrAuthorityNeeded = refusal.New(refusal.Conflict, "authorization-needed",
		"This account cannot get a phone by its login alone. Let somebody authorise it: authorize names what can.")
	ErrNotAuthorised = refusal.New(refusal.Conflict, "not-authorized",
		"This does not authorise an enrolment of this account: it is another's, was used already, is too old, or is no confirmation by another method.")
	ErrPushNotAllowed = refusal.New(refusal.Conflict, "push-not-allowed",
		"Policy lets this account confirm no login of this application on a phone, so none is registered. Activate another method.")
	ErrNumberRequired = refusal.New(refusal.Conflict, "number-required",
		"A mobile number must be on record before a phone can be registered. Have it put on record, or ask support.")
	ErrContactRequired = refusal.New(refusal.Conflict, "contact-required",
		"This account is its holder's alone, so a code proves each phone: a mobile number or an e-mail address must be on record. Have it put on record, or ask support.")
	ErrNoSender = refusal.New(refusal.Conflict, "no-sender",
		"A code proves each phone of this account, and this installation cannot send it. Use another method, or ask support.")
	ErrDeviceLimit = refusal.New(refusal.Conflict, "device-limit",
		"This account must not be shared and has as many phones as it may have. Replace or revoke one of them.")
	ErrNoDevice = refusal.New(refusal.Conflict, "no-device",
		"There is no phone that could be asked. Let somebody else authorise the enrolment.")
	ErrNoManager = refusal.New(refusal.Conflict, "no-manager",
		"This account has no manager who could be asked. Let somebody else authorise the enrolment.")
	ErrNoHelper = refusal.New(refusal.Conflict, "helper-not-allowed",
		"This account must not be shared, so nobody else can hold it.")
)
