package account

import (
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
		return e.held(approval.MethodSMS)
	default:
		return "", time.Time{}
	}
}

// byPhone demands something of the account's own to bind its phone to, where the account must not be shared.
func (e *evaluation) byPhone() (Obstacle, time.Time) {
	switch {
	case e.group.Sharing != SharingForbidden:
		return "", time.Time{}
	case e.Account.Phone == "" && e.Account.Email == "":
		return ObstacleNoNumber, time.Time{}
	}
	o, until := e.held(approval.MethodEmail)
	if e.Account.Email == "" || (o != "" && e.Account.Phone != "") {
		return e.held(approval.MethodSMS)
	}
	return o, until
}
