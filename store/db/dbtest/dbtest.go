// Package dbtest runs the tests of a store on every database that it must run on: Postgres, SQLite in a file and
// SQLite in memory. A package that uses it has a TestMain that calls pgtest.Main.
package dbtest

import (
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/pgtest"
)

var backends = map[string]func(t *testing.T) string{
	"postgres":         func(t *testing.T) string { return pgtest.New(t) },
	"sqlite file":      func(t *testing.T) string { return "sqlite://" + copied(t) },
	"sqlite in memory": func(*testing.T) string { return "sqlite::memory:" },
}

// OnEach runs test on a fresh database of each kind, in parallel.
func OnEach(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	on(t, test, "postgres", "sqlite file", "sqlite in memory")
}

// OnBoth runs test on Postgres and on SQLite in a file. It is for stores whose statements know nothing of where a database lies:
// that memory does as well as a file is the base's to show, and migrating one costs more than most tests.
func OnBoth(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	on(t, test, "postgres", "sqlite file")
}

func on(t *testing.T, test func(t *testing.T, d *db.DB), names ...string) {
	t.Helper()
	t.Parallel()
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, Open(t, backends[name](t)))
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

// template is a migrated SQLite database, made once per process.
var template struct {
	once sync.Once
	data []byte
	err  error
}

// copied returns the path of a fresh copy of the template.
func copied(t *testing.T) string {
	t.Helper()
	template.once.Do(func() { template.data, template.err = migrated(t) })
	if template.err != nil {
		t.Fatal(template.err)
	}
	path := filepath.Join(t.TempDir(), "a file?.db")
	if err := os.WriteFile(path, template.data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func migrated(t *testing.T) ([]byte, error) {
	path := filepath.Join(t.TempDir(), "template.db")
	d, err := db.Open(t.Context(), "sqlite://"+path, db.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	if err := d.Close(); err != nil { // the last connection moves all into the file
		return nil, err
	}
	return os.ReadFile(path)
}
