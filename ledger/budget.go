package ledger

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/jawort/jawort/refusal"
)

// Scope is whose spending a budget bounds.
type Scope string

// The scopes.
const (
	ScopeTenant      Scope = "tenant"
	ScopeApplication Scope = "application"
	ScopeGroup       Scope = "group"
	ScopeCountry     Scope = "country"
)

var scopes = []Scope{ScopeTenant, ScopeApplication, ScopeGroup, ScopeCountry}

// DefaultWarnAt is the share of a budget, in percent, from which on it warns.
const DefaultWarnAt = 80

const maxSubject = 64

// Budget bounds what is spent within a month or quarter.
type Budget struct {
	Scope   Scope  `json:"scope" yaml:"scope"`
	Subject string `json:"subject,omitempty" yaml:"subject,omitempty"` // the application's or group's id, or the country (ISO 3166); empty for the tenant
	Cycle   Cycle  `json:"period" yaml:"period"`
	Limit   Amount `json:"limit" yaml:"limit"`                         // 0 forbids, notices too
	WarnAt  int    `json:"warn_at,omitempty" yaml:"warn_at,omitempty"` // percent; 0: DefaultWarnAt
}

// Pot is what is counted together within one period. Every message counts in the pots of its tenant, application, group
// and country whether there is a budget or not, so that a budget that is set later knows what was spent before.
type Pot struct {
	Scope   Scope
	Subject string
	Period  string
}

// Pot returns what the budget bounds at an instant.
func (b Budget) Pot(now time.Time, zone *time.Location) Pot {
	return Pot{Scope: b.Scope, Subject: b.Subject, Period: b.Cycle.Period(now, zone)}
}

// String names the pot in one word; two pots never have the same.
func (p Pot) String() string { return string(p.Scope) + ":" + p.Subject + ":" + p.Period }

// Compare is the order of the pots' names.
func (p Pot) Compare(other Pot) int { return cmp.Compare(p.String(), other.String()) }

// PotsOf returns all pots in which a message counts, in their order.
func PotsOf(application, group, country string, periods ...string) []Pot {
	var pots []Pot
	for _, period := range periods {
		pots = append(pots, Pot{ScopeTenant, "", period}, Pot{ScopeApplication, application, period}, Pot{ScopeCountry, country, period})
		if group != "" {
			pots = append(pots, Pot{ScopeGroup, group, period})
		}
	}
	slices.SortFunc(pots, Pot.Compare)
	return pots
}

func (b Budget) validate(field string, prices PriceBook) error {
	if !slices.Contains(scopes, b.Scope) {
		return refusal.Field(field+".scope", "must be tenant, application, group or country")
	}
	if (b.Scope == ScopeTenant) != (b.Subject == "") {
		return refusal.Field(field+".subject", "must name the application, group or country, and must be empty for the whole tenant")
	}
	if len(b.Subject) > maxSubject {
		return refusal.Field(field+".subject", "is longer than an id")
	}
	if b.Scope == ScopeCountry && callingCode(b.Subject) == "" {
		return refusal.Field(field+".subject", "must be the ISO 3166 code of a country in capitals, such as DE")
	}
	if err := b.Cycle.validate(field + ".period"); err != nil {
		return err
	}
	if err := b.Limit.validate(field + ".limit"); err != nil {
		return err
	}
	if dearest := b.dearest(prices); b.Limit > 0 && b.Limit < dearest {
		return refusal.Field(field+".limit", fmt.Sprintf("must be 0, which forbids, or at least %s, which is what one SMS can cost", dearest))
	}
	if b.WarnAt < 0 || b.WarnAt > 100 {
		return refusal.Field(field+".warn_at", "must be 1 to 100, in percent of the limit; left out it is 80")
	}
	return nil
}

// dearest returns the most that one message within the budget can cost.
func (b Budget) dearest(prices PriceBook) Amount {
	if b.Scope == ScopeCountry {
		return prices.Dearest(callingCode(b.Subject))
	}
	return prices.Dearest("")
}
