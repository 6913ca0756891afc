package operators

import (
	"context"
	"database/sql"
	"slices"

	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// heads takes the administrators of all tenants for the transaction, so that of two changes at once the second sees the first.
func (s *Store) heads(ctx context.Context, tx *sql.Tx) ([]string, error) {
	return db.All(ctx, tx, db.ScanString, `
		SELECT id FROM operators WHERE role = $1 AND tenant IS NULL AND joined_at > 0 AND ended_at = 0 ORDER BY id`+s.ForUpdate(), operator.Administrator)
}

// MayHead looks again, in the transaction, whether an operator who changes something of the tenant is its administrator, or that of all. Who is no operator may, by
// whatever let them in. operator.ErrUnknown: it is none, or no more.
func MayHead(ctx context.Context, tx *sql.Tx, by outbox.Actor, tenant string) error {
	if by.Kind != outbox.ByOperator {
		return nil
	}
	_, err := db.One(ctx, tx, db.ScanString, `SELECT o.id`+tables+`WHERE o.id = $1 AND o.role = $2 AND (o.tenant IS NULL OR o.tenant = $3) AND `+stands,
		by.ID, operator.Administrator, tenant)
	return db.Replace(err, operator.ErrUnknown)
}

// change takes the operator, whom the actor may change and who has not ended. An operator that is the last to head the installation stays, but
// for the command line. Whom somebody invited who loses that right ends with it.
func (s *Store) change(ctx context.Context, id string, by outbox.Actor, loses func(operator.Operator) bool, change func(ctx context.Context, tx *sql.Tx, o operator.Operator) error) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		heads, err := s.heads(ctx, tx)
		if err != nil {
			return err
		}
		if err := db.MustTouch(ctx, tx, operator.ErrUnknown, `UPDATE operators SET role = role WHERE id = $1 AND ended_at = 0`, id); err != nil {
			return err
		}
		o, err := where(ctx, tx, `o.id = $1`, id)
		if err != nil {
			return err
		}
		if err := MayHead(ctx, tx, by, o.Tenant); err != nil {
			return err
		}
		if by.Kind == outbox.ByOperator && loses(o) && len(heads) == 1 && slices.Contains(heads, id) {
			return operator.ErrLastAdministrator
		}
		if err := change(ctx, tx, o); err != nil || !loses(o) {
			return err
		}
		return endInvited(ctx, tx, o, by)
	})
}

// endInvited ends whom the operator invited and who has not come yet: nobody gets in by the word of somebody who may not give it any more.
func endInvited(ctx context.Context, tx *sql.Tx, inviter operator.Operator, by outbox.Actor) error {
	ids, err := db.All(ctx, tx, db.ScanString, `
		UPDATE operators SET ended_at = jawort_now(), code_hash = NULL WHERE invited_by = $1 AND joined_at = 0 AND ended_at = 0 RETURNING id`, inviter.ID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		o, err := where(ctx, tx, `o.id = $1`, id)
		if err != nil {
			return err
		}
		if err := outbox.Put(ctx, tx, event(Ended, o, by, map[string]any{"invited_by": inviter.ID})); err != nil {
			return err
		}
	}
	return nil
}

// SetRole gives another role, and signs the operator out. operator.ErrUnknown: there is none that the actor may change; ErrLastAdministrator.
func (s *Store) SetRole(ctx context.Context, id string, role operator.Role, by outbox.Actor) error {
	loses := func(operator.Operator) bool { return role != operator.Administrator }
	return s.change(ctx, id, by, loses, func(ctx context.Context, tx *sql.Tx, o operator.Operator) error {
		if o.Role == role {
			return nil
		}
		if _, err := db.Exec(ctx, tx, `UPDATE operators SET role = $2 WHERE id = $1`, id, role); err != nil {
			return err
		}
		if err := signOutAll(ctx, tx, id); err != nil {
			return err
		}
		return outbox.Put(ctx, tx, event(RoleChanged, o, by, map[string]any{"from": o.Role, "to": role}))
	})
}

// End signs the operator out for good. operator.ErrUnknown: there is none that the actor may end; ErrLastAdministrator.
func (s *Store) End(ctx context.Context, id string, by outbox.Actor) error {
	loses := func(operator.Operator) bool { return true }
	return s.change(ctx, id, by, loses, func(ctx context.Context, tx *sql.Tx, o operator.Operator) error {
		if _, err := db.Exec(ctx, tx, `UPDATE operators SET ended_at = jawort_now(), code_hash = NULL WHERE id = $1`, id); err != nil {
			return err
		}
		if err := signOutAll(ctx, tx, id); err != nil {
			return err
		}
		return outbox.Put(ctx, tx, event(Ended, o, by, nil))
	})
}

func signOutAll(ctx context.Context, tx *sql.Tx, id string) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM operator_sessions WHERE operator = $1`, id)
	return err
}
