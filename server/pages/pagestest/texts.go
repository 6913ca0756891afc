// Package pagestest checks what every number of pages has to hold.
package pagestest

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/server/pages"
)

var (
	used     = regexp.MustCompile(`\.T "([\w.-]+)"`)
	familiar = regexp.MustCompile(`(?i)\b(du|dein\w*|handy\w*)\b`)
)

// Texts fails the test unless both languages have the same texts, German speaks as people do, and templates use nothing that is not there: in their own
// texts, or those of more.
func Texts(t *testing.T, own fs.FS, more ...fs.FS) {
	t.Helper()
	t.Parallel()
	all := pages.ReadTexts(append(more, own)...)
	keys := slices.Sorted(maps.Keys(all["en"]))
	if german := slices.Sorted(maps.Keys(all["de"])); !slices.Equal(german, keys) {
		t.Errorf("the languages do not have the same texts: %q", different(german, keys))
	}
	for key, text := range all["de"] {
		if familiar.MatchString(text) {
			t.Errorf("%s: %s", key, text)
		}
		if strings.Count(text, "%") != strings.Count(all["en"][key], "%") {
			t.Errorf("%s is filled differently in the two languages", key)
		}
	}
	names, err := fs.Glob(own, "templates/*.html")
	if err != nil || len(names) == 0 {
		t.Fatalf("no templates: %v", err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(own, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range used.FindAllStringSubmatch(string(text), -1) {
			if all["en"][m[1]] == "" {
				t.Errorf("%s uses %q, which no language has", name, m[1])
			}
		}
	}
}

func different(a, b []string) (only []string) {
	for _, one := range append(slices.Clone(a), b...) {
		if slices.Contains(a, one) != slices.Contains(b, one) {
			only = append(only, one)
		}
	}
	return only
}
