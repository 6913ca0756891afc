package approval_test

import (
	"go/build"
	"strings"
	"testing"
)

// The domain must stay readable and testable by itself: it imports neither HTTP nor Redis nor SQL, nor a
// room of the house that does.
func TestTheDomainDoesNoIO(t *testing.T) {
	t.Parallel()
	allowed := map[string]bool{"id": true, "refusal": true, "approval": true, "factor": true}
	for _, dir := range []string{".", "../account", "../audit", "../factor", "../ledger"} {
		pkg, err := build.ImportDir(dir, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(pkg.Imports) == 0 {
			t.Fatalf("%s imports nothing: is this the right folder?", dir)
		}
		for _, path := range pkg.Imports {
			for _, forbidden := range []string{"net/http", "database/sql", "redis", "os", "net", "pgx", "sqlite", "time/tzdata"} {
				if path == forbidden || strings.Contains(path, "go-redis") || strings.HasPrefix(path, "net/http/") {
					t.Errorf("%s imports %s", dir, path)
				}
			}
			if room, ours := strings.CutPrefix(path, "github.com/jawort/jawort/"); ours && !allowed[room] {
				t.Errorf("%s imports %s", dir, path)
			}
		}
	}
}
