package lasting

import (
	"context"

	"github.com/jawort/jawort/store/db"
)

// Extent is how much a tenant has that is in use.
type Extent struct{ Applications, Keys, Accounts, Operators int }

// Extent counts what ends with a tenant.
func (s *Store) Extent(ctx context.Context, tenant string) (Extent, error) {
	return db.One(ctx, s.Reads(), func(r db.Row) (e Extent, err error) {
		return e, r.Scan(&e.Applications, &e.Keys, &e.Accounts, &e.Operators)
	}, `SELECT
		(SELECT COUNT(*) FROM applications WHERE tenant = $1 AND revoked_at = 0),
		(SELECT COUNT(*) FROM api_keys k JOIN applications p ON p.id = k.application WHERE p.tenant = $1 AND p.revoked_at = 0 AND k.revoked_at = 0),
		(SELECT COUNT(*) FROM accounts WHERE tenant = $1 AND deleted_at = 0),
		(SELECT COUNT(*) FROM operators WHERE tenant = $1 AND ended_at = 0)`, tenant)
}
