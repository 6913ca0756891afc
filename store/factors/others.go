package factors

import (
	"context"
	"slices"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/store/db"
)

// Ways are those by which policy lets an account confirm at an application.
type Ways struct {
	Allowed []approval.Method // none of them is one by which codes are switched off for the account
	RPID    string            // of the application's pages, under which a passkey works; empty: none does
}

// hasOther reports whether the account could confirm now without m: by a phone, or by a method that works. One that is paused or
// disabled does not, nor a number or address that there is not, that was changed a short time ago, or that nothing can be sent to, nor
// a passkey of another domain. Bypasses are not methods of the person, and recovery codes only stand in for one.
func (s *Store) hasOther(ctx context.Context, q db.Querier, accountID string, m approval.Method, ways Ways) (bool, error) {
	args := []any{accountID, account.Active, slices.Contains(ways.Allowed, approval.MethodPush), ways.RPID, factor.ContactHold.Microseconds()}
	first := len(args) + 1
	for _, a := range ways.Allowed {
		if a != m && a != approval.MethodBypass && a != approval.MethodRecovery && !slices.Contains(s.NoSender, a) {
			args = append(args, a)
		}
	}
	others := `1 = 0`
	if n := len(args) - first + 1; n > 0 {
		others = `m.method IN (` + db.Placeholders(first, n) + `)`
	}
	return db.One(ctx, q, db.ScanBool, `
		SELECT EXISTS (SELECT 1 FROM methods m JOIN accounts a ON a.id = m.account
				WHERE m.account = $1 AND m.active_since > 0 AND m.disabled_at = 0 AND m.paused_until <= jawort_now() AND `+others+`
				AND (m.method <> 'sms' OR (a.phone <> '' AND a.phone_changed_at + $5 <= jawort_now()))
				AND (m.method <> 'email' OR (a.email <> '' AND a.email_changed_at + $5 <= jawort_now()))
				AND (m.method <> 'passkey' OR EXISTS (SELECT 1 FROM passkeys k WHERE k.account = $1 AND k.rp_id = $4)))
			OR ($3 AND EXISTS (SELECT 1 FROM credentials WHERE account = $1 AND status = $2))`, args...)
}
