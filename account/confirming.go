package account

import (
	"slices"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
)

// collect returns the methods that nothing stands in the way of, or else the most telling obstacle and when it is over.
func (e *evaluation) collect(obstacle func(approval.Method) (Obstacle, time.Time)) ([]approval.Method, Obstacle, time.Time) {
	var free []approval.Method
	worst, over := ObstacleNotAllowed, time.Time{}
	for _, m := range Methods {
		o, until := obstacle(m)
		switch {
		case o == "" && free == nil:
			free = append(make([]approval.Method, 0, len(Methods)), m)
		case o == "":
			free = append(free, m)
		case worst.weaker(o): // what can be mended tells more
			worst, over = o, until
		}
	}
	if free != nil {
		return free, "", time.Time{}
	}
	return nil, worst, over
}

// weaker reports whether another obstacle tells more: what nobody has to mend tells least, then what the login service has to.
func (o Obstacle) weaker(than Obstacle) bool {
	return o == ObstacleNotAllowed || (o == ObstacleNoRPID && than != ObstacleNotAllowed)
}

// confirming says what keeps a method of the account from confirming.
func (e *evaluation) confirming(m approval.Method) (Obstacle, time.Time) {
	switch {
	case !e.has(m), !e.allowed(m):
		return ObstacleNotAllowed, time.Time{}
	case e.transaction() && !confirmsTransactions(m):
		return ObstacleTransaction, time.Time{}
	case e.transaction() && m == approval.MethodSMS && !e.NamesSums:
		return ObstacleUnnamed, time.Time{}
	case m == approval.MethodPasskey && e.Application.RPID == "":
		return ObstacleNoRPID, time.Time{}
	case m == approval.MethodPasskey && !slices.Contains(e.Passkeys, e.Application.RPID):
		return ObstacleElsewhere, time.Time{}
	case m == approval.MethodEmail && e.Account.Email == "":
		return ObstacleNoAddress, time.Time{}
	case m == approval.MethodSMS && e.Account.Phone == "":
		return ObstacleNoNumber, time.Time{}
	}
	if o, until := e.sent(m); o != "" {
		return o, until
	}
	return e.paused(m)
}

func (e *evaluation) has(m approval.Method) bool {
	if m == approval.MethodPush {
		return e.Devices > 0 || e.Locked
	}
	return slices.Contains(e.Active, m)
}

// allowed reports whether application, group and preset all allow the method.
func (e *evaluation) allowed(m approval.Method) bool { return Allows(e.application, e.group, m) }

// sent says what keeps codes from being sent to the account by the method.
func (e *evaluation) sent(m approval.Method) (Obstacle, time.Time) {
	if m == approval.MethodSMS && !slices.Contains(e.NoSender, m) && !e.group.SMS.On(e.Account) {
		return ObstacleSMSOff, time.Time{}
	}
	return e.proven(m)
}

// held says whether the number or address to which codes of the method go was changed too recently.
func (e *evaluation) held(m approval.Method) (Obstacle, time.Time) {
	until := e.Account.HeldUntil(m, e.Now)
	switch {
	case until.IsZero():
		return "", time.Time{}
	case m == approval.MethodEmail:
		return ObstacleAddressChanged, until
	default:
		return ObstacleNumberChanged, until
	}
}

// HeldUntil returns until when the account's number (sms) or address (email) confirms nothing because it was changed a
// short time ago; zero: it confirms, or there is none.
func (a Account) HeldUntil(m approval.Method, now time.Time) time.Time {
	switch {
	case m == approval.MethodSMS && a.Phone != "":
		return factor.HeldUntil(a.PhoneChangedAt, now)
	case m == approval.MethodEmail && a.Email != "":
		return factor.HeldUntil(a.EmailChangedAt, now)
	default:
		return time.Time{}
	}
}

func (e *evaluation) paused(m approval.Method) (Obstacle, time.Time) {
	if m == approval.MethodPush && e.Devices == 0 { // there is one, and it is locked
		return ObstacleDisabled, time.Time{}
	}
	for _, p := range e.Pauses {
		switch {
		case p.Method != m:
		case p.Until.IsZero():
			return ObstacleDisabled, time.Time{}
		case e.Now.Before(p.Until):
			return ObstaclePaused, p.Until
		}
	}
	return "", time.Time{}
}

func confirmsTransactions(m approval.Method) bool {
	return m == approval.MethodPush || m == approval.MethodPasskey || m == approval.MethodSMS
}

// confirms reports whether somebody does something to confirm by the method.
func confirms(m approval.Method) bool { return slices.Contains(Methods, m) }
