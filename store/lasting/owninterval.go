package lasting

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/account"
)

// ChooseInterval is SetInterval by the account's own person, who has to confirm one that is longer: else it is account.ErrUnconfirmed. What is longer is
// decided where it is set.
func (s *Store) ChooseInterval(ctx context.Context, tenant, externalID string, days *int, confirmed bool, by By) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		before, err := hold(ctx, tx, tenant, externalID)
		if err != nil {
			return err
		}
		after, err := change(ctx, tx, before, account.Edit{Interval: account.Member[int]{Given: true, Value: days}})
		if err != nil {
			return err
		}
		group, err := groupByID(ctx, tx, before.Group)
		if err != nil {
			return err
		}
		usual := group.Policy.WithDefaults().Interval.Default
		if !confirmed && lasts(after.Interval, usual) > lasts(before.Interval, usual) {
			return account.ErrUnconfirmed
		}
		return record(ctx, tx, false, before, after, by)
	})
}

// lasts are the days that hold after a choice; nil: the usual ones.
func lasts(chosen *int, usual int) int {
	if chosen == nil {
		return usual
	}
	return *chosen
}
