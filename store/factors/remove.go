package factors

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// Remove takes a method off an account, with everything that belongs to it. factor.ErrNotActive: the account does not
// have it. factor.ErrLastMethod: it could confirm by nothing else that works among the ways; without it, whoever knows the
// password could bind a method of their own, or the person would be locked out.
func (s *Store) Remove(ctx context.Context, accountID string, m approval.Method, ways Ways, by outbox.Actor) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := holdAccount(ctx, tx, accountID); err != nil {
			return err
		}
		_, err := db.One(ctx, tx, db.ScanInt, `
			UPDATE methods SET failures = failures WHERE account = $1 AND method = $2 AND active_since > 0 RETURNING 1`, accountID, m)
		if err != nil {
			return db.Replace(err, factor.ErrNotActive)
		}
		if err := s.removable(ctx, tx, accountID, m, ways); err != nil {
			return err
		}
		if err := wipe(ctx, tx, accountID, m); err != nil {
			return err
		}
		return putEvent(ctx, tx, event{kind: MethodRemoved, account: accountID, method: m, actor: by})
	})
}

// removable lets go of what stands in for a method at any time.
func (s *Store) removable(ctx context.Context, tx *sql.Tx, accountID string, m approval.Method, ways Ways) error {
	if m == approval.MethodBypass || m == approval.MethodRecovery {
		return nil
	}
	other, err := s.hasOther(ctx, tx, accountID, m, ways)
	if err == nil && !other {
		err = factor.ErrLastMethod
	}
	return err
}

// Reset takes all methods off an account: support's answer to somebody who has none at hand. Whether the account has
// another one, and must use that, is the caller's to ask; so is the event. Phones are not touched.
func (s *Store) Reset(ctx context.Context, tx *sql.Tx, accountID string) error {
	// A deleted account has methods to be taken off too, when it is erased.
	if _, err := db.Exec(ctx, tx, `UPDATE accounts SET label = label WHERE id = $1`, accountID); err != nil {
		return err
	}
	methods, err := db.All(ctx, tx, db.ScanString, `SELECT method FROM methods WHERE account = $1 ORDER BY method`, accountID)
	if err != nil {
		return err
	}
	for _, m := range methods {
		if err := wipe(ctx, tx, accountID, approval.Method(m)); err != nil {
			return err
		}
	}
	return nil
}

// belongings are the rows of a method, the method's own first: it is what all others wait for.
var belongings = []string{
	`DELETE FROM methods WHERE account = $1 AND method = $2`,
	`DELETE FROM activations WHERE account = $1 AND method = $2`,
	`DELETE FROM codes WHERE account = $1 AND method = $2`,
	`DELETE FROM recovery_codes WHERE account = $1 AND $2 = 'recovery'`,
	`DELETE FROM bypass_codes WHERE account = $1 AND $2 = 'bypass'`,
	`DELETE FROM passkeys WHERE account = $1 AND $2 = 'passkey'`,
}

func wipe(ctx context.Context, tx *sql.Tx, accountID string, m approval.Method) error {
	for _, statement := range belongings {
		if _, err := db.Exec(ctx, tx, statement, accountID, string(m)); err != nil {
			return err
		}
	}
	return nil
}

// kept is how long what is over stays, so that a late try is told the truth.
const kept = time.Hour

// Tidy deletes up to limit codes, and as many activations, that are long over, and returns how many there were.
func (s *Store) Tidy(ctx context.Context, limit int) (int64, error) {
	var gone int64
	var failed []error
	for _, statement := range []string{
		`DELETE FROM codes WHERE (approval, method) IN (
			SELECT approval, method FROM codes WHERE expires_at + $1 <= (SELECT jawort_now()) ORDER BY expires_at LIMIT $2)`,
		`DELETE FROM activations WHERE (account, method, approval) IN (
			SELECT account, method, approval FROM activations WHERE expires_at + $1 <= (SELECT jawort_now()) ORDER BY expires_at LIMIT $2)`,
	} {
		n, err := db.Exec(ctx, s.Writes(), statement, kept.Microseconds(), limit)
		gone, failed = gone+n, append(failed, err)
	}
	return gone, errors.Join(failed...)
}
