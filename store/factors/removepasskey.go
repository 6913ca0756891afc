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
func (s *Store) RemovePasskey(ctx context.Context, accountID, passkeyID string, allowed []approval.Method, by outbox.Actor) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := holdAccount(ctx, tx, accountID); err != nil {
			return err
		}
		_, err := db.Exec(ctx, tx, `UPDATE methods SET failures = failures WHERE account = $1 AND method = $2`, accountID, approval.MethodPasskey)
		if err != nil {
			return err
		}
		err = db.MustTouch(ctx, tx, factor.ErrUnknownPasskey, `DELETE FROM passkeys WHERE id = $1 AND account = $2`, passkeyID, accountID)
		if err != nil {
			return err
		}
		left, err := db.One(ctx, tx, db.ScanBool, `SELECT EXISTS (SELECT 1 FROM passkeys WHERE account = $1)`, accountID)
		if err != nil {
			return err
		}
		if !left {
			if err := removable(ctx, tx, accountID, approval.MethodPasskey, allowed); err != nil {
				return err
			}
			if err := wipe(ctx, tx, accountID, approval.MethodPasskey); err != nil {
				return err
			}
		}
		return putEvent(ctx, tx, event{
			kind: MethodRemoved, account: accountID, method: approval.MethodPasskey, actor: by, data: map[string]any{"passkey": passkeyID},
		})
	})
}
