package operators

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// SignIn lets a browser in by the answer of a passkey. Everything that is wrong with it, or with its operator, is operator.ErrPasskey.
func (s *Store) SignIn(ctx context.Context, a operator.Answer, e Entry) (o operator.Operator, err error) {
	e.Challenge = a.Challenge
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		k, err := answered(ctx, tx, a)
		if err != nil {
			return err
		}
		if o, err = use(ctx, tx, k, a); err != nil {
			return err
		}
		if err := enter(ctx, tx, o.ID, e); err != nil {
			return err
		}
		return outbox.Put(ctx, tx, event(SignedIn, o, Actor(o), map[string]any{"passkey": k.ID}))
	})
	return o, err
}

// Confirm notes that a passkey of the session's own operator has answered now. operator.ErrPasskey, ErrSignedOut.
func (s *Store) Confirm(ctx context.Context, session operator.Session, a operator.Answer) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		k, err := answered(ctx, tx, a)
		if err != nil {
			return err
		}
		if k.Operator != session.Operator.ID {
			return operator.ErrPasskey
		}
		if _, err := use(ctx, tx, k, a); err != nil {
			return err
		}
		if err := spend(ctx, tx, a.Challenge); err != nil {
			return err
		}
		return db.MustTouch(ctx, tx, operator.ErrSignedOut, `UPDATE operator_sessions SET confirmed_at = jawort_now() WHERE id = $1`, session.ID)
	})
}

// answered returns the passkey that gave the answer.
func answered(ctx context.Context, tx *sql.Tx, a operator.Answer) (operator.Passkey, error) {
	k, err := db.One(ctx, tx, scanPasskey, `SELECT `+passkeyColumns+` FROM operator_passkeys WHERE credential = $1`, a.Assertion.CredentialID)
	if err != nil {
		return k, db.Replace(err, operator.ErrPasskey)
	}
	return k, a.Holds(k)
}

// use holds operator and passkey, where they still are. A counter that went back is no reason to refuse, as elsewhere: many authenticators keep none.
func use(ctx context.Context, tx *sql.Tx, k operator.Passkey, a operator.Answer) (operator.Operator, error) {
	err := db.MustTouch(ctx, tx, operator.ErrPasskey, `
		UPDATE operators SET used_at = jawort_now() WHERE id = (SELECT o.id`+tables+`WHERE o.id = $1 AND `+stands+`) AND ended_at = 0`, k.Operator)
	if err != nil {
		return operator.Operator{}, err
	}
	err = db.MustTouch(ctx, tx, operator.ErrPasskey, `
		UPDATE operator_passkeys SET used_at = jawort_now(), backed_up = $3, sign_count = CASE WHEN sign_count < $2 THEN $2 ELSE sign_count END WHERE id = $1`,
		k.ID, int64(a.Assertion.SignCount()), a.Assertion.BackedUp())
	if err != nil {
		return operator.Operator{}, err
	}
	return where(ctx, tx, `o.id = $1`, k.Operator)
}
