package ledger

import (
	"fmt"
	"time"

	"github.com/jawort/jawort/refusal"
)

// Quarter is three months of a year, by which usage is charged. When it begins depends on the time zone.
type Quarter struct {
	Year   int
	Number int // 1 to 4
}

const firstYear = 1970 // before it there was no clock that a message could have been counted by

// ParseQuarter reads a quarter such as 2026-Q4, or returns the refusal of the field "quarter".
func ParseQuarter(s string) (Quarter, error) {
	var q Quarter
	if _, err := fmt.Sscanf(s, "%4d-Q%1d", &q.Year, &q.Number); err != nil || q.String() != s || q.Year < firstYear || q.Number < 1 || q.Number > 4 {
		return Quarter{}, refusal.Field("quarter", "must be a year and a quarter, such as 2026-Q4")
	}
	return q, nil
}

// QuarterOf returns the quarter of an instant.
func QuarterOf(t time.Time, zone *time.Location) Quarter {
	t = t.In(zone)
	return Quarter{Year: t.Year(), Number: (int(t.Month()) + 2) / 3}
}

func (q Quarter) String() string { return fmt.Sprintf("%04d-Q%d", q.Year, q.Number) }

// Next returns the quarter after this one.
func (q Quarter) Next() Quarter {
	if q.Number == 4 {
		return Quarter{Year: q.Year + 1, Number: 1}
	}
	return Quarter{Year: q.Year, Number: q.Number + 1}
}

// Bounds returns the first instant of the quarter and the first one after it.
func (q Quarter) Bounds(zone *time.Location) (from, until time.Time) {
	return q.begins(zone), q.Next().begins(zone)
}

func (q Quarter) begins(zone *time.Location) time.Time {
	return monthBegins(q.Year, time.Month(3*q.Number-2), zone)
}

// monthBegins returns the first instant of a month. Where clocks are put forward at that very midnight there is no
// midnight, and the time package may give an instant before it: the month then begins with the change.
func monthBegins(year int, month time.Month, zone *time.Location) time.Time {
	t := time.Date(year, month, 1, 0, 0, 0, 0, zone)
	if t.Day() == 1 {
		return t
	}
	_, change := t.ZoneBounds()
	return change
}
