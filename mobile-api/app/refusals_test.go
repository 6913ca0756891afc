package app_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	operation = regexp.MustCompile(`(?m)^    (?:get|post|put|delete|patch):$`)
	refused   = regexp.MustCompile(`urn:jawort:problem:([a-z-]+)(?:[\s\']|$)`)
	referred  = regexp.MustCompile(`#/components/responses/(\w+)`)
	section   = regexp.MustCompile(`(?m)^    (\w+):\n((?:      .*\n|\n)+)`)
)

func source(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// refusals are the codes that the calls of a phone may answer with, as the API is documented.
func refusals(t *testing.T) map[string]bool {
	t.Helper()
	paths, components, _ := strings.Cut(source(t, "../../docs/openapi.yaml"), "\ncomponents:\n")
	shared := map[string]string{}
	for _, s := range section.FindAllStringSubmatch(components, -1) {
		shared[s[1]] = s[2]
	}
	codes := map[string]bool{}
	for _, o := range operation.Split(paths, -1) {
		if !strings.Contains(o, "proof: []}") {
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

func TestEveryRefusalIsSaidInASentenceOfTheApp(t *testing.T) {
	t.Parallel()
	codes := refusals(t)
	if len(codes) < 30 {
		t.Fatalf("only %d refusals are documented: %v", len(codes), slices.Sorted(maps.Keys(codes)))
	}
	ends := []string{"already-decided", "expired", "wrong-number"}                                 // of a question: screens/over.js says them
	tests := []string{"no-push-address", "test-push-too-soon"}                                     // of notifications: testpush.js says them
	mistakes := []string{"incomplete-body", "invalid-json", "too-large", "unsupported-media-type"} // of the app itself: no person can do anything about them
	said := source(t, "static/trouble.js")
	for code := range codes {
		if slices.Contains(slices.Concat(ends, tests, mistakes), code) {
			continue
		}
		if !strings.Contains(said, `	"`+code+`": "`) && !strings.Contains(said, `case "`+code+`": return`) {
			t.Errorf("%s has no sentence", code)
		}
	}
}

func TestNothingIsShownInTheServersLanguage(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"api.js", "trouble.js", "answers.js", "testpush.js"} {
		if strings.Contains(source(t, "static/"+name), ".detail;") || strings.Contains(source(t, "static/"+name), "problem.detail") {
			t.Errorf("%s passes on what the server says", name)
		}
	}
}

var named = regexp.MustCompile(`(?m)^\t"([\w.-]+)": "(?:[^"\\]|\\.)+",$`)

func TestEverySentenceOfARefusalIsThereInBothLanguages(t *testing.T) {
	t.Parallel()
	table, _, _ := strings.Cut(source(t, "static/trouble.js"), "\n};")
	for _, language := range []string{"en", "de"} {
		texts := source(t, "static/texts/"+language+".js")
		for _, s := range named.FindAllString(table, -1) {
			key := strings.Split(s, `"`)[3]
			if !strings.Contains(texts, "\n\t\""+key+"\": \"") {
				t.Errorf("%s: no text %s", language, key)
			}
		}
	}
}
