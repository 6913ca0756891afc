package ledger

import (
	"slices"
	"time"

	"github.com/jawort/jawort/refusal"
)

// Cycle is how often a budget begins anew.
type Cycle string

// The cycles.
const (
	Monthly   Cycle = "month"
	Quarterly Cycle = "quarter"
)

var cycles = []Cycle{Monthly, Quarterly}

// Period names the month or quarter of an instant: 2026-11, 2026-Q4.
func (c Cycle) Period(t time.Time, zone *time.Location) string {
	if c == Quarterly {
		return QuarterOf(t, zone).String()
	}
	return t.In(zone).Format("2006-01")
}

func (c Cycle) validate(field string) error {
	if !slices.Contains(cycles, c) {
		return refusal.Field(field, "must be month or quarter")
	}
	return nil
}

// zoneOf returns the time zone of an IANA name, or a refusal that names the field.
func zoneOf(name, field string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, refusal.Field(field, "must be the IANA name of a time zone, such as Europe/Berlin")
	}
	return zone, nil
}
