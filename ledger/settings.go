package ledger

import (
	"fmt"
	"time"

	"github.com/jawort/jawort/refusal"
)

// Settings are what a tenant says about its SMS: what they cost, what may be spent, and how often somebody may be sent
// to. The zero value has no prices, so that nothing is sent.
type Settings struct {
	Currency Currency  `json:"currency" yaml:"currency"`
	TimeZone string    `json:"time_zone" yaml:"time_zone"` // IANA name; months and quarters begin at its midnight
	Prices   PriceBook `json:"prices" yaml:"prices"`
	Budgets  []Budget  `json:"budgets" yaml:"budgets"`
	Limits   Limits    `json:"limits" yaml:"limits"`
}

// Defaults of what was left out.
const (
	DefaultCurrency Currency = "EUR"
	DefaultTimeZone string   = "UTC"
)

const maxBudgets = 500

// WithDefaults returns the settings with all that was left out.
func (s Settings) WithDefaults() Settings {
	if s.Currency == "" {
		s.Currency = DefaultCurrency
	}
	if s.TimeZone == "" {
		s.TimeZone = DefaultTimeZone
	}
	if s.Prices == nil {
		s.Prices = PriceBook{}
	}
	budgets := make([]Budget, len(s.Budgets))
	for i, b := range s.Budgets {
		b.WarnAt = b.warnAt()
		budgets[i] = b
	}
	s.Budgets = budgets
	s.Limits = s.Limits.withDefaults()
	return s
}

// Validate refuses settings by which nobody could count, and names the field.
func (s Settings) Validate() error {
	full := s.WithDefaults()
	if err := full.Currency.validate("currency"); err != nil {
		return err
	}
	if _, err := zoneOf(full.TimeZone, "time_zone"); err != nil {
		return err
	}
	if err := s.Prices.validate("prices"); err != nil {
		return err
	}
	if err := s.validateBudgets(); err != nil {
		return err
	}
	return s.Limits.validate("limits")
}

func (s Settings) validateBudgets() error {
	if len(s.Budgets) > maxBudgets {
		return refusal.Field("budgets", "has more than 500 budgets")
	}
	seen := map[Pot]bool{}
	for i, b := range s.Budgets {
		field := fmt.Sprintf("budgets[%d]", i)
		if err := b.validate(field, s.Prices); err != nil {
			return err
		}
		pot := Pot{b.Scope, b.Subject, string(b.Cycle)}
		if seen[pot] {
			return refusal.Field(field, "is the second budget of its subject and period")
		}
		seen[pot] = true
	}
	return nil
}

// Zone returns the tenant's time zone.
func (s Settings) Zone() (*time.Location, error) {
	return zoneOf(s.WithDefaults().TimeZone, "time_zone")
}
