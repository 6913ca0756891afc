package factor

import (
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
)

// Bounds of a bypass code. It stands in for a person's own factor, so it is for hours, not for good.
const (
	MaxBypassLife  = 24 * time.Hour
	MinBypassLife  = time.Minute
	MaxBypassUses  = 20
	MaxBypassCodes = 5 // of one account at the same time
)

// Bypass is an operator's permission to log in with a code that support hands out.
type Bypass struct {
	Reason string
	Life   time.Duration
	Uses   int
}

// Validate names the field that is out of bounds.
func (b Bypass) Validate() error {
	switch {
	case b.Reason == "":
		return refusal.Field("reason", "must say why somebody gets in without a factor of their own; it is kept in the audit log")
	case b.Life < MinBypassLife || b.Life > MaxBypassLife:
		return refusal.Field("expires_in", "must be 60 to 86400 seconds")
	case b.Uses < 1 || b.Uses > MaxBypassUses:
		return refusal.Field("uses", "must be 1 to 20")
	}
	return approval.CheckText("reason", b.Reason)
}
