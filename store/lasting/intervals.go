package lasting

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// SetInterval chooses how many days a confirmation of the account holds; nil: as many as its group says. A number
// that the group does not allow is refused with its bounds.
func (s *Store) SetInterval(ctx context.Context, tenant, externalID string, days *int, by By) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		before, err := hold(ctx, tx, tenant, externalID)
		if err != nil {
			return err
		}
		after, err := change(ctx, tx, before, account.Edit{Interval: account.Member[int]{Given: true, Value: days}})
		if err != nil {
			return err
		}
		return record(ctx, tx, false, before, after, by)
	})
}

// managedBatch is how many accounts are changed in one transaction, which has a few seconds.
const managedBatch = 2000

// SetManagedInterval does the same for the accounts that one manages: those of a group, by name, or all where it is empty. It
// returns how many these are and how many had another interval before. Where one of their groups does not allow the number, nothing
// is changed.
func (s *Store) SetManagedInterval(ctx context.Context, tenant, manager, group string, days *int, by By) (managed, changed int, err error) {
	for {
		var batch int
		err := s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
			managed, batch, err = setSome(ctx, tx, tenant, manager, group, days, by)
			return err
		})
		changed += batch
		if err != nil || batch < managedBatch {
			return managed, changed, err
		}
	}
}

// managedOf picks the accounts that $1 manages: those of the group $2, or all where it is empty.
const managedOf = `manager = $1 AND ($2 = '' OR group_id = $2) AND deleted_at = 0`

// setSome takes the manager's row first, so that two of its kind do not wait for each other among the managed ones.
func setSome(ctx context.Context, tx *sql.Tx, tenant, manager, group string, days *int, by By) (managed, changed int, err error) {
	m, err := hold(ctx, tx, tenant, manager)
	if err != nil {
		return 0, 0, err
	}
	var of account.Group
	if group != "" {
		if of, err = groupByName(ctx, tx, tenant, group); err != nil {
			return 0, 0, err
		}
	}
	if days != nil {
		if err := checkManaged(ctx, tx, m.ID, of, *days); err != nil {
			return 0, 0, err
		}
	}
	managed, err = db.One(ctx, tx, db.ScanInt, `SELECT COUNT(*) FROM accounts WHERE `+managedOf, m.ID, of.ID)
	if err != nil {
		return 0, 0, err
	}
	ids, err := db.All(ctx, tx, db.ScanString, `
		UPDATE accounts SET interval_days = $3 WHERE id IN (
			SELECT id FROM accounts WHERE `+managedOf+` AND interval_days IS DISTINCT FROM $3 ORDER BY id LIMIT $4)
		RETURNING id`, m.ID, of.ID, days, managedBatch)
	if err != nil {
		return 0, 0, err
	}
	data := map[string]any{"changed": []string{"interval"}, "manager": m.ID}
	return managed, len(ids), outbox.PutEach(ctx, tx, by.event(AccountChanged, tenant, "", data, nil), ids)
}

// checkManaged refuses the number for all where the group, or one of all groups, does not allow it.
func checkManaged(ctx context.Context, tx *sql.Tx, manager string, of account.Group, days int) error {
	if of.ID != "" {
		return chooseInterval(of, days)
	}
	groups, err := db.All(ctx, tx, db.ScanString,
		`SELECT DISTINCT COALESCE(group_id, '') FROM accounts WHERE manager = $1 AND deleted_at = 0`, manager)
	if err != nil {
		return err
	}
	for _, id := range groups {
		g, err := groupByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := chooseInterval(g, days); err != nil {
			return err
		}
	}
	return nil
}
