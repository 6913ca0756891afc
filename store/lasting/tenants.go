package lasting

import (
	"context"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
)

// CreateTenant adds a tenant.
func (s *Store) CreateTenant(ctx context.Context, t account.Tenant) error {
	_, err := db.Exec(ctx, s.Writes(), `INSERT INTO tenants (id, name, created_at) VALUES ($1, $2, jawort_now())`, t.ID, t.Name)
	return err
}

// Tenants returns all tenants, also the revoked ones, oldest first.
func (s *Store) Tenants(ctx context.Context) ([]account.Tenant, error) {
	return db.All(ctx, s.Reads(), func(r db.Row) (t account.Tenant, err error) {
		return t, r.Scan(&t.ID, &t.Name, db.Into(&t.CreatedAt), db.Into(&t.RevokedAt))
	}, `SELECT id, name, created_at, revoked_at FROM tenants ORDER BY created_at, id`)
}

// RevokeTenant ends a tenant: no key of any of its applications is accepted any more. Repeating it changes nothing.
func (s *Store) RevokeTenant(ctx context.Context, id string) error {
	return db.MustTouch(ctx, s.Writes(), db.ErrNotFound,
		`UPDATE tenants SET revoked_at = CASE WHEN revoked_at = 0 THEN jawort_now() ELSE revoked_at END WHERE id = $1`, id)
}
