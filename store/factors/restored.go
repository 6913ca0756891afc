package factors

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

// EndBypasses ends all bypass codes of a tenant's accounts that can still be used, and returns how many those were.
func EndBypasses(ctx context.Context, tx *sql.Tx, tenant string) (int64, error) {
	_, err := db.Exec(ctx, tx, `
		UPDATE methods SET active_since = 0 WHERE method = $2 AND account IN (SELECT id FROM accounts WHERE tenant = $1)`, tenant, approval.MethodBypass)
	if err != nil {
		return 0, err
	}
	return db.Exec(ctx, tx, `
		UPDATE bypass_codes SET uses = 0 WHERE uses > 0 AND expires_at > jawort_now() AND account IN (SELECT id FROM accounts WHERE tenant = $1)`, tenant)
}
