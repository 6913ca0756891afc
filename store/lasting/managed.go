package lasting

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
)

// Who manages whom is one step: an account manages those whose manager it is, and not those whom they manage. Whoever is somebody else's is as unknown to a
// manager as who does not exist.

// Managed returns an account by its id as the directory shows it, where the manager, by id too, manages it; else account.ErrUnknownAccount.
func (s *Store) Managed(ctx context.Context, manager, id string) (Entry, error) {
	e, err := db.One(ctx, s.Reads(), scanEntry, `
		WITH page AS (SELECT id FROM accounts WHERE id = $1 AND manager = $2 AND deleted_at = 0)
		SELECT `+entryColumns+entryTables, id, manager)
	if err != nil {
		return Entry{}, db.Replace(err, account.ErrUnknownAccount)
	}
	some := []Entry{e}
	return some[0], s.addUses(ctx, some)
}

// ChangeManaged changes an account where the manager manages it at that moment, and returns it as it is then. Errors are those of ChangeAccount, and
// account.ErrUnknownAccount.
func (s *Store) ChangeManaged(ctx context.Context, manager, id string, c account.Edit, by By) (after account.Account, err error) {
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := holdManager(ctx, tx, manager); err != nil {
			return err
		}
		after, err = changeManaged(ctx, tx, manager, id, c, by)
		return err
	})
	return after, err
}

func changeManaged(ctx context.Context, tx *sql.Tx, manager, id string, c account.Edit, by By) (account.Account, error) {
	before, err := holdManaged(ctx, tx, manager, id)
	if err != nil {
		return before, err
	}
	after, err := change(ctx, tx, before, c)
	if err != nil {
		return before, err
	}
	return after, record(ctx, tx, false, before, after, by)
}

// holdManager takes the row of a manager, before those of whom they manage.
func holdManager(ctx context.Context, tx *sql.Tx, manager string) error {
	return db.MustTouch(ctx, tx, account.ErrUnknownAccount, `UPDATE accounts SET deleted_at = 0 WHERE id = $1 AND deleted_at = 0`, manager)
}

// holdManaged takes the row of somebody whom the manager manages.
func holdManaged(ctx context.Context, tx *sql.Tx, manager, id string) (account.Account, error) {
	err := db.MustTouch(ctx, tx, account.ErrUnknownAccount, `UPDATE accounts SET deleted_at = 0 WHERE id = $1 AND manager = $2 AND deleted_at = 0`, id, manager)
	if err != nil {
		return account.Account{}, err
	}
	return db.One(ctx, tx, scanAccount, `SELECT `+accountColumns+` FROM accounts a JOIN tenants t ON t.id = a.tenant WHERE a.id = $1`, id)
}

// ManagedGroups are the groups of those who are meant, by their names; one without an id: some are in none.
func (s *Store) ManagedGroups(ctx context.Context, tenant string, m Managed) ([]account.Group, error) {
	_, groups, err := managedGroups(ctx, s.Reads(), tenant, m)
	slices.SortFunc(groups, func(a, b account.Group) int { return strings.Compare(a.Name, b.Name) })
	return groups, err
}

// ManagedLabels returns how those of the accounts are called that the manager manages now, by their ids.
func (s *Store) ManagedLabels(ctx context.Context, manager string, ids []string) (map[string]string, error) {
	in, args := db.In(2, ids)
	type row struct{ id, label string }
	found, err := db.All(ctx, s.Reads(), func(r db.Row) (one row, err error) { return one, r.Scan(&one.id, &one.label) },
		`SELECT id, label FROM accounts WHERE manager = $1 AND deleted_at = 0 AND id IN (`+in+`)`, append([]any{manager}, args...)...)
	labels := make(map[string]string, len(found))
	for _, one := range found {
		labels[one.id] = one.label
	}
	return labels, err
}

// ApplicationNames are those of the tenant that are in use.
func (s *Store) ApplicationNames(ctx context.Context, tenant string) ([]string, error) {
	return db.All(ctx, s.Reads(), db.ScanString, `SELECT DISTINCT name FROM applications WHERE tenant = $1 AND revoked_at = 0 ORDER BY name`, tenant)
}
