package managers

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/server/pages"
)

func TestEveryTextIsThereInBothLanguagesAndSaysPhoneAsPeopleDo(t *testing.T) {
	t.Parallel()
	all := pages.ReadTexts(own)
	keys := slices.Sorted(maps.Keys(all["en"]))
	if german := slices.Sorted(maps.Keys(all["de"])); !slices.Equal(german, keys) || len(keys) < 100 {
		t.Errorf("the languages do not have the same texts: %d and %d", len(german), len(keys))
	}
	for key, text := range all["de"] {
		if strings.Contains(strings.ToLower(text), "handy") || regexp.MustCompile(`(?i)\b(du|dein\w*)\b`).MatchString(text) {
			t.Errorf("%s: %s", key, text)
		}
		if strings.Count(text, "%") != strings.Count(all["en"][key], "%") {
			t.Errorf("%s is filled differently in the two languages", key)
		}
	}
	portals := map[string]string{}
	text, err := os.ReadFile("../portal/texts/en.json")
	if err != nil || json.Unmarshal(text, &portals) != nil {
		t.Fatalf("the portal's texts: %v", err)
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
		for _, m := range regexp.MustCompile(`\.T "([\w.-]+)"`).FindAllStringSubmatch(string(text), -1) {
			if all["en"][m[1]] == "" && portals[m[1]] == "" {
				t.Errorf("%s uses %q, which no language has", name, m[1])
			}
		}
	}
}

func TestNoTextOrTemplateTakesThePlaceOfOneOfThePortal(t *testing.T) {
	t.Parallel()
	mine := map[string]string{}
	text, err := fs.ReadFile(own, "texts/en.json")
	if err != nil || json.Unmarshal(text, &mine) != nil {
		t.Fatalf("texts: %v", err)
	}
	portals := map[string]string{}
	text, err = os.ReadFile("../portal/texts/en.json")
	if err != nil || json.Unmarshal(text, &portals) != nil {
		t.Fatalf("the portal's texts: %v", err)
	}
	for key := range mine {
		if _, taken := portals[key]; taken {
			t.Errorf("%s is the portal's", key)
		}
	}
	names, err := fs.Glob(own, "templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if _, err := os.Stat("../portal/" + name); err == nil {
			t.Errorf("%s is the portal's", name)
		}
	}
}
