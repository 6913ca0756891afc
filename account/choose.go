package account

import (
	"fmt"

	"github.com/jawort/jawort/refusal"
)

// ErrInterval refuses an interval outside what the group allows.
var ErrInterval = refusal.New(refusal.Invalid, "interval-out-of-bounds",
	"The group of this account does not allow this interval. Choose one within its bounds.")

// ChooseInterval refuses a number of days that the group does not let its accounts choose. The refusal names the bound.
func (p GroupPolicy) ChooseInterval(days int) error {
	if days >= p.Interval.Min && days <= p.Interval.Max {
		return nil
	}
	detail := fmt.Sprintf("The group of this account allows %d to %d days (0: always ask). Choose an interval within.", p.Interval.Min, p.Interval.Max)
	return ErrInterval.WithDetail(detail).
		With("field", "interval").With("bounded_by", "group").With("min", p.Interval.Min).With("max", p.Interval.Max)
}
