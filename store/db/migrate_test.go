package db_test

import (
	"testing"

	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestMigrationsGoDownAndUpAgain(t *testing.T) {
	dbtest.OnEach(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		insert := func() error {
			_, err := db.Exec(ctx, d.Writes(), `INSERT INTO tenants (id, name, created_at) VALUES ('ten_1', 'Musterbank', jawort_now())`)
			return err
		}
		if err := insert(); err != nil {
			t.Fatal(err)
		}
		if err := d.DownAndUp(ctx); err != nil {
			t.Fatal(err)
		}
		n, err := db.One(ctx, d.Reads(), db.ScanInt, `SELECT COUNT(*) FROM tenants`)
		if err != nil || n != 0 {
			t.Fatalf("%d rows left, %v", n, err)
		}
		if err := insert(); err != nil {
			t.Fatal(err)
		}
	})
}
