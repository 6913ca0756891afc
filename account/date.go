package account

import (
	"time"

	"github.com/jawort/jawort/refusal"
)

// Date is when something begins: an instant (RFC 3339), or a day, which begins at midnight of the tenant's time zone.
type Date struct {
	at  time.Time // of a day: its midnight in UTC
	day bool
}

var errNotADate = refusal.New(refusal.Invalid, "invalid-request",
	"A date must look like 2027-01-01, or like 2027-01-01T08:00:00Z with a time.")

// DateOf returns the date of an instant.
func DateOf(t time.Time) Date { return Date{at: t} }

// In returns the instant at which the date begins in zone.
func (d Date) In(zone *time.Location) time.Time {
	if !d.day {
		return d.at
	}
	year, month, day := d.at.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, zone)
}

// IsZero reports whether no date is given.
func (d Date) IsZero() bool { return !d.day && d.at.IsZero() }

func (d Date) String() string {
	if d.day {
		return d.at.Format(time.DateOnly)
	}
	return d.at.Format(time.RFC3339Nano)
}

// MarshalText writes the date as it was read.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a day or an instant.
func (d *Date) UnmarshalText(text []byte) error {
	if t, err := time.Parse(time.DateOnly, string(text)); err == nil {
		*d = Date{at: t, day: true}
		return nil
	}
	t, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return errNotADate
	}
	*d = Date{at: t}
	return nil
}
