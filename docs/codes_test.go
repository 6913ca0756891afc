package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/jawort/jawort/docs"
)

const inConsole = "only the console's pages and the command line meet it, which say it in words"

// unseen are refusals that no caller of the API ever gets.
var unseen = map[string]string{
	"changed":              "tells the server itself that a trusted browser has ended meanwhile; it asks the phones then",
	"changed-meanwhile":    "tells who runs jawort apply, or saves a form of the console, that somebody else was faster; it is no call",
	"gone":                 inConsole,
	"group-budgeted":       inConsole,
	"group-not-empty":      inConsole,
	"last-administrator":   inConsole,
	"last-passkey":         inConsole,
	"passkey-refused":      inConsole,
	"passkey-taken":        inConsole,
	"signed-out":           inConsole,
	"too-many-attempts":    inConsole,
	"tenant-named":         inConsole,
	"unknown-invitation":   inConsole,
	"unknown-operator":     inConsole,
	"unknown-tenant":       inConsole,
	"not-due":              "tells the server's own sweeper that the database's clock is behind; it tries later",
	"not-for-transactions": "no approval of a transaction offers such a method; the store refuses it all the same",
}

// codesIn returns the code of each refusal.New in a file, or says where it is no literal.
func codesIn(t *testing.T, name string, source any) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || !makesRefusal(file.Name.Name, call.Fun) {
			return true
		}
		literal, ok := call.Args[1].(*ast.BasicLit)
		if !ok {
			t.Errorf("%s: the code of a refusal must be a literal, so that it can be compared with openapi.yaml", name)
			return true
		}
		code, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, code)
		return true
	})
	return codes
}

func makesRefusal(pkg string, f ast.Expr) bool {
	switch f := f.(type) {
	case *ast.SelectorExpr:
		from, ok := f.X.(*ast.Ident)
		return ok && from.Name == "refusal" && f.Sel.Name == "New"
	case *ast.Ident:
		return pkg == "refusal" && f.Name == "New"
	}
	return false
}

// codesOfTheCode returns all codes of the module, each with a file that makes it.
func codesOfTheCode(t *testing.T) map[string]string {
	t.Helper()
	codes := map[string]string{}
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		for _, code := range codesIn(t, path, source) {
			codes[code] = path
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return codes
}

func codesOfTheFile(t *testing.T, doc *openapi3.T) []string {
	t.Helper()
	var codes []string
	for _, o := range append(operationsOf(t, doc), anywhere(doc)) {
		for _, response := range o.Responses.Map() {
			codes = append(codes, codesOf(response.Value)...)
		}
	}
	return codes
}

func TestEveryRefusalOfTheCodeIsInTheFileAndTheOtherWayRound(t *testing.T) {
	t.Parallel()
	made, told := codesOfTheCode(t), codesOfTheFile(t, load(t, docs.OpenAPI))
	if len(made) < 20 {
		t.Fatalf("only %d codes were found: this looks in the wrong place", len(made))
	}
	for code, path := range made {
		if unseen[code] == "" && !slices.Contains(told, code) {
			t.Errorf("%s refuses with %s, which openapi.yaml does not know", path, code)
		}
	}
	for _, code := range told {
		if made[code] == "" {
			t.Errorf("openapi.yaml knows %s, with which nothing refuses", code)
		}
	}
	for code := range unseen {
		if made[code] == "" || slices.Contains(told, code) {
			t.Errorf("%s is no exception any more", code)
		}
	}
}

func TestARefusalIsFoundWhereverItIsMade(t *testing.T) {
	t.Parallel()
	const source = `package x
		var a = refusal.New(refusal.Gone, "one", "")
		func f() error { return wrap(refusal.New(refusal.Gone, ` + "`two`" + `, "")) }
		var b = New(1, "none", "")`
	if got := codesIn(t, "x.go", source); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("got %q", got)
	}
}
