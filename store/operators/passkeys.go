package operators

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

const passkeyColumns = `id, operator, credential, label, public_key, sign_count, backup_eligible, backed_up, aaguid, attestation, created_at, used_at`

func scanPasskey(r db.Row) (k operator.Passkey, err error) {
	var count int64
	c := &k.Credential
	err = r.Scan(&k.ID, &k.Operator, &c.ID, &k.Label, &c.PublicKey, &count, &c.BackupEligible, &k.BackedUp, &c.AAGUID, &c.Attestation, db.Into(&k.CreatedAt), db.Into(&k.UsedAt))
	c.SignCount = uint32(count)
	return k, err
}

// Passkeys returns those of an operator, oldest first.
func (s *Store) Passkeys(ctx context.Context, operatorID string) ([]operator.Passkey, error) {
	return db.All(ctx, s.Reads(), scanPasskey, `SELECT `+passkeyColumns+` FROM operator_passkeys WHERE operator = $1 ORDER BY created_at, id`, operatorID)
}

// hold takes the operator's row, where they may be here.
func hold(ctx context.Context, tx *sql.Tx, operatorID string) (operator.Operator, error) {
	err := db.MustTouch(ctx, tx, operator.ErrSignedOut, `UPDATE operators SET role = role WHERE id = $1 AND ended_at = 0`, operatorID)
	if err != nil {
		return operator.Operator{}, err
	}
	return where(ctx, tx, `o.id = $1`, operatorID)
}

// AddPasskey registers a further one of its operator. operator.ErrTooManyPasskeys, ErrPasskeyTaken, ErrPasskey where the challenge was used.
func (s *Store) AddPasskey(ctx context.Context, k operator.Passkey, challenge []byte) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		o, err := hold(ctx, tx, k.Operator)
		if err != nil {
			return err
		}
		if o.Passkeys >= operator.MaxPasskeys {
			return operator.ErrTooManyPasskeys
		}
		if err := spend(ctx, tx, challenge); err != nil {
			return err
		}
		if err := keep(ctx, tx, k); err != nil {
			return err
		}
		return outbox.Put(ctx, tx, event(PasskeyAdded, o, Actor(o), map[string]any{"passkey": k.ID}))
	})
}

// keep registers a passkey. A credential has one purpose, so one of an account is refused.
func keep(ctx context.Context, tx *sql.Tx, k operator.Passkey) error {
	c := k.Credential
	if err := db.InTurn(ctx, tx, c.ID); err != nil {
		return err
	}
	return db.MustTouch(ctx, tx, operator.ErrPasskeyTaken, `
		INSERT INTO operator_passkeys (id, operator, credential, label, public_key, sign_count, backup_eligible, backed_up, aaguid, attestation, created_at)
		SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, jawort_now()
		WHERE NOT EXISTS (SELECT 1 FROM credentials WHERE id = $3) AND NOT EXISTS (SELECT 1 FROM passkeys WHERE credential = $3)
		ON CONFLICT (credential) DO NOTHING`,
		k.ID, k.Operator, c.ID, k.Label, c.PublicKey, int64(c.SignCount), c.BackupEligible, k.BackedUp, c.AAGUID, c.Attestation)
}

// RemovePasskey ends one of the operator's own, unless it is the only one, and signs them out elsewhere: whoever lost a key may have lost the browser.
// operator.ErrUnknown: there is none; ErrLastPasskey.
func (s *Store) RemovePasskey(ctx context.Context, session operator.Session, passkey string) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		o, err := hold(ctx, tx, session.Operator.ID)
		if err != nil {
			return err
		}
		if err := db.MustTouch(ctx, tx, operator.ErrUnknown, `DELETE FROM operator_passkeys WHERE id = $1 AND operator = $2`, passkey, o.ID); err != nil {
			return err
		}
		if o.Passkeys == 1 {
			return operator.ErrLastPasskey // and the transaction is undone
		}
		if _, err := db.Exec(ctx, tx, `DELETE FROM operator_sessions WHERE operator = $1 AND id <> $2`, o.ID, session.ID); err != nil {
			return err
		}
		return outbox.Put(ctx, tx, event(PasskeyRemoved, o, Actor(o), map[string]any{"passkey": passkey}))
	})
}
