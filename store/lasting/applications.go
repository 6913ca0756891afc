package lasting

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

const applicationColumns = `p.id, p.tenant, t.name, t.policy, p.name, p.origins, p.rp_id, p.policy, p.created_at,
	CASE WHEN p.revoked_at = 0 THEN t.revoked_at ELSE p.revoked_at END` // with its tenant

// CreateApplication adds an application to an active tenant.
func (s *Store) CreateApplication(ctx context.Context, a account.Application) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := s.AddApplication(ctx, tx, a); err != nil {
			return err
		}
		return putBy(ctx, tx, ApplicationCreated, a.ID, a.ID, byCommand, nil)
	})
}

// AddApplication is CreateApplication as a part of a larger transaction, which brings the event.
func (s *Store) AddApplication(ctx context.Context, q db.Querier, a account.Application) error {
	origins, policy, err := encodeApplication(a)
	if err != nil {
		return err
	}
	return db.MustTouch(ctx, q, db.ErrNotFound, `
		INSERT INTO applications (id, tenant, name, origins, policy, rp_id, created_at)
		SELECT $1, t.id, $3, $4, $5, $6, jawort_now() FROM tenants t WHERE t.id = $2 AND t.revoked_at = 0`,
		a.ID, a.Tenant, a.Name, origins, policy, a.RPID)
}

// UpdateApplication changes name, origins, RP ID and policy of an active application of the tenant. A policy that grants less than before
// ends the trust that browsers have there. Of two changes at once the second must wait for the first.
func (s *Store) UpdateApplication(ctx context.Context, q db.Querier, a account.Application) error {
	origins, policy, err := encodeApplication(a)
	if err != nil {
		return err
	}
	var before account.ApplicationPolicy
	_, err = db.One(ctx, q, func(r db.Row) (struct{}, error) { return struct{}{}, r.Scan(intoPolicy(&before)) },
		`SELECT policy FROM applications WHERE id = $1`, a.ID)
	if err != nil {
		return err
	}
	return db.MustTouch(ctx, q, db.ErrNotFound, `
		UPDATE applications SET name = $3, origins = $4, policy = $5, rp_id = $6, tightened_at = CASE WHEN $7 THEN jawort_now() ELSE tightened_at END
		WHERE id = $1 AND tenant = $2 AND revoked_at = 0`,
		a.ID, a.Tenant, a.Name, origins, policy, a.RPID, a.Policy.Tightens(before))
}

func encodeApplication(a account.Application) (origins, policy string, err error) {
	list, err := json.Marshal(append([]string{}, a.Origins...))
	if err != nil {
		return "", "", fmt.Errorf("lasting: origins: %w", err)
	}
	policy, err = encodePolicy(a.Policy)
	return string(list), policy, err
}

// Applications returns the applications of a tenant, also the revoked ones, oldest first.
func (s *Store) Applications(ctx context.Context, tenant string) ([]account.Application, error) {
	return s.ApplicationsIn(ctx, s.Reads(), tenant)
}

// ApplicationsIn is Applications as a part of a transaction.
func (s *Store) ApplicationsIn(ctx context.Context, q db.Querier, tenant string) ([]account.Application, error) {
	return db.All(ctx, q, scanApplication, `
		SELECT `+applicationColumns+` FROM applications p JOIN tenants t ON t.id = p.tenant
		WHERE p.tenant = $1 ORDER BY p.created_at, p.id`, tenant)
}

// Application returns an application, also a revoked one, or db.ErrNotFound.
func (s *Store) Application(ctx context.Context, id string) (account.Application, error) {
	return db.One(ctx, s.Reads(), scanApplication, `
		SELECT `+applicationColumns+` FROM applications p JOIN tenants t ON t.id = p.tenant WHERE p.id = $1`, id)
}

// RevokeApplication is RevokeApplicationBy on the command line, whose tenant it is.
func (s *Store) RevokeApplication(ctx context.Context, id string) error {
	return s.RevokeApplicationBy(ctx, "", id, byCommand)
}

// RevokeApplicationBy ends an application and with it all of its keys. Repeating it changes nothing. db.ErrNotFound: it is none of the tenant's; the empty
// tenant is any.
func (s *Store) RevokeApplicationBy(ctx context.Context, tenant, id string, by outbox.Actor) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		of, first, err := endRow(ctx, tx, `applications`, `tenant`, id)
		if err != nil {
			return err
		}
		if tenant != "" && of != tenant {
			return db.ErrNotFound // and the transaction is undone
		}
		if !first {
			return nil
		}
		return putBy(ctx, tx, ApplicationRevoked, id, id, by, nil)
	})
}

func scanApplication(r db.Row) (account.Application, error) {
	var a account.Application
	return a, scanApplicationBehind(r, &a)
}

// scanApplicationBehind scans other columns, then those of the application.
func scanApplicationBehind(r db.Row, a *account.Application, first ...any) error {
	var origins string
	dest := append(first, &a.ID, &a.Tenant, &a.TenantName, intoPolicy(&a.TenantPolicy), &a.Name, &origins, &a.RPID, intoPolicy(&a.Policy),
		db.Into(&a.CreatedAt), db.Into(&a.RevokedAt))
	if err := r.Scan(dest...); err != nil {
		return err
	}
	return json.Unmarshal([]byte(origins), &a.Origins)
}
