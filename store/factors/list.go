package factors

import (
	"context"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/means"
)

// State is how a method of an account stands.
type State struct {
	Method      approval.Method
	ActiveSince time.Time
	UsedAt      time.Time // zero: never
	PausedUntil time.Time // zero: not paused
	DisabledAt  time.Time // zero: it works
	Left        int       // recovery codes, or uses of bypass codes; 0 for other methods
}

// Works reports whether the method can confirm, now or when its pause is over.
func (s State) Works() bool { return s.DisabledAt.IsZero() }

// left counts what there is of a method that is used up.
const left = `CASE m.method
	WHEN 'recovery' THEN (SELECT COUNT(*) FROM recovery_codes r WHERE r.account = m.account AND r.used_at = 0)
	WHEN 'bypass' THEN (SELECT COALESCE(SUM(b.uses), 0) FROM bypass_codes b WHERE b.account = m.account AND b.expires_at > jawort_now())
	ELSE 0 END`

// Methods returns the methods of an account that were activated, those disabled by wrong codes included, in the order of
// their names. A bypass is among them while a code of it can be used.
func (s *Store) Methods(ctx context.Context, accountID string) ([]State, error) {
	return methodsOf(ctx, s.Reads(), accountID)
}

func methodsOf(ctx context.Context, q db.Querier, accountID string) ([]State, error) {
	return db.All(ctx, q, func(r db.Row) (m State, err error) {
		return m, r.Scan(&m.Method, db.Into(&m.ActiveSince), db.Into(&m.UsedAt), db.Into(&m.PausedUntil), db.Into(&m.DisabledAt), &m.Left)
	}, `SELECT * FROM (
			SELECT m.method, m.active_since, m.used_at, CASE WHEN m.paused_until > jawort_now() THEN m.paused_until ELSE 0 END AS paused_until,
				m.disabled_at, `+left+` AS remaining
			FROM methods m WHERE m.account = $1 AND m.active_since > 0
		) AS listed WHERE method <> 'bypass' OR remaining > 0 ORDER BY method`, accountID)
}

// hasBeside reports whether the account has anything of its own that this approval did not activate.
func hasBeside(ctx context.Context, q db.Querier, accountID, approvalID string) (bool, error) {
	return db.One(ctx, q, db.ScanBool, `SELECT `+means.Beside("$1", "$2"), accountID, approvalID)
}
