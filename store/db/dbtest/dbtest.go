// Package dbtest runs the tests of a store on every database that it must run on: Postgres, SQLite in a file and
// SQLite in memory. A package that uses it has a TestMain that calls pgtest.Main.
package dbtest

import (
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/pgtest"
)

var backends = map[string]func(t *testing.T) string{
	"postgres":         func(t *testing.T) string { return pgtest.New(t) },
	"sqlite file":      func(t *testing.T) string { return "sqlite://" + filepath.Join(t.TempDir(), "a file?.db") },
	"sqlite in memory": func(*testing.T) string { return "sqlite::memory:" },
}

// OnEach runs test on a fresh database of each kind, in parallel.
func OnEach(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Parallel()
	for name, url := range backends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, Open(t, url(t)))
		})
	}
}

// Open opens the database at url until the test ends.
func Open(t testing.TB, url string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), url, db.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}
