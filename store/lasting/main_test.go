package lasting_test

import (
	"testing"

	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/lasting"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// onEach runs a test of the contract on every backend.
func onEach(t *testing.T, test func(t *testing.T, s *lasting.Store)) {
	t.Helper()
	dbtest.OnEach(t, func(t *testing.T, d *db.DB) { test(t, &lasting.Store{DB: d}) })
}

func open(t testing.TB, url string) *lasting.Store {
	t.Helper()
	return &lasting.Store{DB: dbtest.Open(t, url)}
}
