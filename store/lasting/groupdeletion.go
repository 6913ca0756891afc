package lasting

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
)

// InGroup counts the accounts that are in a group of the tenant.
func (s *Store) InGroup(ctx context.Context, q db.Querier, tenant, group string) (int, error) {
	return db.One(ctx, q, db.ScanInt, `SELECT COUNT(*) FROM accounts WHERE tenant = $1 AND group_id = $2 AND deleted_at = 0`, tenant, group)
}

// DeleteGroup deletes a group of the tenant that no account is in, and returns how it was called, which stays known. Its row is taken first: whoever puts an account
// into it at the same time comes before and is seen here, or comes later and is refused. account.ErrGroupNotEmpty: there are accounts in it.
func (s *Store) DeleteGroup(ctx context.Context, tx *sql.Tx, tenant, id string) (account.Group, error) {
	g, err := db.One(ctx, tx, scanGroup, `SELECT `+groupColumns+` FROM groups WHERE tenant = $1 AND id = $2`+s.ForUpdate(), tenant, id)
	if err != nil {
		return g, err
	}
	n, err := s.InGroup(ctx, tx, tenant, id)
	if err == nil && n > 0 {
		err = account.ErrGroupNotEmpty.With("accounts", n)
	}
	if err != nil {
		return g, err
	}
	return g, runEach(ctx, tx, id,
		`UPDATE accounts SET group_id = NULL WHERE group_id = $1`, // those that are deleted
		`INSERT INTO deleted_groups (id, tenant, name, deleted_at) SELECT id, tenant, name, jawort_now() FROM groups WHERE id = $1`,
		`DELETE FROM groups WHERE id = $1`)
}

// GroupName is how a group is called, or was.
type GroupName struct {
	ID, Name string
	Deleted  bool
}

// GroupNames returns the names of a tenant's groups, also of those that were deleted.
func (s *Store) GroupNames(ctx context.Context, tenant string) ([]GroupName, error) {
	return db.All(ctx, s.Reads(), func(r db.Row) (n GroupName, err error) { return n, r.Scan(&n.ID, &n.Name, &n.Deleted) }, `
		SELECT id, name, FALSE FROM groups WHERE tenant = $1 UNION ALL SELECT id, name, TRUE FROM deleted_groups WHERE tenant = $1`, tenant)
}
