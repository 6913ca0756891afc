package lasting

import (
	"context"
	"database/sql"
	"slices"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
)

// Managed are those whom a manager means.
type Managed struct {
	Manager string   // id
	Group   string   // only those of this group, by name; empty: of all
	IDs     []string // only these; nil: all
}

// ManagedChange is what an interval for many would change.
type ManagedChange struct {
	Accounts int // that are meant
	Changed  int // that have another interval now
	Longer   int // of these, that are asked less often then
	Shorter  int // of these, whose browsers are trusted no longer
}

// PreviewManaged says what choosing the days for those who are meant would change, and changes nothing. A number that a group of theirs does not allow is
// refused by its name; account.ErrUnknownAccount: the manager does not manage one of those that are named.
func (s *Store) PreviewManaged(ctx context.Context, tenant string, m Managed, days *int) (ManagedChange, error) {
	return previewManaged(ctx, s.Reads(), tenant, m, days)
}

func previewManaged(ctx context.Context, q db.Querier, tenant string, m Managed, days *int) (c ManagedChange, err error) {
	of, groups, err := managedGroups(ctx, q, tenant, m)
	if err != nil {
		return c, err
	}
	if err := checkManaged(groups, days); err != nil {
		return c, err
	}
	named, args := m.named([]any{m.Manager, of})
	chosen, err := db.All(ctx, q, func(r db.Row) (a alike, err error) { return a, r.Scan(&a.group, &a.days, &a.accounts) },
		`SELECT COALESCE(group_id, ''), interval_days, COUNT(*) FROM accounts a WHERE `+managedOf+named+` GROUP BY group_id, interval_days`, args...)
	if err != nil {
		return c, err
	}
	usual := map[string]int{}
	for _, g := range groups {
		usual[g.ID] = g.Policy.Interval.Default
	}
	for _, a := range chosen {
		c.add(a, days, usual[a.group])
	}
	if m.IDs != nil && c.Accounts != len(m.IDs) {
		return c, account.ErrUnknownAccount
	}
	return c, nil
}

// alike are accounts of one group that chose the same days; nil: they have what the group gives.
type alike struct {
	group    string
	days     *int
	accounts int
}

// add counts what choosing the days means to accounts where no choice means the usual ones.
func (c *ManagedChange) add(a alike, days *int, usual int) {
	before, after := usual, usual
	if a.days != nil {
		before = *a.days
	}
	if days != nil {
		after = *days
	}
	c.Accounts += a.accounts
	if (a.days == nil) != (days == nil) || before != after {
		c.Changed += a.accounts
	}
	switch {
	case after > before:
		c.Longer += a.accounts
	case after < before:
		c.Shorter += a.accounts
	}
}

// named is the condition for those that are named, and the arguments with what it needs.
func (m Managed) named(args []any) (string, []any) {
	if m.IDs == nil {
		return "", args
	}
	in, ids := db.In(len(args)+1, m.IDs)
	return ` AND a.id IN (` + in + `)`, append(args, ids...)
}

// SetIntervals chooses the days for a few accounts that the manager manages: for all of them, or where one is not managed or its group does not allow the
// days, for none. It returns how many had another interval. account.ErrUnconfirmed: somebody would be asked less often, and that is not confirmed.
func (s *Store) SetIntervals(ctx context.Context, tenant, manager string, ids []string, days *int, confirmed bool, by By) (changed int, err error) {
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := permitted(ctx, tx, tenant, Managed{Manager: manager, IDs: ids}, days, confirmed); err != nil {
			return err
		}
		changed, err = setEach(ctx, tx, manager, ids, days, by)
		return err
	})
	return changed, err
}

// permitted takes the manager's row, before those of whom they manage, and says what would change.
func permitted(ctx context.Context, tx *sql.Tx, tenant string, m Managed, days *int, confirmed bool) (ManagedChange, error) {
	if err := holdManager(ctx, tx, m.Manager); err != nil {
		return ManagedChange{}, err
	}
	c, err := previewManaged(ctx, tx, tenant, m, days)
	if err == nil && c.Longer > 0 && !confirmed {
		err = account.ErrUnconfirmed
	}
	return c, err
}

// setEach takes the rows in the order of their ids, as all do.
func setEach(ctx context.Context, tx *sql.Tx, manager string, ids []string, days *int, by By) (changed int, err error) {
	for _, id := range slices.Sorted(slices.Values(ids)) {
		before, err := holdManaged(ctx, tx, manager, id)
		if err != nil {
			return 0, err
		}
		after, err := change(ctx, tx, before, account.Edit{Interval: account.Member[int]{Given: true, Value: days}})
		if err != nil {
			return 0, err
		}
		if len(account.Difference(before, after)) > 0 {
			changed++
		}
		if err := record(ctx, tx, false, before, after, by); err != nil {
			return 0, err
		}
	}
	return changed, nil
}
