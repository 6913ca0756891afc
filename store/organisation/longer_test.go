package organisation_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/organisation"
)

// Comparing a hundred thousand accounts takes seconds on a busy machine, in which Postgres hears nothing.
func TestPostgresWaitsWhileAnImportIsCompared(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, pgtest.New(t))
	var within, afterwards string
	read := func(into *string) func(context.Context, *sql.Tx) error {
		return func(ctx context.Context, tx *sql.Tx) (err error) {
			*into, err = db.One(ctx, tx, db.ScanString, `SELECT current_setting('idle_in_transaction_session_timeout')`)
			return err
		}
	}
	must(t, d.TransactWithin(t.Context(), organisation.Longest, read(&within)))
	must(t, d.Transact(t.Context(), read(&afterwards)))
	if within != "5min" || afterwards != "5s" {
		t.Errorf("an import may rest for %s, a login afterwards for %s", within, afterwards)
	}
}
