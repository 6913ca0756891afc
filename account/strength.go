package account

import "github.com/jawort/jawort/approval"

// ACR is the assurance that a confirmation, after a password, reached (NIST SP 800-63B-4); empty: none.
type ACR string

// The levels.
const (
	ACR1 ACR = "aal1"
	ACR2 ACR = "aal2"
)

// Strength is what a method is worth.
type Strength struct {
	ACR        ACR
	AMR        []string // RFC 8176 and its registry
	Restricted bool     // another method must be offered beside it
}

// StrengthAsAsked returns what a confirmation by the method reached under the policy by which it was asked: one that was changed since
// must not make more of it. Where that was not kept, it counts as the weakest.
func StrengthAsAsked(c approval.Context, m approval.Method) Strength {
	return ApplicationPolicy{Preset: Preset(c.Preset), Match: MatchDigits(c.Digits)}.Strength(m)
}

// Strength returns what a confirmation by the method reaches under the policy. E-mail and trusted browsers never reach
// aal2; push does so only where six digits pass from the browser to the phone, and SMS only where its code lives ten minutes.
func (p ApplicationPolicy) Strength(m approval.Method) Strength {
	p = p.WithDefaults()
	switch m {
	case approval.MethodPush:
		return Strength{ACR: level(p.Match == AAL2.match()), AMR: []string{"pop", "user", "mca"}}
	case approval.MethodPasskey:
		return Strength{ACR: ACR2, AMR: []string{"pop", "user"}}
	case approval.MethodTOTP:
		return Strength{ACR: ACR2, AMR: []string{"otp"}}
	case approval.MethodSMS:
		return Strength{ACR: level(p.Preset == AAL2), AMR: []string{"sms"}, Restricted: true}
	case approval.MethodEmail, approval.MethodRecovery, approval.MethodBypass:
		return Strength{ACR: ACR1, AMR: []string{"otp"}}
	case approval.MethodTrustedBrowser:
		return Strength{ACR: ACR1, AMR: []string{"rba"}}
	default:
		return Strength{AMR: []string{}}
	}
}

func level(two bool) ACR {
	if two {
		return ACR2
	}
	return ACR1
}
