// Package operators keeps in SQL who runs the installation in the console: operators, their one-time links, passkeys and sessions. It owns that a link
// works once and no longer than its inviter may invite, that no answer of a passkey counts twice, and that whoever was ended or got another role is signed out from the next request on.
//
// It does not know what operators may do, nor HTTP. What they do is told in the chain of their tenant; of those who see every tenant, in the chain of the
// installation.
//
// # Locks
//
// The rows of operators come first, inviters before whom they invite and otherwise in the order of their ids, then passkeys, then sessions, then the outbox.
package operators

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// Store is safe for concurrent use.
type Store struct{ *db.DB }

// The kinds of what is told of operators.
const (
	Invited        = "operator.invited"
	Joined         = "operator.joined" // registered the first passkey
	SignedIn       = "operator.signed_in"
	SignedOut      = "operator.signed_out"
	RoleChanged    = "operator.role_changed"
	Ended          = "operator.ended"
	PasskeyAdded   = "operator.passkey_added"
	PasskeyRemoved = "operator.passkey_removed"
)

const columns = `o.id, o.name, o.role, COALESCE(o.tenant, ''), COALESCE(t.name, ''), (SELECT COUNT(*) FROM operator_passkeys k WHERE k.operator = o.id),
	o.created_at, o.invited_until, o.joined_at, o.used_at, o.ended_at`

const tables = ` FROM operators o LEFT JOIN tenants t ON t.id = o.tenant `

// stands is a condition on an operator and the tenant: they may sign in.
const stands = `o.ended_at = 0 AND COALESCE(t.revoked_at, 0) = 0`

func dest(o *operator.Operator) []any {
	return []any{&o.ID, &o.Name, &o.Role, &o.Tenant, &o.TenantName, &o.Passkeys, db.Into(&o.CreatedAt), db.Into(&o.InvitedUntil), db.Into(&o.JoinedAt),
		db.Into(&o.UsedAt), db.Into(&o.EndedAt)}
}

func scan(r db.Row) (o operator.Operator, err error) { return o, r.Scan(dest(&o)...) }

func where(ctx context.Context, q db.Querier, which string, args ...any) (operator.Operator, error) {
	return db.One(ctx, q, scan, `SELECT `+columns+tables+`WHERE `+which, args...)
}

// event is one of an operator, in the chain of the operator's tenant.
func event(kind string, o operator.Operator, by outbox.Actor, data any) outbox.Event {
	return outbox.Event{Kind: kind, Tenant: o.Tenant, Subject: o.ID, Actor: by, Data: data}
}

// Actor is an operator in what they did.
func Actor(o operator.Operator) outbox.Actor {
	return outbox.Actor{Kind: outbox.ByOperator, ID: o.ID, Name: o.Name}
}

// List returns operators by id after the one that is named, at most limit: all, or those of a tenant.
func (s *Store) List(ctx context.Context, tenant, after string, limit int) ([]operator.Operator, error) {
	all, err := db.All(ctx, s.Reads(), scan, `SELECT `+columns+tables+`WHERE ($1 = '' OR o.tenant = $1) AND o.id > $2 ORDER BY o.id LIMIT $3`, tenant, after, limit)
	return all, db.Replace(err, operator.ErrUnknown) // after what is no text there is nobody
}

// Operator returns one that the tenant's administrators may know of; the empty tenant is every one. operator.ErrUnknown: there is none.
func (s *Store) Operator(ctx context.Context, tenant, id string) (operator.Operator, error) {
	o, err := where(ctx, s.Reads(), `o.id = $1 AND ($2 = '' OR o.tenant = $2)`, id, tenant)
	return o, db.Replace(err, operator.ErrUnknown)
}

// inviter is who has to stay an administrator for the invitation to hold; empty: the command line invites.
func inviter(by outbox.Actor) string {
	if by.Kind != outbox.ByOperator {
		return ""
	}
	return by.ID
}

// Invite adds an operator, who may register a passkey by the code for operator.InvitationLife, while whoever invites may do so. operator.ErrUnknownTenant: it is bound to none that is there.
func (s *Store) Invite(ctx context.Context, o operator.Operator, codeHash []byte, by outbox.Actor) (invited operator.Operator, err error) {
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := MayHead(ctx, tx, by, o.Tenant); err != nil {
			return err
		}
		err := db.MustTouch(ctx, tx, operator.ErrUnknownTenant, `
			INSERT INTO operators (id, name, role, tenant, code_hash, created_at, invited_until, invited_by)
			SELECT $1, $2, $3, NULLIF($4, ''), $5, jawort_now(), jawort_now() + $6, NULLIF($7, '')
			WHERE $4 = '' OR EXISTS (SELECT 1 FROM tenants WHERE id = $4 AND revoked_at = 0)`,
			o.ID, o.Name, o.Role, o.Tenant, codeHash, operator.InvitationLife.Microseconds(), inviter(by))
		if err != nil {
			return err
		}
		if invited, err = where(ctx, tx, `o.id = $1`, o.ID); err != nil {
			return err
		}
		e := event(Invited, invited, by, map[string]any{"role": invited.Role})
		e.Personal = map[string]string{"name": invited.Name}
		return outbox.Put(ctx, tx, e)
	})
	return invited, err
}
