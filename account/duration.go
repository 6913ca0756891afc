package account

import (
	"strconv"
	"strings"
	"time"

	"github.com/jawort/jawort/refusal"
)

// Day is 24 hours, whatever a clock on the wall does: intervals do not follow daylight saving.
const Day = 24 * time.Hour

// Duration is a time.Duration that is written as "12h" or "30d" in JSON and YAML.
type Duration time.Duration

var errNotADuration = refusal.New(refusal.Invalid, "invalid-request", "A duration must look like 90m, 12h or 30d.")

// maxDays keeps a count of days from running over.
const maxDays = 36500

func (d Duration) String() string {
	t := time.Duration(d)
	switch {
	case t == 0:
		return "0"
	case t%Day == 0:
		return strconv.FormatInt(int64(t/Day), 10) + "d"
	case t%time.Hour == 0:
		return strconv.FormatInt(int64(t/time.Hour), 10) + "h"
	case t%time.Minute == 0:
		return strconv.FormatInt(int64(t/time.Minute), 10) + "m"
	default:
		return t.String()
	}
}

// MarshalText writes whole days as days, and whole hours as hours.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads whole days, or what time.ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) error {
	if days, ok := strings.CutSuffix(string(text), "d"); ok {
		n, err := strconv.ParseUint(days, 10, 32)
		if err != nil || n > maxDays {
			return errNotADuration
		}
		*d = Duration(n) * Duration(Day)
		return nil
	}
	t, err := time.ParseDuration(string(text))
	if err != nil || t > maxDays*Day || t < 0 {
		return errNotADuration
	}
	*d = Duration(t)
	return nil
}
