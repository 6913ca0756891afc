package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var namedTest = regexp.MustCompile("(?m)^\\| `([a-z/-]+)` `((?:Test|Fuzz)[A-Za-z0-9]+)` \\|")

// leastInvariants is how many there are; fewer found means that the file is no longer read.
const leastInvariants = 8

func TestEveryTestThatAnInvariantNamesExists(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("invariants.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := strings.Split(string(text), "\n## ")[1:]
	if len(sections) < leastInvariants {
		t.Fatalf("%d invariants in the file, want %d", len(sections), leastInvariants)
	}
	known := map[string]map[string]bool{}
	for _, section := range sections {
		title, _, _ := strings.Cut(section, "\n")
		named := namedTest.FindAllStringSubmatch(section, -1)
		if len(named) == 0 || len(named) != strings.Count(section, "\n| `") {
			t.Errorf("%q: %d of %d lines name a test in a form that can be checked", title, len(named), strings.Count(section, "\n| `"))
		}
		for _, n := range named {
			if known[n[1]] == nil {
				known[n[1]] = testsOf(t, n[1])
			}
			if !known[n[1]][n[2]] {
				t.Errorf("%q names %s of %s, which does not exist", title, n[2], n[1])
			}
		}
	}
}

// testsOf reads the names of the tests in a folder's test files.
func testsOf(t *testing.T, folder string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(folder), "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no tests (%v)", folder, err)
	}
	names := map[string]bool{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				names[f.Name.Name] = true
			}
		}
	}
	return names
}
