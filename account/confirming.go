package account

import (
	"slices"
	"time"

	"github.com/jawort/jawort/approval"
)

// NumberRest is how long a changed number confirms nothing: whoever took over a login must not bring a number of their own.
const NumberRest = 24 * time.Hour

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
		case worst == ObstacleNotAllowed: // what can be mended tells more
			worst, over = o, until
		}
	}
	if free != nil {
		return free, "", time.Time{}
	}
	return nil, worst, over
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
	case m == approval.MethodEmail && e.Account.Email == "":
		return ObstacleNoAddress, time.Time{}
	case m == approval.MethodSMS && e.Account.Phone == "":
		return ObstacleNoNumber, time.Time{}
	}
	if m == approval.MethodSMS {
		if o, until := e.bySMS(); o != "" {
			return o, until
		}
	}
	return e.paused(m)
}

func (e *evaluation) has(m approval.Method) bool {
	if m == approval.MethodPush {
		return e.Devices > 0
	}
	return slices.Contains(e.Active, m)
}

// allowed reports whether application, group and preset all allow the method.
func (e *evaluation) allowed(m approval.Method) bool {
	return listed(e.application.Methods, m) && listed(e.group.Methods, m) && !e.application.Preset.forbids(m)
}

// bySMS says what keeps codes from being sent to the account's number.
func (e *evaluation) bySMS() (Obstacle, time.Time) {
	if !e.group.SMS.On(e.Account) {
		return ObstacleSMSOff, time.Time{}
	}
	return e.resting()
}

// resting says whether the account's number was changed too recently.
func (e *evaluation) resting() (Obstacle, time.Time) {
	rested := e.Account.PhoneChangedAt.Add(NumberRest)
	if e.Account.Phone == "" || e.Account.PhoneChangedAt.IsZero() || !e.Now.Before(rested) {
		return "", time.Time{}
	}
	return ObstacleNumberChanged, rested
}

func (e *evaluation) paused(m approval.Method) (Obstacle, time.Time) {
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
