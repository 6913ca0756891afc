package account

import (
	"slices"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
)

// Refusals of a phone that a code, or an operator, authorises beside or in place of what the account has.
var (
	ErrReplaceNeeded = refusal.New(refusal.Conflict, "replaces-needed",
		"This account has a phone. A login that a code confirmed moves it to a new one: name the phone that ends in replaces. A further phone is authorised by one that is there, the manager, or an operator.")
	ErrTooWeak = refusal.New(refusal.Conflict, "stronger-method-needed",
		"This login was confirmed by less than what the account has. Authorise the phone by one that is there, by a login that one of methods confirms, by a recovery, which is announced a day ahead, or by an operator.")
	ErrRecoveryNeeded = refusal.New(refusal.Conflict, "recovery-needed",
		"An operator moves nobody to a new phone at once who has something to confirm with. Begin a recovery with POST /v1/recoveries; it is announced, and a day later authorize recovery moves the phone. Or let the old phone or another method authorise it.")
)

// Enrolling is what decides whether a code is enough for another phone.
type Enrolling struct {
	Has          []approval.Method // what the account has, whatever has become of it; push: a phone
	Group        GroupPolicy
	Application  ApplicationPolicy   // where the login was confirmed
	Applications []ApplicationPolicy // of the tenant: a phone confirms at all of them
}

// Authorises reports whether a login that the method confirmed authorises another phone: nothing else that the account has may reach
// more, at whatever application (NIST SP 800-63B-4, 4.1.2.1). What wrong codes disabled counts: whoever guesses must not gain by it.
//
// Recovery codes always do. They are handed out for the day on which all else is lost, beside the password (4.2.2.2).
func (e Enrolling) Authorises(m approval.Method) bool {
	switch {
	case !slices.Contains(Authorising, m):
		return false
	case m == approval.MethodRecovery:
		return true
	}
	reached := e.Application.Strength(m).ACR
	return !slices.ContainsFunc(e.Has, func(other approval.Method) bool { return other != m && e.reaches(other) > reached })
}

// reaches returns the most that a method of the account is worth at any application.
func (e Enrolling) reaches(m approval.Method) (most ACR) {
	for _, a := range e.Applications {
		if Allows(a, e.Group, m) {
			most = max(most, a.Strength(m).ACR)
		}
	}
	return most
}

// Sufficient returns those of the account's methods whose confirmation would authorise it.
func (e Enrolling) Sufficient() []approval.Method {
	return slices.DeleteFunc(slices.Clone(e.Has), func(m approval.Method) bool { return !e.Authorises(m) })
}
