package factors

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// Bypass is a bypass code as it is handed out, once.
type Bypass struct {
	ID        string
	Code      string
	Uses      int
	ExpiresAt time.Time
}

// AddBypass makes a code that an operator hands out. factor.ErrTooManyBypasses: the account has five that can be used.
func (s *Store) AddBypass(ctx context.Context, accountID string, b factor.Bypass, by outbox.Actor) (Bypass, error) {
	given, code, err := s.newBypass(b)
	if err != nil {
		return Bypass{}, err
	}
	tag, err := s.mac(bypassPurpose, code, accountID)
	if err != nil {
		return Bypass{}, err
	}
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := holdAccount(ctx, tx, accountID); err != nil {
			return err
		}
		given.ExpiresAt, err = keepBypass(ctx, tx, accountID, b, given.ID, tag)
		if err != nil {
			return err
		}
		return putEvent(ctx, tx, event{
			kind: BypassCreated, account: accountID, method: approval.MethodBypass, subject: given.ID, actor: by,
			data: map[string]any{"uses": b.Uses, "expires_at": given.ExpiresAt}, personal: map[string]string{"reason": b.Reason},
		})
	})
	if err != nil {
		return Bypass{}, err
	}
	return given, nil
}

func (s *Store) newBypass(b factor.Bypass) (given Bypass, code string, err error) {
	if err := b.Validate(); err != nil {
		return given, "", err
	}
	given.Uses = b.Uses
	if given.ID, err = id.New(s.Random, id.Bypass); err != nil {
		return given, "", err
	}
	if given.Code, err = factor.NewBypassCode(s.Random); err != nil {
		return given, "", err
	}
	code, err = factor.ParseBypassCode(given.Code)
	return given, code, err
}

// keepBypass clears away what cannot be used any more. A method that wrong codes disabled works again: an operator decided
// that it shall; a pause stands.
func keepBypass(ctx context.Context, tx *sql.Tx, accountID string, b factor.Bypass, bypassID string, tag []byte) (expires time.Time, err error) {
	_, err = db.Exec(ctx, tx, `
		INSERT INTO methods (account, method, active_since) VALUES ($1, $2, jawort_now())
		ON CONFLICT (account, method) DO UPDATE SET active_since = jawort_now(), disabled_at = 0,
			failures = CASE WHEN methods.disabled_at > 0 THEN 0 ELSE methods.failures END`, accountID, approval.MethodBypass)
	if err != nil {
		return expires, err
	}
	_, err = db.Exec(ctx, tx, `DELETE FROM bypass_codes WHERE account = $1 AND (uses = 0 OR expires_at <= jawort_now())`, accountID)
	if err != nil {
		return expires, err
	}
	us, err := db.One(ctx, tx, db.ScanInt64, `
		INSERT INTO bypass_codes (id, account, mac, reason, uses, created_at, expires_at)
		SELECT $1, $2, $3, $4, $5, jawort_now(), jawort_now() + $6 WHERE (SELECT COUNT(*) FROM bypass_codes WHERE account = $2) < $7
		RETURNING expires_at`, bypassID, accountID, tag, b.Reason, b.Uses, b.Life.Microseconds(), factor.MaxBypassCodes)
	if errors.Is(err, db.ErrNotFound) {
		return expires, factor.ErrTooManyBypasses
	}
	return db.At(us), err
}
