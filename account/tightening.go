package account

import (
	"slices"
	"time"

	"github.com/jawort/jawort/approval"
)

// Tightens reports whether browsers that were trusted under the policy before may be trusted for less under this one: a shorter
// default or longest interval, no remembering any more, or a method fewer. Such a change ends what they were granted, so that
// loosening the policy again revives nothing.
func (p GroupPolicy) Tightens(before GroupPolicy) bool {
	return p.Interval.Default < before.Interval.Default || p.Interval.Max < before.Interval.Max ||
		(before.Remember && !p.Remember) || narrows(before.Methods, p.Methods)
}

// Tightens reports the same of an application's policy: a lower cap, less or no remembering, a stricter preset, another set of
// applications, or a method fewer.
func (p ApplicationPolicy) Tightens(before ApplicationPolicy) bool {
	return p.longest() < before.longest() || p.Remember < before.Remember || (p.Preset == AAL2 && before.Preset != AAL2) ||
		p.ConfirmationSet != before.ConfirmationSet || narrows(before.Methods, p.Methods)
}

// longest is how long a confirmation may hold at most.
func (p ApplicationPolicy) longest() time.Duration {
	longest := MaxInterval
	for _, most := range []Duration{p.MaxInterval, p.Preset.cap()} {
		if most > 0 {
			longest = min(longest, time.Duration(most))
		}
	}
	return longest
}

// narrows reports whether the list allows a method fewer than before; an empty list allows all.
func narrows(before, after []approval.Method) bool {
	return slices.ContainsFunc(Methods, func(m approval.Method) bool { return listed(before, m) && !listed(after, m) })
}

// EndsTrust reports whether an account's change ends what its browsers were granted: another group, or a shorter interval than
// it had. The policy is that of its group, which an account's choice replaces.
func (p GroupPolicy) EndsTrust(before, after Account) bool {
	if before.Group != after.Group {
		return true
	}
	if sameDays(before.Interval, after.Interval) {
		return false
	}
	never := after.Interval != nil && *after.Interval <= 0 // which forbids remembering too
	return never || p.days(after) < p.days(before)
}

// days are how many were chosen for the account, or its group's default.
func (p GroupPolicy) days(a Account) int {
	if a.Interval != nil {
		return *a.Interval
	}
	return p.Interval.Default
}
