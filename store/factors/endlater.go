package factors

import (
	"context"
	"database/sql"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/means"
	"github.com/jawort/jawort/store/outbox"
)

// Later ends in a restored database what ended in a later life of it. What has ended already, or was activated after the moment, stays
// as it is.
type Later struct{ *db.DB }

var byCommand = outbox.Actor{Kind: outbox.ByCommand, ID: "jawort"}

// EndMethod takes a method that an account had at a moment off it.
func (l Later) EndMethod(ctx context.Context, account string, m approval.Method, at time.Time) error {
	return l.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error { return endMethod(ctx, tx, account, m, at) })
}

func endMethod(ctx context.Context, tx *sql.Tx, account string, m approval.Method, at time.Time) error {
	if _, err := db.Exec(ctx, tx, means.Remember, account); err != nil {
		return err
	}
	n, err := db.Exec(ctx, tx, `
		UPDATE methods SET failures = failures WHERE account = $1 AND method = $2 AND active_since BETWEEN 1 AND $3`, account, m, db.Micros(at))
	if err != nil || n == 0 {
		return err
	}
	if err := wipe(ctx, tx, account, m); err != nil {
		return err
	}
	return putEvent(ctx, tx, event{kind: MethodRemoved, account: account, method: m, actor: byCommand})
}

// ResetUntil returns what takes all methods off an account that it had at a moment.
func ResetUntil(at time.Time) func(ctx context.Context, tx *sql.Tx, account string) error {
	return func(ctx context.Context, tx *sql.Tx, account string) error {
		methods, err := db.All(ctx, tx, db.ScanString, `SELECT method FROM methods WHERE account = $1 ORDER BY method`, account)
		if err != nil {
			return err
		}
		for _, m := range methods {
			if err := endMethod(ctx, tx, account, approval.Method(m), at); err != nil {
				return err
			}
		}
		return nil
	}
}

// DisableMethod disables a method that an account had at a moment.
func (l Later) DisableMethod(ctx context.Context, account string, m approval.Method, at time.Time) error {
	_, err := db.Exec(ctx, l.Writes(), `
		UPDATE methods SET disabled_at = jawort_now() WHERE account = $1 AND method = $2 AND disabled_at = 0 AND active_since BETWEEN 1 AND $3`,
		account, m, db.Micros(at))
	return err
}

// EndPasskey takes one passkey off an account, and with the last one the method.
func (l Later) EndPasskey(ctx context.Context, account, passkey string) error {
	return l.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := db.Exec(ctx, tx, means.Remember, account); err != nil {
			return err
		}
		n, err := db.Exec(ctx, tx, `DELETE FROM passkeys WHERE id = $1 AND account = $2`, passkey, account)
		if err != nil || n == 0 {
			return err
		}
		left, err := db.One(ctx, tx, db.ScanInt, `SELECT COUNT(*) FROM passkeys WHERE account = $1`, account)
		if err == nil && left == 0 {
			err = wipe(ctx, tx, account, approval.MethodPasskey)
		}
		if err != nil {
			return err
		}
		return putEvent(ctx, tx, event{
			kind: MethodRemoved, account: account, method: approval.MethodPasskey, actor: byCommand, data: map[string]any{"passkey": passkey},
		})
	})
}
