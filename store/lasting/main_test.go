package lasting_test

import (
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/lasting/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// onEach runs a test of the contract on every backend.
func onEach(t *testing.T, test func(t *testing.T, s *lasting.Store)) {
	t.Helper()
	t.Parallel()
	for name, url := range backends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t, url(t)))
		})
	}
}

var backends = map[string]func(t *testing.T) string{
	"postgres":         func(t *testing.T) string { return pgtest.New(t) },
	"sqlite file":      sqliteFile,
	"sqlite in memory": func(*testing.T) string { return "sqlite::memory:" },
}

func sqliteFile(t *testing.T) string {
	return "sqlite://" + filepath.Join(t.TempDir(), "a file?.db")
}

func open(t *testing.T, url string) *lasting.Store {
	t.Helper()
	s, err := lasting.Open(t.Context(), url, lasting.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
