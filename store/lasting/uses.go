package lasting

import (
	"context"

	"github.com/jawort/jawort/store/db"
)

// Used notes that the accounts of those of the approvals that were approved have used their applications. Repeating it, or an older one,
// changes nothing; nor does that of an account that is deleted, and may have been erased. Always in one order, so that two who note at the same time wait
// for each other and do not block each other.
func (s *Store) Used(ctx context.Context, approvals []string) error {
	if len(approvals) == 0 {
		return nil
	}
	in, args := db.In(1, approvals)
	_, err := db.Exec(ctx, s.Writes(), `
		INSERT INTO account_uses (account, application, used_at)
		SELECT o.account, o.application, MAX(o.decided_at) FROM outcomes o
		JOIN accounts a ON a.id = o.account AND a.deleted_at = 0 JOIN applications p ON p.id = o.application
		WHERE o.approval IN (`+in+`) AND o.status = 'approved'
		GROUP BY o.account, o.application ORDER BY o.account, o.application
		ON CONFLICT (account, application) DO UPDATE SET used_at = excluded.used_at WHERE account_uses.used_at < excluded.used_at`, args...)
	return err
}
