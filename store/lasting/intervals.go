package lasting

import (
	"context"
	"database/sql"
	"fmt"

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
			managed, batch, err = setSome(ctx, tx, tenant, manager, group, days, managedBatch, by)
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

// setSome sets the interval of some who have another. It takes the manager's row first, so that two of its kind do not wait for each other among the managed ones.
func setSome(ctx context.Context, tx *sql.Tx, tenant, manager, group string, days *int, limit int, by By) (managed, changed int, err error) {
	m, err := hold(ctx, tx, tenant, manager)
	if err != nil {
		return 0, 0, err
	}
	of, groups, err := managedGroups(ctx, tx, tenant, Managed{Manager: m.ID, Group: group})
	if err != nil {
		return 0, 0, err
	}
	if err := checkManaged(groups, days); err != nil {
		return 0, 0, err
	}
	managed, err = db.One(ctx, tx, db.ScanInt, `SELECT COUNT(*) FROM accounts WHERE `+managedOf, m.ID, of)
	if err != nil {
		return 0, 0, err
	}
	usual, args := defaultDays(groups, m.ID, of, days, limit)
	ids, err := db.All(ctx, tx, db.ScanString, `
		UPDATE accounts SET interval_days = $3, browsers_ended_at = CASE
			WHEN COALESCE($3 <= 0, FALSE) OR COALESCE($3, `+usual+`) < COALESCE(interval_days, `+usual+`) THEN jawort_now() ELSE browsers_ended_at END
		WHERE id IN (
			SELECT id FROM accounts WHERE `+managedOf+` AND interval_days IS DISTINCT FROM $3 ORDER BY id LIMIT $4)
		RETURNING id`, args...)
	if err != nil {
		return 0, 0, err
	}
	data := map[string]any{"changed": []string{"interval"}, "manager": m.ID}
	return managed, len(ids), outbox.PutEach(ctx, tx, by.event(AccountChanged, tenant, "", data, nil), ids)
}

// managedGroups returns the group of that name with its id, or the groups of all accounts that are meant; one of these without an
// id: some have none.
func managedGroups(ctx context.Context, q db.Querier, tenant string, m Managed) (id string, groups []account.Group, err error) {
	if m.Group != "" {
		g, err := groupByName(ctx, q, tenant, m.Group)
		return g.ID, []account.Group{g}, err
	}
	named, args := m.named([]any{m.Manager, tenant})
	meant := `SELECT 1 FROM accounts a WHERE a.manager = $1 AND a.deleted_at = 0` + named
	// One account of each group is enough, and stands in the index in this order. An EXISTS would be planned as a join, which reads them all.
	groups, err = db.All(ctx, q, scanGroup, `SELECT `+groupColumns+` FROM groups g WHERE g.tenant = $2 AND (`+meant+` AND a.group_id = g.id ORDER BY a.interval_days LIMIT 1) = 1`, args...)
	if err != nil {
		return "", nil, err
	}
	named, args = m.named([]any{m.Manager})
	groupless, err := db.One(ctx, q, db.ScanBool, `SELECT EXISTS (SELECT 1 FROM accounts a WHERE a.manager = $1 AND a.deleted_at = 0 AND a.group_id IS NULL`+named+`)`, args...)
	if groupless {
		groups = append(groups, account.Group{})
	}
	return "", groups, err
}

// checkManaged refuses the number for all where one of the groups does not allow it.
func checkManaged(groups []account.Group, days *int) error {
	if days == nil {
		return nil
	}
	if len(groups) == 0 { // nobody is managed
		return account.GroupPolicy{Interval: account.Interval{Max: account.MaxIntervalDays}}.ChooseInterval(*days)
	}
	for _, g := range groups {
		if err := chooseInterval(g, *days); err != nil {
			return err
		}
	}
	return nil
}

// defaultDays is how many days the group of an account gives where none were chosen, and the arguments with what that needs.
func defaultDays(groups []account.Group, args ...any) (string, []any) {
	if len(groups) == 0 {
		return `0`, args
	}
	cases := `CASE COALESCE(group_id, '')`
	for _, g := range groups {
		args = append(args, g.ID, g.Policy.Interval.Default)
		cases += fmt.Sprintf(` WHEN $%d THEN CAST($%d AS INTEGER)`, len(args)-1, len(args))
	}
	return cases + ` ELSE 0 END`, args
}
