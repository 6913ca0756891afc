package operators

import (
	"context"
	"database/sql"
	"time"

	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// lasts is a condition on a session: neither its time is over nor was it left alone for too long.
const lasts = `s.began_at + $2 > (SELECT jawort_now()) AND s.seen_at + $3 > (SELECT jawort_now())`

// seenEvery bounds how often a session is written because it was seen.
const seenEvery = 30 * time.Second

// Session returns the one of the browser that keeps the secret, which was seen now by that. operator.ErrSignedOut: there is none, or it is over, or its
// operator may not be here any more.
func (s *Store) Session(ctx context.Context, secretHash []byte) (operator.Session, error) {
	var stale bool
	found, err := db.One(ctx, s.Reads(), func(r db.Row) (f operator.Session, err error) {
		return f, r.Scan(append([]any{&f.ID, db.Into(&f.ConfirmedAt), &stale}, dest(&f.Operator)...)...)
	}, `
		SELECT s.id, s.confirmed_at, s.seen_at + $4 < (SELECT jawort_now()), `+columns+`
		FROM operator_sessions s JOIN operators o ON o.id = s.operator LEFT JOIN tenants t ON t.id = o.tenant
		WHERE s.secret_hash = $1 AND `+lasts+` AND `+stands,
		secretHash, operator.SessionLife.Microseconds(), operator.SessionIdle.Microseconds(), seenEvery.Microseconds())
	if err != nil {
		return found, db.Replace(err, operator.ErrSignedOut)
	}
	if stale {
		err = s.seen(ctx, found)
	}
	return found, err
}

func (s *Store) seen(ctx context.Context, f operator.Session) error {
	if _, err := db.Exec(ctx, s.Writes(), `UPDATE operators SET used_at = jawort_now() WHERE id = $1`, f.Operator.ID); err != nil {
		return err
	}
	return db.MustTouch(ctx, s.Writes(), operator.ErrSignedOut, `UPDATE operator_sessions SET seen_at = jawort_now() WHERE id = $1`, f.ID)
}

// SignOut ends a session. Repeating it changes nothing.
func (s *Store) SignOut(ctx context.Context, session operator.Session) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		n, err := db.Exec(ctx, tx, `DELETE FROM operator_sessions WHERE id = $1`, session.ID)
		if err != nil || n == 0 {
			return err
		}
		return outbox.Put(ctx, tx, event(SignedOut, session.Operator, Actor(session.Operator), nil))
	})
}

// leave ends the session of a browser that begins another one, where it still lasts.
func leave(ctx context.Context, tx *sql.Tx, secretHash []byte) error {
	id, err := db.One(ctx, tx, db.ScanString, `DELETE FROM operator_sessions AS s WHERE s.secret_hash = $1 AND `+lasts+` RETURNING operator`,
		secretHash, operator.SessionLife.Microseconds(), operator.SessionIdle.Microseconds())
	if err != nil {
		return db.Replace(err, nil)
	}
	o, err := where(ctx, tx, `o.id = $1`, id)
	if err != nil {
		return err
	}
	return outbox.Put(ctx, tx, event(SignedOut, o, Actor(o), nil))
}

// SignOutAll ends every session and every link that waits: those that a backup brings back may have ended since. It returns how many.
func (s *Store) SignOutAll(ctx context.Context) (sessions, links int64, err error) {
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if sessions, err = db.Exec(ctx, tx, `DELETE FROM operator_sessions`); err != nil {
			return err
		}
		links, err = db.Exec(ctx, tx, `UPDATE operators SET code_hash = NULL WHERE code_hash IS NOT NULL`)
		return err
	})
	return sessions, links, err
}

// Forget removes sessions, challenges and counts whose time is over, at most limit of each, and returns how many.
func (s *Store) Forget(ctx context.Context, limit int) (all int64, err error) {
	for _, old := range []struct {
		table, key, since string
		life              time.Duration
	}{
		{"operator_sessions", "id", "began_at", operator.SessionLife},
		{"operator_sessions", "id", "seen_at", operator.SessionIdle},
		{"operator_challenges", "challenge", "spent_at", operator.ChallengeLife + time.Minute},
		{"operator_attempts", "source", "began_at", operator.AttemptsWithin},
	} {
		n, err := db.Exec(ctx, s.Writes(), `DELETE FROM `+old.table+` WHERE `+old.key+` IN (SELECT `+old.key+` FROM `+old.table+`
			WHERE `+old.since+` + $1 < (SELECT jawort_now()) LIMIT $2)`, old.life.Microseconds(), limit)
		if err != nil {
			return all, err
		}
		all = max(all, n)
	}
	return all, nil
}
