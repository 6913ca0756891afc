package audit

import (
	"context"
	"database/sql"
	"time"

	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// Erase takes an account's personal data out of the log, and out of its events that are no entries yet, in the
// caller's transaction. The entries stay, and with them that something happened and when.
//
// The order matters. Who appends at this moment is waited for first, so that what it leaves beside its entries is
// erased with the rest.
func Erase(ctx context.Context, tx *sql.Tx, account string) error {
	if err := hold(ctx, tx); err != nil {
		return err
	}
	for _, statement := range []string{
		`UPDATE outbox SET personal = '' WHERE account = $1 AND personal <> ''`,
		`DELETE FROM audit_personal WHERE account = $1`,
	} {
		if _, err := db.Exec(ctx, tx, statement, account); err != nil {
			return err
		}
	}
	return nil
}

// EraseDevice is Erase for the personal data of who held one phone of the account. What other phones did with it stays: it tells of
// whoever holds those.
func EraseDevice(ctx context.Context, tx *sql.Tx, account, device string) error {
	if err := hold(ctx, tx); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, `UPDATE outbox SET personal = '' WHERE account = $1 AND personal <> ''
		AND (subject = $2 OR (actor_kind = 'device' AND actor = $2 AND subject NOT LIKE 'dev\_%' ESCAPE '\'))`, account, device)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `DELETE FROM audit_personal WHERE account = $1 AND EXISTS (
		SELECT 1 FROM audit_entries e WHERE e.tenant = audit_personal.tenant AND e.sequence = audit_personal.sequence
		AND (e.subject = $2 OR (e.actor = 'device:' || $2 AND e.subject NOT LIKE 'dev\_%' ESCAPE '\')))`, account, device)
	return err
}

// EraseBefore takes up to limit pieces of the tenant's personal data out of the log that lie beside entries of before a
// moment, oldest first, and returns how many. The log says so. The caller repeats it until there are fewer than limit.
func (s *Store) EraseBefore(ctx context.Context, tenant string, before time.Time, limit int) (n int, err error) {
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		erased, err := db.Exec(ctx, tx, `
			DELETE FROM audit_personal WHERE tenant = $1 AND (sequence, name) IN (
				SELECT sequence, name FROM audit_personal WHERE tenant = $1 AND at < $2 ORDER BY at LIMIT $3)`,
			tenant, db.Micros(before), limit)
		n = int(erased)
		if err != nil || n == 0 {
			return err
		}
		return outbox.Put(ctx, tx, outbox.Event{
			Kind: domain.PersonalErased, Tenant: tenant, Subject: tenant, Actor: outbox.Actor{Kind: outbox.BySystem},
			Data: domain.Before{Before: before, Count: n},
		})
	})
	return n, err
}
