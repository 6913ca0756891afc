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

// SetManagedInterval does the same for all accounts that one manages, and returns how many these are and how many had
// another interval before. Where one of their groups does not allow the number, nothing is changed.
func (s *Store) SetManagedInterval(ctx context.Context, tenant, manager string, days *int, by By) (managed, changed int, err error) {
	for {
		var batch int
		err := s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
			managed, batch, err = setSome(ctx, tx, tenant, manager, days, by)
			return err
		})
		changed += batch
		if err != nil || batch < managedBatch {
			return managed, changed, err
		}
	}
}

// setSome takes the manager's row first, so that two of its kind do not wait for each other among the managed ones.
func setSome(ctx context.Context, tx *sql.Tx, tenant, manager string, days *int, by By) (managed, changed int, err error) {
	m, err := hold(ctx, tx, tenant, manager)
	if err != nil {
		return 0, 0, err
	}
	if days != nil {
		if err := checkManaged(ctx, tx, m.ID, *days); err != nil {
			return 0, 0, err
		}
	}
	managed, err = db.One(ctx, tx, db.ScanInt, `SELECT COUNT(*) FROM accounts WHERE manager = $1 AND deleted_at = 0`, m.ID)
	if err != nil {
		return 0, 0, err
	}
	ids, err := db.All(ctx, tx, db.ScanString, `
		UPDATE accounts SET interval_days = $2 WHERE id IN (
			SELECT id FROM accounts WHERE manager = $1 AND deleted_at = 0 AND interval_days IS DISTINCT FROM $2 ORDER BY id LIMIT $3)
		RETURNING id`, m.ID, days, managedBatch)
	if err != nil {
		return 0, 0, err
	}
	data := map[string]any{"changed": []string{"interval"}, "manager": m.ID}
	return managed, len(ids), outbox.PutEach(ctx, tx, by.event(AccountChanged, tenant, "", data, nil), ids)
}

// checkManaged refuses the number for all where one of the groups does not allow it.
func checkManaged(ctx context.Context, tx *sql.Tx, manager string, days int) error {
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
