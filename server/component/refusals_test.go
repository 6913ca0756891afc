package component_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/server/component"
)

var (
	operation = regexp.MustCompile(`(?m)^    (?:get|post|put|delete|patch):$`)
	refused   = regexp.MustCompile(`urn:jawort:problem:([a-z-]+)`)
	referred  = regexp.MustCompile(`#/components/responses/(\w+)`)
	section   = regexp.MustCompile(`(?m)^    (\w+):\n((?:      .*\n|\n)+)`)
)

// refusals are the codes that the calls of a page may answer with, as the API is documented.
func refusals(t *testing.T) map[string]bool {
	t.Helper()
	api, err := os.ReadFile("../../docs/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	paths, components, _ := strings.Cut(string(api), "\ncomponents:\n")
	shared := map[string]string{}
	for _, s := range section.FindAllStringSubmatch(components, -1) {
		shared[s[1]] = s[2]
	}
	codes := map[string]bool{}
	for _, o := range operation.Split(paths, -1) {
		if !strings.Contains(o, "{ticket: []}") {
			continue
		}
		for _, r := range referred.FindAllStringSubmatch(o, -1) {
			o += shared[r[1]]
		}
		for _, c := range refused.FindAllStringSubmatch(o, -1) {
			codes[c[1]] = true
		}
	}
	return codes
}

func TestEveryRefusalIsSaidInASentenceOfThePage(t *testing.T) {
	t.Parallel()
	codes := refusals(t)
	if len(codes) < 40 {
		t.Fatalf("only %d refusals are documented: %v", len(codes), slices.Sorted(maps.Keys(codes)))
	}
	ends := []string{"not-pending", "expired", "bad-ticket", "unknown-approval"}
	byField := "invalid-request"
	mistakes := []string{ // of who embeds the page, or of the page itself: no person can do anything about them
		"origin-not-allowed", "scope-missing", "unauthorized", "incomplete-body", "invalid-json", "too-large", "unsupported-media-type", "unknown-method",
	}
	for code := range codes {
		if code == byField || slices.Contains(ends, code) || slices.Contains(mistakes, code) {
			continue
		}
		named := regexp.MustCompile(`(?m)^(?:\S+ )*` + code + `(?: \S+)*\n  \S.+\n  \S.+$`)
		if !named.Match(component.Source) {
			t.Errorf("%s has no sentence in English and German", code)
		}
	}
}

func TestTheCatalogueHasEveryTextInBothLanguagesOnce(t *testing.T) {
	t.Parallel()
	_, rest, _ := strings.Cut(string(component.Source), "const texts = `\n")
	texts, _, found := strings.Cut(rest, "\n`")
	lines := strings.Split(texts, "\n")
	if !found || len(lines) < 300 || len(lines)%3 != 0 {
		t.Fatalf("%d lines", len(lines))
	}
	seen := map[string]bool{}
	for i := 0; i < len(lines); i += 3 {
		for name := range strings.FieldsSeq(lines[i]) {
			if seen[name] || strings.HasPrefix(lines[i], " ") {
				t.Errorf("line %d: %q", i, lines[i])
			}
			seen[name] = true
		}
		for _, words := range lines[i+1 : i+3] {
			if !strings.HasPrefix(words, "  ") || strings.HasPrefix(words, "   ") {
				t.Errorf("%s: %q", lines[i], words)
			}
		}
		if marks := regexp.MustCompile(`\{\w+\}`); marks.FindString(lines[i+1]) != marks.FindString(lines[i+2]) {
			t.Errorf("%s: one language has a mark that the other lacks", lines[i])
		}
	}
}
