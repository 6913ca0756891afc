package account

import (
	"fmt"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
)

// ChooseInterval refuses a number of days that the group does not let its accounts choose. The refusal names the bound.
func (p GroupPolicy) ChooseInterval(days int) error {
	if days >= p.Interval.Min && days <= p.Interval.Max {
		return nil
	}
	return refusal.Field("interval", fmt.Sprintf("the group of this account allows %d to %d days (0: always ask)", p.Interval.Min, p.Interval.Max)).
		With("bounded_by", BoundGroup).With("min", p.Interval.Min).With("max", p.Interval.Max)
}

// interval returns how long a confirmation holds for the same browser, and who set it: the tightest wins.
func (e *evaluation) interval() (time.Duration, Bound) {
	days, by := e.group.Interval.Default, BoundGroup
	if e.Account.Interval != nil {
		days, by = *e.Account.Interval, BoundAccount
	}
	if most := e.group.Interval.Max; days > most {
		days, by = most, BoundGroup
	}
	holds := time.Duration(max(days, 0)) * Day
	if most := time.Duration(e.Application.Policy.MaxInterval); most > 0 && most < holds {
		holds, by = most, BoundApplication
	}
	if most := time.Duration(e.application.Preset.cap()); most > 0 && most < holds {
		holds, by = most, BoundPreset
	}
	return holds, by
}

// remember returns how long a remembered browser holds; 0: not at all. It replaces an interval of always where that is the
// group's default, but not where always was chosen for the account.
func (e *evaluation) remember() time.Duration {
	if !e.group.Remember || (e.Account.Interval != nil && *e.Account.Interval <= 0) {
		return 0
	}
	longest := min(time.Duration(e.application.Remember), MaxRemember)
	if most := time.Duration(e.application.Preset.cap()); most > 0 {
		longest = min(longest, most)
	}
	return longest
}

// holds returns how long a confirmation holds. Being remembered never shortens it.
func (e *evaluation) holds(remembered bool) (time.Duration, Bound) {
	interval, by := e.interval()
	if longer := e.remember(); remembered && longer > interval {
		return longer, BoundApplication
	}
	return interval, by
}

func (e *evaluation) intervalReason(code Code) Reason {
	interval, by := e.interval()
	return Reason{Code: code, BoundedBy: by, Interval: Duration(interval), EnforcedFrom: e.enforcedFrom()}
}

// grant returns what a browser gets for confirming now. A confirmed transaction gives nothing: it is about one payment.
func (e *evaluation) grant() Grant {
	if e.transaction() {
		return Grant{}
	}
	interval, _ := e.interval()
	holds, _ := e.holds(e.Remember)
	g := Grant{Set: e.Application.Set(), For: holds, Remember: holds > interval}
	if longer := e.remember(); longer > interval {
		g.Offer = longer
	}
	return g
}

// judge says whether a browser is still trusted: never longer than was granted then, nor than the policy now in force grants.
func (e *evaluation) judge(t *Trust) Reason {
	if t == nil {
		return e.untrusted(CodeUnknownBrowser)
	}
	if code := e.differs(*t); code != "" {
		return e.intervalReason(code)
	}
	holds, by := e.holds(t.Remember)
	r := Reason{BoundedBy: by, Interval: Duration(holds), Until: t.ConfirmedAt.Add(holds), EnforcedFrom: e.enforcedFrom()}
	r.Code = CodeIntervalOver
	if t.ExpiresAt.Before(r.Until) {
		r.Until, r.Code = t.ExpiresAt, CodeExpired
	}
	interval, _ := e.interval()
	switch {
	case holds == 0:
		return e.untrusted(CodeAlways)
	case !e.Now.Before(r.Until):
	case holds > interval:
		r.Code = CodeRemembered
	default:
		r.Code = CodeTrusted
	}
	return r
}

// untrusted names an interval of always as what it is, whatever the browser brought.
func (e *evaluation) untrusted(code Code) Reason {
	r := e.intervalReason(code)
	if r.Interval == 0 {
		r.Code = CodeAlways
	}
	return r
}

// differs says why what the browser brought is not for this login. The browser's family must be the same; the country
// only where both are known, because the database of networks may come and go.
func (e *evaluation) differs(t Trust) Code {
	switch {
	case t.Account != e.Account.ID:
		return CodeOtherAccount
	case t.Set != e.Application.Set():
		return CodeOtherSet
	case t.Browser.Family != e.Browser.Family:
		return CodeBrowserChanged
	case t.Browser.Country != "" && e.Browser.Country != "" && t.Browser.Country != e.Browser.Country:
		return CodeCountryChanged
	case !e.suffices(t.Method, t.ACR):
		return CodeWeaker
	default:
		return ""
	}
}

// suffices keeps a confirmation that another application of the set took from passing where it could not be given.
func (e *evaluation) suffices(m approval.Method, reached ACR) bool {
	return e.allowed(m) && (e.application.Preset != AAL2 || reached == ACR2)
}
