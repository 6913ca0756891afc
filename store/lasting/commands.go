package lasting

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// The kinds of the events of what is set up on the command line and in the console.
const (
	TenantCreated      = "tenant.created" // also by a file
	TenantRevoked      = "tenant.revoked"
	ApplicationCreated = "application.created" // also by a file
	ApplicationRevoked = "application.revoked"
	KeyCreated         = "key.created"
	KeyRevoked         = "key.revoked"
)

var byCommand = outbox.Actor{Kind: outbox.ByCommand, ID: "jawort"}

// putBy writes what was done to the subject, which belongs to the application.
func putBy(ctx context.Context, tx *sql.Tx, kind, application, subject string, by outbox.Actor, data any) error {
	tenant, err := db.One(ctx, tx, db.ScanString, `SELECT tenant FROM applications WHERE id = $1`, application)
	if err != nil {
		return err
	}
	return outbox.Put(ctx, tx, outbox.Event{Kind: kind, Tenant: tenant, Application: application, Subject: subject, Actor: by, Data: data})
}

// endRow ends a row and returns whose it is and whether it was not ended before; db.ErrNotFound where there is none.
func endRow(ctx context.Context, tx *sql.Tx, table, owner, id string) (of string, first bool, err error) {
	of, err = db.One(ctx, tx, db.ScanString, `UPDATE `+table+` SET revoked_at = revoked_at WHERE id = $1 RETURNING `+owner, id)
	if err != nil {
		return "", false, err
	}
	n, err := db.Exec(ctx, tx, `UPDATE `+table+` SET revoked_at = jawort_now() WHERE id = $1 AND revoked_at = 0`, id)
	return of, n == 1, err
}
