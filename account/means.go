package account

import (
	"slices"

	"github.com/jawort/jawort/approval"
)

// HasOwn reports whether the account has a phone or a method of its own, whatever has become of it: what wrong numbers or codes
// disabled counts, and what policy does not allow any more. An account that has something never begins anew by its password
// alone: whoever stole that could disable the method by guessing, or wait for the policy, and bring their own. An operator's
// bypass code is nothing of the account's. Package store/means is the same for transactions.
func (a Audience) HasOwn() bool { return hasOwn(a.Devices, a.Locked, a.Methods) }

// HasOwn reports the same of a situation.
func (s Situation) HasOwn() bool { return hasOwn(s.Devices, s.Locked, s.Active) }

func hasOwn(devices int, locked bool, methods []approval.Method) bool {
	own := func(m approval.Method) bool { return m != approval.MethodBypass }
	return devices > 0 || locked || slices.ContainsFunc(methods, own)
}

// HasMethod reports whether there is something to be asked for: something of the account's own, or a bypass code.
func (s Situation) HasMethod() bool { return s.HasOwn() || len(s.Active) > 0 }

// Allows reports whether application, its preset and group all let accounts confirm by the method.
func Allows(a ApplicationPolicy, g GroupPolicy, m approval.Method) bool {
	return listed(a.Methods, m) && listed(g.Methods, m) && !a.Preset.forbids(m)
}

// Allowed returns all such methods.
func Allowed(a ApplicationPolicy, g GroupPolicy) []approval.Method {
	return slices.DeleteFunc(slices.Clone(Methods), func(m approval.Method) bool { return !Allows(a, g, m) })
}

// Working are those of them that are not switched off for the account.
func Working(a ApplicationPolicy, g GroupPolicy, of Account) []approval.Method {
	off := !g.WithDefaults().SMS.On(of)
	return slices.DeleteFunc(Allowed(a, g), func(m approval.Method) bool { return m == approval.MethodSMS && off })
}
