package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// parsing is what functions are called that read what others wrote.
var parsing = regexp.MustCompile(`^((?i:parse|decode|verify|read|open|unmarshal|validate)([A-Z].*)?|UnmarshalText|UnmarshalJSON)$`)

// through are functions with such a name that parse nothing which others wrote, or leave it to a parser that is fuzzed.
var through = map[string]string{
	"attestation.OpenMakers":      "is given the name of a file, and leaves it to ReadMakers",
	"keys/kms.Open":               "is given the operator's own address of a service, and opens a client of its library",
	"keys/kms.open":               "likewise",
	"keys/kms.openAWS":            "likewise",
	"edge.Read":                   "counts bytes, whatever they are",
	"locale.read":                 "reads texts that are compiled in",
	"proof.readJSON":              "reads what the steps of a proof have just written",
	"pushgw.readRoots":            "is given the name of a file, whose certificates crypto/x509 reads",
	"server/confirming.Read":      "is given an id, and leaves it to approval.ParseID",
	"server/country.Open":         "is given the name of a file, which its library verifies",
	"server/methods.read":         "is given an id",
	"store/audit.Verify":          "is given an id; the entries are checked as audit.Verify does",
	"store/db.Open":               "is given a URL, which the driver reads",
	"store/db.openPostgres":       "is given a URL, which the driver reads",
	"store/db.openSQLite":         "is given the name of a file",
	"store/factors.openFor":       "leaves it to keys.Open",
	"store/lasting.Open":          "leaves it to db.Open",
	"store/lasting.OpenEnrolment": "is given ids",
	"store/lasting.ReadNotice":    "is given ids",
	"store/lasting.readEnrolment": "is given ids",
	"store/lasting.readMethods":   "is given the name of a column",
	"store/lasting.readOutcome":   "is given an id",
	"store/ledger.decodeSettings": "reads what ledger.Settings wrote, whose target is FuzzSettings",
	"webhook.open":                "is given an id",
}

// toys are rooms that no stranger reaches: they belong to tests, benches and the demo.
var toys = regexp.MustCompile(`^(bench|demo|deploy|docs|edge/(browsertest|firefoxtest|bodytest)|journeys|phone|process|requirements|store/(db/(pgserver|pgtest|dbtest)|live/(redisserver|redistest))|pushgw/pushtest|cmd/jawort)(/|$)|test$`)

// house of sources: what is written in a folder.
type folder struct {
	parsers []string                   // functions that read bytes or text
	bodies  []string                   // types that requests are decoded into
	says    map[string]map[string]bool // what each function mentions, tests' too
	fuzzed  map[string]bool            // what fuzz targets mention, directly or by what they mention
	targets map[string]bool            // targets, and whether they have seeds
}

// foldersOf reads all Go files of the module.
func foldersOf(t *testing.T, root fs.FS) map[string]*folder {
	t.Helper()
	all := map[string]*folder{}
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".go" {
			return err
		}
		source, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir := path.Dir(name)
		if all[dir] == nil {
			all[dir] = &folder{says: map[string]map[string]bool{}, fuzzed: map[string]bool{}, targets: map[string]bool{}}
		}
		all[dir].add(file, strings.HasSuffix(name, "_test.go"))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		for target := range f.targets {
			f.follow(target)
		}
	}
	return all
}

func (f *folder) add(file *ast.File, isTest bool) {
	for _, d := range file.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
			f.table(g)
		}
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		f.mention(fn.Name.Name, fn.Body)
		switch {
		case isTest && strings.HasPrefix(fn.Name.Name, "Fuzz"):
			f.targets[fn.Name.Name] = seeded(fn)
		case !isTest:
			if parsing.MatchString(fn.Name.Name) && readsText(fn.Type) {
				f.parsers = append(f.parsers, fn.Name.Name)
			}
			f.bodies = append(f.bodies, decoded(fn.Body)...)
		}
	}
}

// table takes a variable for what its value mentions.
func (f *folder) table(g *ast.GenDecl) {
	for _, spec := range g.Specs {
		for _, name := range spec.(*ast.ValueSpec).Names {
			f.mention(name.Name, spec)
		}
	}
}

// mention notes what stands in a function, of methods of the same name too.
func (f *folder) mention(name string, in ast.Node) {
	said := f.says[name]
	if said == nil {
		said = map[string]bool{}
		f.says[name] = said
	}
	ast.Inspect(in, func(n ast.Node) bool {
		if i, ok := n.(*ast.Ident); ok {
			said[i.Name] = true
		}
		return true
	})
	if said["Unmarshal"] { // encoding/json calls these
		said["UnmarshalJSON"], said["UnmarshalText"] = true, true
	}
	if strings.HasPrefix(name, "Fuzz") {
		for _, body := range decoded(in) {
			said["["+body+"]"], said["Validate"] = true, true
		}
	}
}

// follow finds what fuzz targets reach within their folder.
func (f *folder) follow(name string) {
	for said := range f.says[name] {
		if !f.fuzzed[said] {
			f.fuzzed[said] = true
			f.follow(said)
		}
	}
}

// readsText reports whether a function is given bytes, a text or a reader.
func readsText(of *ast.FuncType) bool {
	return slices.ContainsFunc(of.Params.List, func(p *ast.Field) bool {
		switch typeText(p.Type) {
		case "string", "[]byte", "io.Reader", "json.RawMessage":
			return true
		}
		return false
	})
}

// typeText writes a simple type as Go does.
func typeText(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return typeText(e.X) + "." + e.Sel.Name
	case *ast.ArrayType:
		return "[]" + typeText(e.Elt)
	}
	return "?"
}

// decoded names the types of edge.Decode[…] and edge.DecodeLenient[…].
func decoded(in ast.Node) []string {
	var all []string
	ast.Inspect(in, func(n ast.Node) bool {
		if i, ok := n.(*ast.IndexExpr); ok && strings.HasPrefix(typeText(i.X), "edge.Decode") {
			all = append(all, typeText(i.Index))
		}
		return true
	})
	return all
}

// seeded reports whether a target adds seeds, or hands f and its seeds on.
func seeded(fn *ast.FuncDecl) bool {
	f := fn.Type.Params.List[0].Names[0].Name
	found := false
	ast.Inspect(fn, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch {
		case typeText(call.Fun) == f+".Add" && len(call.Args) > 0:
			found = true
		case len(call.Args) > 1 && typeText(call.Args[0]) == f: // bodytest.Fuzz and its like count them
			found = true
		}
		return true
	})
	return found
}

// unfuzzed lists what is wrong.
func unfuzzed(all map[string]*folder, through map[string]string) []string {
	var wrong []string
	for _, dir := range slices.Sorted(maps.Keys(all)) {
		f := all[dir]
		for _, target := range slices.Sorted(maps.Keys(f.targets)) {
			if !f.targets[target] {
				wrong = append(wrong, dir+": "+target+" has no seeds")
			}
		}
		if toys.MatchString(dir) {
			continue
		}
		for _, name := range f.parsers {
			if !f.fuzzed[name] && through[dir+"."+name] == "" {
				wrong = append(wrong, dir+": no fuzz target calls "+name)
			}
		}
		for _, body := range f.bodies {
			if !f.fuzzed["["+body+"]"] {
				wrong = append(wrong, dir+": no fuzz target decodes "+body)
			}
		}
	}
	return wrong
}

func TestEveryParserAndEveryBodyHasAFuzzTargetWithSeeds(t *testing.T) {
	t.Parallel()
	all := foldersOf(t, os.DirFS(".."))
	for _, wrong := range unfuzzed(all, through) {
		t.Error(wrong)
	}
	parsers, bodies := map[string]bool{}, 0
	for dir, f := range all {
		bodies += len(f.bodies)
		for _, name := range f.parsers {
			parsers[dir+"."+name] = true
		}
	}
	if len(parsers) < 50 || bodies < 30 {
		t.Errorf("%d parsers and %d bodies were found: this looks in the wrong place", len(parsers), bodies)
	}
	without := unfuzzed(all, nil)
	for name := range through {
		dir, function, _ := strings.Cut(name, ".")
		if !slices.Contains(without, dir+": no fuzz target calls "+function) {
			t.Errorf("%s is no exception any more", name)
		}
	}
}

func TestAParserWithoutATargetIsFound(t *testing.T) {
	t.Parallel()
	all := foldersOf(t, fstest.MapFS{
		"x/x.go": {Data: []byte(`package x
			func ParseOne(s string) {}
			func parseTwo(b []byte) { readThree(nil) }
			func readThree(r io.Reader) {}
			func ReadNothing(n int) {}
			func handle() { edge.Decode[bodyOne](r); edge.DecodeLenient[y.Body](r) }`)},
		"x/x_test.go": {Data: []byte(`package x
			func FuzzOne(f *testing.F) { f.Fuzz(func(t *testing.T, s string) { ParseOne(s) }) }
			func FuzzBody(f *testing.F) { bodytest.Fuzz(f, true, edge.Decode[bodyOne], good) }`)},
		"bench/b.go": {Data: []byte(`package b
			func ParseAny(s string) {}`)},
	})
	want := []string{"x: FuzzOne has no seeds", "x: no fuzz target calls parseTwo", "x: no fuzz target calls readThree", "x: no fuzz target decodes y.Body"}
	if got := unfuzzed(all, nil); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
