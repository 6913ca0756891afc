package docs_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	picture = regexp.MustCompile(`(?:src="|\]\()([^")]+\.png)`)
	heading = regexp.MustCompile(`(?m)^(#+) (.+)$`)
	anchor  = regexp.MustCompile(`\]\(([^)#]*)#([^)]+)\)`)
	unsaid  = regexp.MustCompile(`[^\pL\pN -]`)
)

func matches(pattern *regexp.Regexp, text string) (found []string) {
	for _, m := range pattern.FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

func TestTheHandbookShowsPicturesOfItsLanguageThatAreThere(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"de", "en"} {
		for _, file := range files(t, "handbook/"+lang+"/*.md") {
			shown := matches(picture, content(t, file))
			if len(shown) < 10 {
				t.Errorf("%s has %d pictures", file, len(shown))
			}
			for _, p := range shown {
				if _, err := os.Stat(filepath.Join(filepath.Dir(file), p)); err != nil || !strings.Contains(p, "-"+lang+"-") {
					t.Errorf("%s: the picture %s is not there, or in another language", file, p)
				}
			}
		}
	}
}

func TestTheHandbookHasTheSameChaptersAndPicturesInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, file := range files(t, "handbook/en/*.md") {
		english, german := content(t, file), content(t, strings.Replace(file, "/en/", "/de/", 1))
		if e, g := matches(heading, english), matches(heading, german); !slices.Equal(e, g) {
			t.Errorf("%s has the headings %q, in German %q", file, e, g)
		}
		translated := strings.ReplaceAll(strings.Join(matches(picture, german), "\n"), "-de-", "-en-")
		if e := strings.Join(matches(picture, english), "\n"); e != translated {
			t.Errorf("%s has the pictures\n%s\nin German\n%s", file, e, translated)
		}
	}
}

func TestTheHandbookLeadsThroughEveryEntryOfTheMenus(t *testing.T) {
	t.Parallel()
	for file, catalogues := range map[string][]string{
		"users.md": {"../server/portal/texts"}, "managers.md": {"../server/managers/texts"}, "operators.md": {"../server/console/texts", "../server/console/*/texts"},
	} {
		for _, lang := range []string{"de", "en"} {
			text, entries := content(t, "handbook/"+lang+"/"+file), 0
			for _, pattern := range catalogues {
				for _, catalogue := range files(t, pattern+"/"+lang+".json") {
					var texts map[string]string
					if err := json.Unmarshal([]byte(content(t, catalogue)), &texts); err != nil {
						t.Fatalf("%s: %v", catalogue, err)
					}
					for key, entry := range texts {
						if !strings.HasPrefix(key, "menu.") {
							continue
						}
						if entries++; !strings.Contains(text, "**"+entry+"**") {
							t.Errorf("handbook/%s/%s says nothing of %q in the menu", lang, file, entry)
						}
					}
				}
			}
			if entries < 3 {
				t.Errorf("%s: the menu has %d entries", file, entries)
			}
		}
	}
}

// slug is how a heading is called in an address.
func slug(heading string) string {
	return strings.ReplaceAll(unsaid.ReplaceAllString(strings.ToLower(heading), ""), " ", "-")
}

func TestLinksWithinTheHandbookLeadToItsHeadings(t *testing.T) {
	t.Parallel()
	for _, file := range append(files(t, "handbook/*/*.md"), "handbook/README.md") {
		for _, m := range anchor.FindAllStringSubmatch(content(t, file), -1) {
			to := file
			if m[1] != "" {
				to = filepath.Join(filepath.Dir(file), m[1])
			}
			there := slices.ContainsFunc(heading.FindAllStringSubmatch(content(t, to), -1), func(h []string) bool { return slug(h[2]) == m[2] })
			if !there {
				t.Errorf("%s: %s has no heading %s", file, to, m[2])
			}
		}
	}
}

func TestEveryPictureOfThePagesIsShownInTheHandbookOrListed(t *testing.T) {
	t.Parallel()
	listed := content(t, "screens/README.md")
	for _, file := range files(t, "handbook/*/*.md") {
		listed += content(t, file)
	}
	for _, part := range []string{"portal", "managers", "console", "support"} {
		for _, file := range files(t, "screens/"+part+"/*.png") {
			if !strings.Contains(listed, part+"/"+filepath.Base(file)+`"`) {
				t.Errorf("%s is shown nowhere", file)
			}
		}
	}
}
