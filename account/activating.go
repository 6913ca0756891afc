package account

import (
	"slices"
	"time"

	"github.com/jawort/jawort/approval"
)

// activating says what keeps an account without a method from beginning with this one, by its first login alone.
func (e *evaluation) activating(m approval.Method) (Obstacle, time.Time) {
	switch {
	case !e.allowed(m), m == approval.MethodRecovery, m == approval.MethodBypass: // those two come beside another, or from an operator
		return ObstacleNotAllowed, time.Time{}
	case e.group.FirstBinding == BindingOperator:
		return ObstacleOperator, time.Time{}
	case m == approval.MethodPasskey && e.Application.RPID == "":
		return ObstacleNoRPID, time.Time{}
	case e.group.FirstBinding == BindingPhoneOnRecord:
		if o, until := e.byRecord(m); o != "" {
			return o, until
		}
	}
	if m == approval.MethodPush {
		return e.byPhone()
	}
	return e.sent(m)
}

// byRecord demands that a first method is proved by what is on record, and that a number is: an authenticator app or a
// passkey proves only that somebody knows the password.
func (e *evaluation) byRecord(m approval.Method) (Obstacle, time.Time) {
	switch {
	case e.Account.Phone == "":
		return ObstacleNoNumber, time.Time{}
	case m == approval.MethodTOTP, m == approval.MethodPasskey:
		return ObstacleNumberRequired, time.Time{}
	case m == approval.MethodEmail && e.Account.Email == "":
		return ObstacleNoAddress, time.Time{}
	case m == approval.MethodPush:
		return e.proven(approval.MethodSMS)
	default:
		return "", time.Time{}
	}
}

// byPhone demands something of the account's own to bind its phone to, where the account must not be shared.
func (e *evaluation) byPhone() (why Obstacle, until time.Time) {
	if e.group.Sharing != SharingForbidden {
		return "", time.Time{}
	}
	why = ObstacleNoNumber
	for _, own := range []struct {
		contact string
		method  approval.Method
	}{{e.Account.Email, approval.MethodEmail}, {e.Account.Phone, approval.MethodSMS}} {
		if own.contact == "" {
			continue
		}
		o, then := e.proven(own.method)
		switch {
		case o == "":
			return "", time.Time{}
		case o != ObstacleNoSender, why == ObstacleNoNumber: // what passes by itself comes before what never will
			why, until = o, then
		}
	}
	return why, until
}

// proven says what keeps a code by the method from proving whose phone it is. Codes for logins may be off for the account.
func (e *evaluation) proven(m approval.Method) (Obstacle, time.Time) {
	if slices.Contains(e.NoSender, m) {
		return ObstacleNoSender, time.Time{}
	}
	return e.held(m)
}
