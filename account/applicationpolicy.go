package account

import (
	"strings"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/refusal"
)

// ApplicationPolicy is how one application asks. What is not given is the preset's.
type ApplicationPolicy struct {
	Preset Preset `json:"preset,omitempty" yaml:"preset,omitempty"` // default: standard
	Match  Match  `json:"match,omitzero" yaml:"match,omitempty"`
	// MaxInterval is how long a confirmation may hold at most. 0: the preset's cap, which standard does not have.
	MaxInterval Duration `json:"max_interval,omitempty" yaml:"max_interval,omitempty"`
	// Remember is how long a remembered browser holds. 0: not offered.
	Remember Duration `json:"remember,omitempty" yaml:"remember,omitempty"`
	Offline  Offline  `json:"offline,omitempty" yaml:"offline,omitempty"` // default: refused
	// ConfirmationSet names those that share confirmations. Empty: the application shares with none.
	ConfirmationSet string            `json:"confirmation_set,omitempty" yaml:"confirmation_set,omitempty"`
	Methods         []approval.Method `json:"methods,omitempty" yaml:"methods,omitempty"`     // allowed; empty: all
	TOTPSkew        *int              `json:"totp_skew,omitempty" yaml:"totp_skew,omitempty"` // steps before and after; default: 1
}

// Match is what a phone must ask for before it approves.
type Match struct {
	Kind   string `json:"kind" yaml:"kind"` // approval.MatchNone or approval.MatchEnter
	Digits int    `json:"digits,omitempty" yaml:"digits,omitempty"`
}

// Offline says whether an application may let somebody work without asking while it has no network. Jawort carries it and
// does not act on it.
type Offline string

// What an application does offline.
const (
	OfflineRefused Offline = "refused"
	OfflineAllowed Offline = "allowed"
)

// Bounds of an application's policy.
const (
	MaxRemember = 30 * Day
	MaxInterval = 7 * Day
	MaxSkew     = 2
	maxSetName  = 64
)

// The lives of a code (NIST SP 800-63B-4, 3.1.3: at most ten minutes).
const (
	codeLife     = 15 * time.Minute
	aal2CodeLife = 10 * time.Minute
)

// WithDefaults returns the policy with what was not given filled in.
func (p ApplicationPolicy) WithDefaults() ApplicationPolicy {
	if p.Preset == "" {
		p.Preset = Standard
	}
	if p.Match.Kind == "" && p.Match.Digits == 0 {
		p.Match = p.Preset.match()
	}
	if p.MaxInterval == 0 {
		p.MaxInterval = p.Preset.cap()
	}
	if p.Offline == "" {
		p.Offline = OfflineRefused
	}
	return p
}

// Skew returns how many steps before and after the present one a code of an authenticator app may be.
func (p ApplicationPolicy) Skew() int {
	if p.TOTPSkew == nil {
		return defaultSkew
	}
	return *p.TOTPSkew
}

// CodeLife returns how long a code by SMS or e-mail is valid.
func (p ApplicationPolicy) CodeLife() time.Duration {
	if p.Preset == AAL2 {
		return aal2CodeLife
	}
	return codeLife
}

// Validate names the first field that cannot be, or that is weaker than the preset.
func (p ApplicationPolicy) Validate() error {
	p = p.WithDefaults()
	switch {
	case p.Preset != Standard && p.Preset != AAL2:
		return refusal.Field("preset", "must be standard or aal2")
	case p.MaxInterval < 0 || time.Duration(p.MaxInterval) > MaxInterval:
		return refusal.Field("max_interval", "must be at most 7d, or 0 for no cap of its own")
	case p.Remember < 0 || time.Duration(p.Remember) > MaxRemember:
		return refusal.Field("remember", "must be at most 30d, or 0 not to offer it")
	case p.Offline != OfflineAllowed && p.Offline != OfflineRefused:
		return refusal.Field("offline", "must be allowed or refused")
	case p.Skew() < 0 || p.Skew() > MaxSkew:
		return refusal.Field("totp_skew", "must be 0 to 2 steps")
	}
	if err := p.Match.validate(); err != nil {
		return err
	}
	if err := validateMethods("methods", p.Methods); err != nil {
		return err
	}
	if err := validateSet(p.ConfirmationSet); err != nil {
		return err
	}
	return p.Preset.validate(p)
}

func (m Match) validate() error {
	switch {
	case m.Kind != approval.MatchNone && m.Kind != approval.MatchEnter:
		return refusal.Field("match.kind", "must be none or enter")
	case m.Kind == approval.MatchNone && m.Digits != 0:
		return refusal.Field("match.digits", "must not be given where nothing is matched")
	case m.Kind == approval.MatchEnter && (m.Digits < 2 || m.Digits > 6):
		return refusal.Field("match.digits", "must be 2 to 6")
	default:
		return nil
	}
}

// validateSet keeps the names of sets apart from the ids of applications, which name the sets of those that share with none.
func validateSet(name string) error {
	const field = "confirmation_set"
	if len(name) > maxSetName || strings.HasPrefix(name, id.Application) {
		return refusal.Field(field, "must be a name of at most 64 bytes that does not begin with "+id.Application)
	}
	return approval.CheckText(field, name)
}
