package organisation

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/store/db"
)

// state reads what there is of what a source wants to know.
func (s *Store) state(ctx context.Context, q db.Querier, wanted organisation.Wanted) (state organisation.State, err error) {
	if state.Tenants, err = s.tenants(ctx, q, wanted.Tenants); err != nil || len(state.Tenants) != 1 {
		return state, err
	}
	tenant := state.Tenants[0].ID
	if state.Applications, err = s.applications(ctx, q, tenant); err != nil {
		return state, err
	}
	if state.Groups, err = s.Lasting.GroupsIn(ctx, q, tenant); err != nil {
		return state, err
	}
	if state.SMS, err = smsOf(ctx, q, tenant); err != nil {
		return state, err
	}
	state.Accounts, err = accountsOf(ctx, q, tenant, wanted.Accounts)
	return state, err
}

// tenants returns the active ones that are called so, or have that id.
func (s *Store) tenants(ctx context.Context, q db.Querier, names []string) ([]account.Tenant, error) {
	all, err := s.Lasting.TenantsIn(ctx, q)
	return slices.DeleteFunc(all, func(t account.Tenant) bool {
		return !t.RevokedAt.IsZero() || !(slices.Contains(names, t.Name) || slices.Contains(names, t.ID))
	}), err
}

func (s *Store) applications(ctx context.Context, q db.Querier, tenant string) ([]account.Application, error) {
	all, err := s.Lasting.ApplicationsIn(ctx, q, tenant)
	return slices.DeleteFunc(all, func(a account.Application) bool { return !a.RevokedAt.IsZero() }), err
}

func smsOf(ctx context.Context, q db.Querier, tenant string) (*ledger.Settings, error) {
	text, err := db.One(ctx, q, db.ScanString, `SELECT settings FROM sms_settings WHERE tenant = $1`, tenant)
	if err != nil {
		return nil, db.Replace(err, nil)
	}
	var kept ledger.Settings
	if err := json.Unmarshal([]byte(text), &kept); err != nil {
		return nil, fmt.Errorf("organisation: read settings of SMS: %w", err)
	}
	return &kept, nil
}
