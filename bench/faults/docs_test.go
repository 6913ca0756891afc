package faults

import (
	"os"
	"regexp"
	"testing"
)

func TestEveryFaultIsInTheTableAndEveryRowIsAFault(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/faults.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z0-9-]+)` \\| ([^|]+) \\|").FindAllSubmatch(page, -1) {
		rows[string(m[1])] = string(m[2])
	}
	for _, f := range All() {
		if rows[f.Name] != f.Done {
			t.Errorf("%s: the table says %q, done is %q", f.Name, rows[f.Name], f.Done)
		}
		delete(rows, f.Name)
	}
	for name := range rows {
		t.Errorf("%s: there is no such fault", name)
	}
}
