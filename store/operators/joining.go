package operators

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// openInvitation is worth what its inviter may still do; one of the command line has none.
const openInvitation = `o.code_hash = $1 AND o.invited_until > (SELECT jawort_now()) AND ` + stands + ` AND (o.invited_by IS NULL OR EXISTS (
	SELECT 1 FROM operators i WHERE i.id = o.invited_by AND i.role = $2 AND i.ended_at = 0 AND (i.tenant IS NULL OR i.tenant = o.tenant)))`

// Invitation returns whom the code invites. operator.ErrUnknownInvitation: nobody, or nobody any more.
func (s *Store) Invitation(ctx context.Context, codeHash []byte) (operator.Operator, error) {
	o, err := where(ctx, s.Reads(), openInvitation, codeHash, operator.Administrator)
	return o, db.Replace(err, operator.ErrUnknownInvitation)
}

// Entry is a browser that is let in.
type Entry struct {
	Session    string // its id
	SecretHash []byte // of its cookie
	Replaces   []byte // hash of the cookie that it brings: that session ends; nil: it brings none
	Challenge  []byte // that the passkey answered
}

// Join uses up the code: it registers the passkey, and lets the browser in. operator.ErrUnknownInvitation, ErrPasskeyTaken.
func (s *Store) Join(ctx context.Context, codeHash []byte, k operator.Passkey, e Entry) (o operator.Operator, err error) {
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := useUp(ctx, tx, codeHash); err != nil {
			return err
		}
		if o, err = where(ctx, tx, `o.id = $1`, k.Operator); err != nil {
			return err
		}
		if err := keep(ctx, tx, k); err != nil {
			return err
		}
		if err := enter(ctx, tx, o.ID, e); err != nil {
			return err
		}
		return outbox.Put(ctx, tx, event(Joined, o, Actor(o), map[string]any{"passkey": k.ID}))
	})
	return o, err
}

// useUp takes the inviter first, so that who is ended at this moment either was before, or ends after somebody has joined.
func useUp(ctx context.Context, tx *sql.Tx, codeHash []byte) error {
	_, err := db.Exec(ctx, tx, `UPDATE operators SET role = role WHERE id = (SELECT invited_by FROM operators WHERE code_hash = $1)`, codeHash)
	if err != nil {
		return err
	}
	return db.MustTouch(ctx, tx, operator.ErrUnknownInvitation, `
		UPDATE operators SET code_hash = NULL, joined_at = jawort_now(), used_at = jawort_now()
		WHERE id = (SELECT o.id`+tables+`WHERE `+openInvitation+`) AND code_hash = $1`, codeHash, operator.Administrator)
}

// enter spends the challenge and begins the session. The one that the browser had ends: its cookie is overwritten, so nobody could sign it out any more.
func enter(ctx context.Context, tx *sql.Tx, operatorID string, e Entry) error {
	if err := spend(ctx, tx, e.Challenge); err != nil {
		return err
	}
	if err := leave(ctx, tx, e.Replaces); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, `
		INSERT INTO operator_sessions (id, operator, secret_hash, began_at, seen_at, confirmed_at) VALUES ($1, $2, $3, jawort_now(), jawort_now(), jawort_now())`,
		e.Session, operatorID, e.SecretHash)
	return err
}

// spend makes the answer to a challenge count once. operator.ErrPasskey: it did already.
func spend(ctx context.Context, tx *sql.Tx, challenge []byte) error {
	return db.MustTouch(ctx, tx, operator.ErrPasskey,
		`INSERT INTO operator_challenges (challenge, spent_at) VALUES ($1, jawort_now()) ON CONFLICT (challenge) DO NOTHING`, challenge)
}
