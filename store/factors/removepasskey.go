package factors

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// RemovePasskey takes one passkey off an account, and with the last one the method. factor.ErrUnknownPasskey: it has no such one.
// factor.ErrLastMethod: as for Remove.
func (s *Store) RemovePasskey(ctx context.Context, accountID, passkeyID string, ways Ways, by outbox.Actor) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := holdAccount(ctx, tx, accountID); err != nil {
			return err
		}
		_, err := db.Exec(ctx, tx, `UPDATE methods SET failures = failures WHERE account = $1 AND method = $2`, accountID, approval.MethodPasskey)
		if err != nil {
			return err
		}
		rpID, err := db.One(ctx, tx, db.ScanString, `DELETE FROM passkeys WHERE id = $1 AND account = $2 RETURNING rp_id`, passkeyID, accountID)
		if err != nil {
			return db.Replace(err, factor.ErrUnknownPasskey)
		}
		if err := s.withoutPasskey(ctx, tx, accountID, rpID, ways); err != nil {
			return err
		}
		return putEvent(ctx, tx, event{
			kind: MethodRemoved, account: accountID, method: approval.MethodPasskey, actor: by, data: map[string]any{"passkey": passkeyID},
		})
	})
}

// withoutPasskey looks what is left when a passkey of the domain is gone: the last one of it must not be the last that works there.
func (s *Store) withoutPasskey(ctx context.Context, tx *sql.Tx, accountID, rpID string, ways Ways) error {
	var there, left int
	_, err := db.One(ctx, tx, func(r db.Row) (none struct{}, err error) { return none, r.Scan(&there, &left) },
		`SELECT COUNT(CASE WHEN rp_id = $2 THEN 1 END), COUNT(*) FROM passkeys WHERE account = $1`, accountID, rpID)
	if err != nil || there > 0 {
		return err
	}
	if err := s.removable(ctx, tx, accountID, approval.MethodPasskey, ways); err != nil || left > 0 {
		return err
	}
	return wipe(ctx, tx, accountID, approval.MethodPasskey)
}
