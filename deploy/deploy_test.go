// Package deploy_test checks the files by which others run and watch Jawort: by their own tools, and against the program.
package deploy_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func run(t *testing.T, dir, name string, args ...string) (output string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if _, found := exec.LookPath(name); found != nil {
		t.Fatalf("%v; script/need installs it", found)
	}
	return string(out), err
}

func TestTheAlertsAreRulesOfPrometheusAndFireWhenTheyShould(t *testing.T) {
	t.Parallel()
	if out, err := run(t, "prometheus", "promtool", "check", "rules", "jawort.rules.yml"); err != nil {
		t.Error(out)
	}
	if out, err := run(t, "prometheus", "promtool", "test", "rules", "jawort.rules.test.yml"); err != nil {
		t.Error(out)
	}
}

func TestEveryAlertIsTestedAndSaysWhatToDo(t *testing.T) {
	t.Parallel()
	tests := read(t, "prometheus/jawort.rules.test.yml")
	for _, r := range rules(t) {
		if !regexp.MustCompile(`alertname: ` + r.Alert + `\n\s+exp_alerts:\n\s+- exp_labels`).MatchString(tests) {
			t.Errorf("no test has %s fire", r.Alert)
		}
		if r.Annotations["summary"] == "" || r.Annotations["action"] == "" || r.Labels["severity"] == "" {
			t.Errorf("%s lacks a severity, a summary or what to do", r.Alert)
		}
	}
}

type rule struct {
	Alert, Expr         string
	Labels, Annotations map[string]string
}

func rules(t *testing.T) (all []rule) {
	t.Helper()
	var file struct{ Groups []struct{ Rules []rule } }
	if err := yaml.Unmarshal([]byte(read(t, "prometheus/jawort.rules.yml")), &file); err != nil {
		t.Fatal(err)
	}
	for _, g := range file.Groups {
		all = append(all, g.Rules...)
	}
	if len(all) < 10 {
		t.Fatalf("only %d rules were found", len(all))
	}
	return all
}

// queries are all that the dashboard and the rules ask Prometheus, by where they stand.
func queries(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, r := range rules(t) {
		all[r.Alert] = r.Expr
	}
	var dashboard struct {
		Panels []struct {
			ID      int
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(read(t, "grafana/jawort.json")), &dashboard); err != nil {
		t.Fatal(err)
	}
	for _, p := range dashboard.Panels {
		for n, target := range p.Targets {
			all[p.Title+" "+strconv.Itoa(n)] = target.Expr
		}
	}
	return all
}

var metric = regexp.MustCompile(`\bjawort_[a-z_]+`)

// metricsIn are the metrics that a query names, without what a histogram's parts are called.
func metricsIn(query string, histograms map[string]bool) (all []string) {
	for _, name := range metric.FindAllString(query, -1) {
		for _, part := range []string{"_bucket", "_sum", "_count"} {
			if whole, is := strings.CutSuffix(name, part); is && histograms[whole] {
				name = whole
			}
		}
		all = append(all, name)
	}
	return all
}

func TestEveryMetricThatIsAskedForIsRegisteredByTheProgram(t *testing.T) {
	t.Parallel()
	registered, histograms := registered(t)
	asked := map[string]bool{}
	for place, query := range queries(t) {
		for _, name := range metricsIn(query, histograms) {
			if asked[name] = true; !registered[name] {
				t.Errorf("%s asks for %s, which nothing registers", place, name)
			}
		}
	}
	watched := read(t, "../docs/operations.md")
	for _, name := range slices.Sorted(maps.Keys(registered)) {
		if strings.Contains(watched, "`"+name) && !asked[name] {
			t.Errorf("operations.md says to look at %s, and neither dashboard nor alerts do", name)
		}
	}
}

// registered are the metrics that the code makes: the names in the options of package prometheus.
func registered(t *testing.T) (all, histograms map[string]bool) {
	t.Helper()
	all, histograms = map[string]bool{}, map[string]bool{}
	err := fs.WalkDir(os.DirFS(".."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", path), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if options, ok := n.(*ast.CompositeLit); ok {
				if kind, name := named(options); name != "" {
					all[name], histograms[name] = true, kind == "HistogramOpts"
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 15 {
		t.Fatalf("only %d metrics were found", len(all))
	}
	return all, histograms
}

// named reads prometheus.GaugeOpts{Name: "…"} and its like.
func named(options *ast.CompositeLit) (kind, name string) {
	of, ok := options.Type.(*ast.SelectorExpr)
	if !ok || !strings.HasSuffix(of.Sel.Name, "Opts") {
		return "", ""
	}
	for _, e := range options.Elts {
		pair, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		key, _ := pair.Key.(*ast.Ident)
		value, _ := pair.Value.(*ast.BasicLit)
		if key != nil && key.Name == "Name" && value != nil {
			name, _ = strconv.Unquote(value.Value)
		}
	}
	return of.Sel.Name, name
}
