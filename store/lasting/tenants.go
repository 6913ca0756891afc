package lasting

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

const tenantColumns = `id, name, policy, created_at, revoked_at`

func scanTenant(r db.Row) (t account.Tenant, err error) {
	return t, r.Scan(&t.ID, &t.Name, intoPolicy(&t.Policy), db.Into(&t.CreatedAt), db.Into(&t.RevokedAt))
}

// CreateTenant adds a tenant on the command line.
func (s *Store) CreateTenant(ctx context.Context, t account.Tenant) error {
	return s.CreateTenantBy(ctx, t, byCommand)
}

// CreateTenantBy adds a tenant. account.ErrTenantNamed: an active one is called so, and an operator adds it. The command line may, as who has the machine.
func (s *Store) CreateTenantBy(ctx context.Context, t account.Tenant, by outbox.Actor) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if by.Kind == outbox.ByOperator {
			if err := nameFree(ctx, tx, t.Name); err != nil {
				return err
			}
		}
		if err := s.AddTenant(ctx, tx, t); err != nil {
			return err
		}
		return outbox.Put(ctx, tx, outbox.Event{Kind: TenantCreated, Tenant: t.ID, Subject: t.ID, Actor: by})
	})
}

// nameFree waits for whoever else names tenants, and looks whether an active one is called so.
func nameFree(ctx context.Context, tx *sql.Tx, name string) error {
	if _, err := db.Exec(ctx, tx, `UPDATE organisation_lock SET one = TRUE`); err != nil {
		return err
	}
	n, err := db.One(ctx, tx, db.ScanInt, `SELECT COUNT(*) FROM tenants WHERE name = $1 AND revoked_at = 0`, name)
	if err == nil && n > 0 {
		err = account.ErrTenantNamed
	}
	return err
}

// AddTenant is CreateTenant as a part of a larger transaction, which brings the event.
func (s *Store) AddTenant(ctx context.Context, q db.Querier, t account.Tenant) error {
	policy, err := encodePolicy(t.Policy)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, q, `INSERT INTO tenants (id, name, policy, created_at) VALUES ($1, $2, $3, jawort_now())`, t.ID, t.Name, policy)
	return err
}

// UpdateTenant changes name and policy of an active tenant.
func (s *Store) UpdateTenant(ctx context.Context, q db.Querier, t account.Tenant) error {
	policy, err := encodePolicy(t.Policy)
	if err != nil {
		return err
	}
	return db.MustTouch(ctx, q, db.ErrNotFound,
		`UPDATE tenants SET name = $2, policy = $3 WHERE id = $1 AND revoked_at = 0`, t.ID, t.Name, policy)
}

// Tenant returns a tenant, also a revoked one, or db.ErrNotFound.
func (s *Store) Tenant(ctx context.Context, id string) (account.Tenant, error) {
	return db.One(ctx, s.Reads(), scanTenant, `SELECT `+tenantColumns+` FROM tenants WHERE id = $1`, id)
}

// Tenants returns all tenants, also the revoked ones, oldest first.
func (s *Store) Tenants(ctx context.Context) ([]account.Tenant, error) {
	return s.TenantsIn(ctx, s.Reads())
}

// TenantsIn is Tenants as a part of a transaction.
func (s *Store) TenantsIn(ctx context.Context, q db.Querier) ([]account.Tenant, error) {
	return db.All(ctx, q, scanTenant, `SELECT `+tenantColumns+` FROM tenants ORDER BY created_at, id`)
}

// RevokeTenant is RevokeTenantBy on the command line.
func (s *Store) RevokeTenant(ctx context.Context, id string) error {
	return s.RevokeTenantBy(ctx, id, byCommand)
}

// RevokeTenantBy ends a tenant: no key of any of its applications is accepted any more. Repeating it changes nothing.
func (s *Store) RevokeTenantBy(ctx context.Context, id string, by outbox.Actor) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		tenant, first, err := endRow(ctx, tx, `tenants`, `id`, id)
		if err != nil || !first {
			return err
		}
		return outbox.Put(ctx, tx, outbox.Event{Kind: TenantRevoked, Tenant: tenant, Subject: tenant, Actor: by})
	})
}
