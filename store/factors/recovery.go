package factors

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// NewRecoveryCodes gives the account ten new codes; the old ones are void. They are returned once and kept as hashes.
// factor.ErrNoOtherMethod: the account has nothing that works among the ways and that they could stand in for.
func (s *Store) NewRecoveryCodes(ctx context.Context, accountID string, ways Ways, by outbox.Actor) ([]string, error) {
	codes, salt, err := factor.NewRecoveryCodes(s.Random)
	if err != nil {
		return nil, err
	}
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := holdAccount(ctx, tx, accountID); err != nil {
			return err
		}
		other, err := s.hasOther(ctx, tx, accountID, approval.MethodRecovery, ways)
		if err != nil {
			return err
		}
		if !other {
			return factor.ErrNoOtherMethod
		}
		return renew(ctx, tx, accountID, codes, salt, by)
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// renew keeps the count of failures, which a new list must not take back, unless it had disabled the method.
func renew(ctx context.Context, tx *sql.Tx, accountID string, codes []string, salt []byte, by outbox.Actor) error {
	_, err := db.Exec(ctx, tx, `
		INSERT INTO methods (account, method, active_since, secret) VALUES ($1, $2, jawort_now(), $3)
		ON CONFLICT (account, method) DO UPDATE SET active_since = jawort_now(), secret = $3, disabled_at = 0,
			failures = CASE WHEN methods.disabled_at > 0 THEN 0 ELSE methods.failures END`, accountID, approval.MethodRecovery, salt)
	if err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, `DELETE FROM recovery_codes WHERE account = $1`, accountID); err != nil {
		return err
	}
	for _, written := range codes {
		code, err := factor.ParseRecoveryCode(written)
		if err != nil {
			return err
		}
		_, err = db.Exec(ctx, tx, `INSERT INTO recovery_codes (account, hash) VALUES ($1, $2)`, accountID, factor.HashRecoveryCode(salt, code))
		if err != nil {
			return err
		}
	}
	return putEvent(ctx, tx, event{kind: RecoveryRenewed, account: accountID, method: approval.MethodRecovery, actor: by})
}
