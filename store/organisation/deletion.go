package organisation

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// GroupUse counts what stands in the way of deleting a group of the tenant: accounts that are in it, and budgets of SMS that are about it.
func (s *Store) GroupUse(ctx context.Context, tenant, group string) (accounts, budgets int, err error) {
	if accounts, err = s.Lasting.InGroup(ctx, s.Lasting.Reads(), tenant, group); err != nil {
		return 0, 0, err
	}
	budgets, err = budgetsOf(ctx, s.Lasting.Reads(), tenant, group)
	return accounts, budgets, err
}

func budgetsOf(ctx context.Context, q db.Querier, tenant, group string) (n int, err error) {
	settings, err := smsOf(ctx, q, tenant)
	if err != nil || settings == nil {
		return 0, err
	}
	for _, b := range settings.Budgets {
		if b.Scope == ledger.ScopeGroup && b.Subject == group {
			n++
		}
	}
	return n, nil
}

// DeleteGroupBy deletes a group that nothing needs any more. What it was called stays known. account.ErrGroupNotEmpty, account.ErrGroupBudgeted: something needs it;
// db.ErrNotFound: it is none of the tenant's.
func (s *Store) DeleteGroupBy(ctx context.Context, by outbox.Actor, tenant, group string) error {
	return s.Lasting.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := lockTenant(ctx, tx, tenant); err != nil {
			return err
		}
		deleted, err := s.Lasting.DeleteGroup(ctx, tx, tenant, group)
		if err != nil {
			return err
		}
		budgets, err := budgetsOf(ctx, tx, tenant, group)
		if err == nil && budgets > 0 {
			err = account.ErrGroupBudgeted
		}
		if err != nil {
			return err
		}
		return outbox.Put(ctx, tx, outbox.Event{Kind: GroupDeleted, Tenant: tenant, Subject: group, Actor: by, Data: map[string]any{"name": deleted.Name}})
	})
}
