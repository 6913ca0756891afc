package account_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
)

// dice makes situations that meet every rule, and tightens them.
type dice struct{ *rand.Rand }

func pick[T any](d dice, of ...T) T { return of[d.IntN(len(of))] }

func (d dice) some() []approval.Method {
	return slices.DeleteFunc(slices.Clone(account.Methods), func(approval.Method) bool { return d.IntN(2) == 0 })
}

func (d dice) situation() account.Situation {
	s := everyday()
	lowest := d.IntN(3)
	most := lowest + d.IntN(8-lowest)
	s.Group.Policy.Interval = account.Interval{Min: lowest, Max: most, Default: lowest + d.IntN(most-lowest+1)}
	s.Group.Policy.Remember = d.IntN(2) == 0
	s.Group.Policy.Methods, s.Application.Policy.Methods = pick(d, nil, d.some()), pick(d, nil, d.some())
	s.Group.Policy.SMS.Switch = pick(d, account.SwitchOn, account.SwitchOff, account.SwitchAccount)
	s.Group.Policy.FirstBinding = pick(d, account.BindingNone, account.BindingPhoneOnRecord, account.BindingOperator)
	s.Group.Policy.Sharing = pick(d, account.SharingAllowed, account.SharingForbidden)
	s.Group.Policy.EnforcedFrom = map[string]account.Date{pick(d, "Portal", "App"): account.DateOf(now.Add(d.around()))}
	s.Application.Policy.Preset = pick(d, account.Standard, account.AAL2)
	s.Application.Policy.MaxInterval = account.Duration(d.IntN(20)) * account.Duration(10*time.Hour)
	s.Application.Policy.Remember = account.Duration(d.IntN(31)) * account.Duration(account.Day)
	s.Application.Policy.ConfirmationSet = pick(d, "", "office")
	s.Account.Interval = pick(d, nil, days(d.IntN(8)))
	s.Account.SMSOn, s.Account.Phone, s.Account.Email = d.IntN(2) == 0, pick(d, "", "+4930123"), pick(d, "", "a@b.example")
	s.Account.PhoneChangedAt, s.Account.EmailChangedAt = pick(d, time.Time{}, now.Add(-account.Day/2)), pick(d, time.Time{}, now.Add(-account.Day/2))
	s.Kind = pick(d, approval.Login, approval.Login, approval.Transaction)
	s.Locked = d.IntN(4) == 0
	s.Devices, s.Active, s.Remember, s.NamesSums = d.IntN(2), pick(d, nil, d.some()[:0], d.some()), d.IntN(2) == 0, d.IntN(2) == 0
	s.Pauses = pick(d, nil, []account.Pause{{pick(d, account.Methods...), pick(d, time.Time{}, now.Add(d.around()))}})
	s.Trust.Remember, s.Trust.Set = d.IntN(2) == 0, pick(d, s.Application.Set(), "other")
	s.Trust.ConfirmedAt, s.Trust.ExpiresAt = now.Add(-d.around().Abs()), now.Add(d.around())
	s.Trust.ACR, s.Trust.Method = pick(d, account.ACR1, account.ACR2), pick(d, account.Methods...)
	s.Browser.Country = pick(d, "DE", "DE", "", "FR")
	return s
}

// around is up to forty days to either side, often whole days, so that edges are met.
func (d dice) around() time.Duration {
	t := time.Duration(d.IntN(81)-40) * account.Day / time.Duration(pick(d, 1, 8))
	return t + time.Duration(d.IntN(3)-1)
}

// narrower is a part of what a list allows. It is never empty, because an empty list allows all.
func (d dice) narrower(methods []approval.Method) []approval.Method {
	if len(methods) == 0 {
		methods = account.Methods
	}
	kept := slices.Clone(methods)
	for len(kept) > 1 && d.IntN(2) == 0 {
		i := d.IntN(len(kept))
		kept = slices.Delete(kept, i, i+1)
	}
	return kept
}

// tighten makes one bound tighter.
func (d dice) tighten(s *account.Situation) string {
	g, a := &s.Group.Policy, &s.Application.Policy
	ways := []string{
		"group max", "group default", "account", "application cap", "remember", "group remember", "group methods", "application methods",
		"preset", "enforced earlier", "enforced at once", "set of its own", "sharing", "binding", "sms", "granted for less",
	}
	way := pick(d, ways...)
	switch way {
	case "group max":
		g.Interval.Max = d.IntN(g.Interval.Max + 1)
		g.Interval.Default = min(g.Interval.Default, g.Interval.Max)
	case "group default":
		g.Interval.Default = d.IntN(g.Interval.Default + 1)
	case "account":
		was := g.Interval.Default
		if s.Account.Interval != nil {
			was = *s.Account.Interval
		}
		s.Account.Interval = days(d.IntN(was + 1))
	case "application cap":
		was := a.MaxInterval
		if was == 0 {
			was = account.Duration(8 * account.Day)
		}
		a.MaxInterval = 1 + account.Duration(d.Int64N(int64(was)))
	case "remember":
		a.Remember = account.Duration(d.Int64N(int64(a.Remember) + 1))
	case "group remember":
		g.Remember = false
	case "group methods":
		g.Methods = d.narrower(g.Methods)
	case "application methods":
		a.Methods = d.narrower(a.Methods)
	case "preset":
		a.Preset = account.AAL2
	case "enforced earlier":
		for name, from := range g.EnforcedFrom {
			g.EnforcedFrom = map[string]account.Date{name: account.DateOf(from.In(time.UTC).Add(-d.around().Abs()))}
		}
	case "enforced at once":
		g.EnforcedFrom = nil
	case "set of its own":
		a.ConfirmationSet = "alone"
	case "sharing":
		g.Sharing = account.SharingForbidden
	case "binding":
		g.FirstBinding = account.BindingOperator
	case "sms":
		g.SMS.Switch = account.SwitchOff
	case "granted for less":
		less := *s.Trust // the looser situation keeps its own
		less.ExpiresAt = less.ExpiresAt.Add(-d.around().Abs())
		s.Trust = &less
	}
	return way
}

// A tighter policy never lets pass what was asked, never lets more confirm, and never grants more.
func TestATighterPolicyNeverLetsMorePass(t *testing.T) {
	t.Parallel()
	d := dice{rand.New(rand.NewPCG(3, 6))}
	passed, turned := 0, map[string]int{}
	for range 60_000 {
		loose := d.situation()
		tight := loose
		way := d.tighten(&tight)
		before, after := account.Evaluate(loose), account.Evaluate(tight)
		if before.Asked() && !after.Asked() {
			t.Fatalf("%s: asked before, passes after\n%+v\n%+v", way, loose, after.Reason)
		}
		if !before.Asked() {
			passed++
			if after.Asked() {
				turned[way]++
			}
			if before.Method == approval.MethodTrustedBrowser && after.Asked() && way != "granted for less" && !tightens(tight, loose) {
				t.Fatalf("%s: a trusted browser is asked, and would be trusted again\n%+v", way, loose)
			}
			continue
		}
		if !within(after.Methods, before.Methods) || !within(after.Activate.Methods, before.Activate.Methods) || after.Grant.For > before.Grant.For {
			t.Fatalf("%s: %v %v %v became %v %v %v\n%+v", way, before.Methods, before.Activate, before.Grant, after.Methods, after.Activate, after.Grant, loose)
		}
	}
	if passed < 2_000 {
		t.Errorf("only %d situations passed: the test looks at nothing", passed)
	}
	for _, way := range []string{
		"group max", "group default", "account", "application cap", "remember", "group remember", "group methods", "application methods",
		"preset", "enforced earlier", "enforced at once", "set of its own", "granted for less",
	} {
		if turned[way] == 0 {
			t.Errorf("%s never made anybody asked: the test does not reach it", way)
		}
	}
}

// tightens reports whether what a browser was granted in the looser situation ends for good in the tighter one.
func tightens(tight, loose account.Situation) bool {
	return tight.Group.Policy.Tightens(loose.Group.Policy) || tight.Application.Policy.Tightens(loose.Application.Policy) ||
		tight.Group.Policy.EndsTrust(loose.Account, tight.Account)
}

func TestALooserPolicyOrChoiceEndsNoTrust(t *testing.T) {
	t.Parallel()
	d := dice{rand.New(rand.NewPCG(9, 10))}
	for range 20_000 {
		loose := d.situation()
		loose.Application.Policy.ConfirmationSet = "alone" // another set is neither tighter nor looser
		tight := loose
		if way := d.tighten(&tight); way != "set of its own" && way != "account" && tightens(loose, tight) {
			t.Fatalf("%s, taken back, ends trust\n%+v", way, loose)
		}
	}
	group := account.GroupPolicy{Interval: account.Interval{Max: 7, Default: 2}}
	for _, c := range []struct {
		before, after *int
		ends          bool
	}{
		{nil, nil, false}, {nil, days(2), false}, {nil, days(3), false}, {nil, days(1), true}, {nil, days(0), true}, {days(0), nil, false},
		{days(3), nil, true}, {days(1), nil, false}, {days(3), days(2), true}, {days(2), days(3), false}, {days(3), days(3), false},
	} {
		if got := group.EndsTrust(account.Account{Interval: c.before}, account.Account{Interval: c.after}); got != c.ends {
			t.Errorf("from %v to %v days ends trust: %v", show(c.before), show(c.after), got)
		}
	}
	if !group.EndsTrust(account.Account{Group: "grp_1"}, account.Account{Group: "grp_2"}) {
		t.Error("another group keeps trust")
	}
	always := account.GroupPolicy{Remember: true} // and chosen for the account, it forbids remembering
	if !always.EndsTrust(account.Account{}, account.Account{Interval: days(0)}) {
		t.Error("remembered browsers outlast an always that was chosen")
	}
}

func show(days *int) any {
	if days == nil {
		return "the default"
	}
	return *days
}

func within(some, all []approval.Method) bool {
	return !slices.ContainsFunc(some, func(m approval.Method) bool { return !slices.Contains(all, m) })
}

// Whatever else holds, nobody passes without a reason that holds by itself.
func TestNobodyPassesWithoutTrustThatHolds(t *testing.T) {
	t.Parallel()
	d := dice{rand.New(rand.NewPCG(7, 8))}
	for range 40_000 {
		s := d.situation()
		v := account.Evaluate(s)
		switch v.Method {
		case "":
			if (v.Obstacle == "") != (len(v.Methods)+len(v.Activate.Methods) > 0) {
				t.Fatalf("asked by %v or %v with obstacle %q", v.Methods, v.Activate.Methods, v.Obstacle)
			}
		case approval.MethodNotEnforced:
			if s.Kind != approval.Login || s.Devices > 0 || s.Locked || len(s.Active) > 0 {
				t.Fatalf("passes though it has a method: %+v", s)
			}
		case approval.MethodTrustedBrowser:
			longest := max(account.MaxInterval, time.Duration(s.Application.Policy.Remember))
			if s.Kind != approval.Login || !s.Now.Before(s.Trust.ExpiresAt) || s.Now.Sub(s.Trust.ConfirmedAt) >= longest || s.Browser.Country == "FR" {
				t.Fatalf("passes on trust that does not hold: %+v %+v", s, s.Trust)
			}
		}
	}
}
