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

// promise is a section of a file that says which tests hold it.
type promise struct {
	title string
	text  string
	tests []named
}

// named is a test as such a file names it.
type named struct{ folder, name string }

// promisesOf reads a file of promises, and wants each to name tests that exist.
func promisesOf(t *testing.T, file string) []promise {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []promise
	known := map[string]map[string]bool{}
	for _, section := range strings.Split(string(text), "\n## ")[1:] {
		p := promiseOf(section)
		if len(p.tests) == 0 || len(p.tests) != strings.Count(section, "\n| `") {
			t.Errorf("%q: %d of %d lines name a test in a form that can be checked", p.title, len(p.tests), strings.Count(section, "\n| `"))
		}
		for _, n := range p.tests {
			if known[n.folder] == nil {
				known[n.folder] = testsOf(t, n.folder)
			}
			if !known[n.folder][n.name] {
				t.Errorf("%q names %s of %s, which does not exist", p.title, n.name, n.folder)
			}
		}
		all = append(all, p)
	}
	return all
}

func promiseOf(section string) promise {
	title, text, _ := strings.Cut(section, "\n")
	p := promise{title: title, text: text}
	for _, found := range namedTest.FindAllStringSubmatch(section, -1) {
		p.tests = append(p.tests, named{found[1], found[2]})
	}
	return p
}

// testsOf reads the names of the functions in a folder's test files.
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
