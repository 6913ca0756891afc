package lasting

import (
	"context"

	"github.com/jawort/jawort/store/db"
)

// Used notes that the account of an approved approval has used its application. Repeating it, or an older one, changes nothing;
// nor does that of an account that is deleted, and may have been erased.
func (s *Store) Used(ctx context.Context, approvalID string) error {
	_, err := db.Exec(ctx, s.Writes(), `
		INSERT INTO account_uses (account, application, used_at)
		SELECT o.account, o.application, o.decided_at FROM outcomes o
		JOIN accounts a ON a.id = o.account AND a.deleted_at = 0 JOIN applications p ON p.id = o.application
		WHERE o.approval = $1 AND o.status = 'approved'
		ON CONFLICT (account, application) DO UPDATE SET used_at = excluded.used_at WHERE account_uses.used_at < excluded.used_at`, approvalID)
	return err
}
