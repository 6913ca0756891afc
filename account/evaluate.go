package account

import (
	"time"

	"github.com/jawort/jawort/approval"
)

// evaluation is a situation with its policies filled in.
type evaluation struct {
	Situation
	application ApplicationPolicy
	group       GroupPolicy
}

// Evaluate judges a situation. It fills in what the policies do not give, so a policy may come as it was stored.
func Evaluate(s Situation) Verdict {
	e := evaluation{s, s.Application.Policy.WithDefaults(), s.Group.Policy.WithDefaults()}
	v := Verdict{Alone: e.application.Match.Kind == approval.MatchNone, Offline: e.application.Offline}
	switch {
	case e.transaction():
		v.Reason.Code = CodeTransaction
	case !e.HasMethod():
		e.firstLogin(&v)
	default:
		e.login(&v)
	}
	if v.Asked() {
		e.ask(&v)
	}
	return v
}

// transaction takes whatever is no login for one, because a transaction is always asked.
func (e *evaluation) transaction() bool { return e.Kind != approval.Login }

// firstLogin judges the login of an account without a method. A browser that was trusted when it had one counts for nothing.
func (e *evaluation) firstLogin(v *Verdict) {
	v.Reason = e.intervalReason(CodeFirstLogin)
	if !v.Reason.EnforcedFrom.IsZero() {
		v.Method, v.Reason.Code = approval.MethodNotEnforced, CodeNotEnforced
	}
}

// login judges the login of an account that has a method. It is asked before the day of enforcement too.
func (e *evaluation) login(v *Verdict) {
	v.Reason = e.judge(e.Trust)
	if v.Reason.Code == CodeTrusted || v.Reason.Code == CodeRemembered {
		v.Method = approval.MethodTrustedBrowser
	}
}

// ask says how it may be confirmed, and what that is worth.
func (e *evaluation) ask(v *Verdict) {
	var until time.Time
	switch {
	case e.HasMethod():
		v.Methods, v.Obstacle, until = e.collect(e.confirming)
	case e.transaction():
		v.Obstacle = ObstacleNoMethod
	default:
		v.Activate.Methods, v.Obstacle, until = e.collect(e.activating)
		v.Activate.Required = min(e.group.Activation.Required, len(v.Activate.Methods))
		v.Activate.Recommended = min(e.group.Activation.Recommended, len(v.Activate.Methods))
	}
	v.Support = e.Application.TenantPolicy.Support
	if v.Obstacle != "" {
		v.Reason.Until = until
		return
	}
	if e.QuietTo.After(e.Now) {
		v.QuietTo = e.QuietTo
	}
	v.Grant = e.grant()
}

// enforcedFrom returns when confirming begins for this group and application; zero: it has begun.
func (e *evaluation) enforcedFrom() time.Time {
	date, given := e.group.EnforcedFrom[e.Application.Name]
	if !given {
		return time.Time{}
	}
	zone := e.Zone
	if zone == nil {
		zone = time.UTC
	}
	if from := date.In(zone); e.Now.Before(from) {
		return from
	}
	return time.Time{}
}
