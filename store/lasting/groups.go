package lasting

import (
	"context"
	"errors"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
)

const groupColumns = `id, tenant, name, policy`

func scanGroup(r db.Row) (g account.Group, err error) {
	return g, r.Scan(&g.ID, &g.Tenant, &g.Name, intoPolicy(&g.Policy))
}

// PutGroup creates the tenant's group of this name or changes its policy, and returns it as it is kept. A policy that grants less than
// before ends the trust in the browsers of its accounts. Of two changes at once the second must wait for the first.
func (s *Store) PutGroup(ctx context.Context, q db.Querier, g account.Group) (account.Group, error) {
	policy, err := encodePolicy(g.Policy)
	if err != nil {
		return account.Group{}, err
	}
	before, err := db.One(ctx, q, scanGroup, `SELECT `+groupColumns+` FROM groups WHERE tenant = $1 AND name = $2`, g.Tenant, g.Name)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return account.Group{}, err
	}
	return db.One(ctx, q, scanGroup, `
		INSERT INTO groups (id, tenant, name, policy, created_at) VALUES ($1, $2, $3, $4, jawort_now())
		ON CONFLICT (tenant, name) DO UPDATE SET policy = excluded.policy,
			tightened_at = CASE WHEN $5 THEN jawort_now() ELSE groups.tightened_at END
		RETURNING `+groupColumns, g.ID, g.Tenant, g.Name, policy, g.Policy.Tightens(before.Policy))
}

// UpdateGroup changes name and policy of a group of the tenant, as PutGroup does.
func (s *Store) UpdateGroup(ctx context.Context, q db.Querier, g account.Group) error {
	policy, err := encodePolicy(g.Policy)
	if err != nil {
		return err
	}
	before, err := groupByID(ctx, q, g.ID)
	if err != nil {
		return err
	}
	return db.MustTouch(ctx, q, db.ErrNotFound, `
		UPDATE groups SET name = $3, policy = $4, tightened_at = CASE WHEN $5 THEN jawort_now() ELSE tightened_at END
		WHERE id = $1 AND tenant = $2`, g.ID, g.Tenant, g.Name, policy, g.Policy.Tightens(before.Policy))
}

// Groups returns the groups of a tenant by name.
func (s *Store) Groups(ctx context.Context, tenant string) ([]account.Group, error) {
	return s.GroupsIn(ctx, s.Reads(), tenant)
}

// GroupsIn is Groups as a part of a transaction.
func (s *Store) GroupsIn(ctx context.Context, q db.Querier, tenant string) ([]account.Group, error) {
	return db.All(ctx, q, scanGroup, `SELECT `+groupColumns+` FROM groups WHERE tenant = $1 ORDER BY name`, tenant)
}
