package account

import (
	"slices"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
)

// Preset is a set of rules that an application starts from. It fills what the policy does not give, and the hard rules of
// a preset cannot be weakened.
type Preset string

// The presets.
const (
	Standard Preset = "standard" // two digits against approving out of habit
	AAL2     Preset = "aal2"     // NIST SP 800-63B-4, 3.1.3: six digits, SMS as restricted, no e-mail; asked again after 12 h
)

const (
	standardDigits = 2
	aal2Digits     = 6
	aal2Interval   = Duration(12 * time.Hour)
	defaultSkew    = 1
)

// match returns what the preset asks a phone for.
func (p Preset) match() Match {
	if p == AAL2 {
		return Match{Kind: approval.MatchEnter, Digits: aal2Digits}
	}
	return Match{Kind: approval.MatchEnter, Digits: standardDigits}
}

// cap returns how long a confirmation may hold under the preset; 0: no cap.
func (p Preset) cap() Duration {
	if p == AAL2 {
		return aal2Interval
	}
	return 0
}

// forbids reports whether the preset rules out the method.
func (p Preset) forbids(m approval.Method) bool { return p == AAL2 && m == approval.MethodEmail }

// RenewsRecovery reports whether the preset wants new recovery codes whenever one was used (NIST SP 800-63B-4, 4.2.1.1).
func (p Preset) RenewsRecovery() bool { return p == AAL2 }

// validate refuses a policy, filled in, that is weaker than its preset.
func (p Preset) validate(policy ApplicationPolicy) error {
	switch {
	case p != AAL2:
		return nil
	case policy.Match.Kind != approval.MatchEnter:
		return refusal.Field("match.kind", "must be enter under the preset aal2")
	case policy.Match.Digits != aal2Digits:
		return refusal.Field("match.digits", "must be 6 under the preset aal2")
	case policy.MaxInterval > aal2Interval:
		return refusal.Field("max_interval", "must be at most 12h under the preset aal2")
	case policy.Remember > aal2Interval:
		return refusal.Field("remember", "must be at most 12h under the preset aal2")
	case slices.Contains(policy.Methods, approval.MethodEmail):
		return refusal.Field("methods", "must not contain email under the preset aal2")
	default:
		return nil
	}
}
