package organisation_test

import (
	"go/build"
	"slices"
	"strings"
	"testing"
)

// What a file says must stay readable and testable by itself.
func TestTheDomainDoesNoIO(t *testing.T) {
	t.Parallel()
	pkg, err := build.ImportDir(".", 0)
	must(t, err)
	allowed := []string{"account", "approval", "factor", "id", "ledger", "refusal", "spreadsheet"}
	if len(pkg.Imports) == 0 {
		t.Fatal("it imports nothing: is this the right folder?")
	}
	for _, path := range pkg.Imports {
		room, ours := strings.CutPrefix(path, "github.com/jawort/jawort/")
		if slices.Contains([]string{"os", "net", "net/http", "database/sql"}, path) || (ours && !slices.Contains(allowed, room)) {
			t.Errorf("it imports %s", path)
		}
	}
}
