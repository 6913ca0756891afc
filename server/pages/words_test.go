package pages_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/server/pages"
)

// folders are those whose texts are held to what stands here.
var folders = []string{".", "../portal", "../managers", "../console", "../console/auditing", "../console/costs", "../console/live", "../console/receivers", "../console/staff", "../console/support", "../console/tenancy"}

// operators are words that the console alone may say.
var operators = regexp.MustCompile(`(?i)^(zugang|zugäng|portal|intervall?|login|account)$`)

// each calls a test for every folder and language with the texts there.
func each(t *testing.T, check func(t *testing.T, lang string, texts map[string]string)) {
	t.Parallel()
	for _, folder := range folders {
		for _, lang := range pages.Languages {
			data, err := os.ReadFile(filepath.Join(folder, "texts", lang+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var texts map[string]string
			if err := json.Unmarshal(data, &texts); err != nil || len(texts) == 0 {
				t.Fatalf("%s: %v", folder, err)
			}
			t.Run(folder+" "+lang, func(t *testing.T) { check(t, lang, texts) })
		}
	}
}

// glossary reads what the glossary forbids in a language.
func glossary(t *testing.T, lang string) (forbidden []*regexp.Regexp) {
	t.Helper()
	text, err := os.ReadFile("../../docs/glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{"de": 3, "en": 5}[lang]
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) != 7 || strings.HasPrefix(line, "| what |") || strings.HasPrefix(line, "|---") {
			continue
		}
		for word := range strings.SplitSeq(cells[column], ",") {
			forbidden = append(forbidden, regexp.MustCompile(`(?i)\b`+regexp.QuoteMeta(strings.TrimSpace(word))))
		}
	}
	return forbidden
}

func TestOneThingIsCalledByOneWord(t *testing.T) {
	each(t, func(t *testing.T, lang string, texts map[string]string) {
		forbidden := glossary(t, lang)
		if len(forbidden) < 20 {
			t.Fatalf("the glossary forbids %d words", len(forbidden))
		}
		for key, text := range texts {
			for _, word := range forbidden {
				found := word.FindString(text)
				if strings.Contains(t.Name(), "console") && operators.MatchString(found) {
					continue
				}
				if found != "" {
					t.Errorf("%s says %q, which docs/glossary.md calls otherwise: %s", key, found, text)
				}
			}
		}
	})
}

// uncounted are texts that are the same for one and many, or never about one.
var uncounted = []string{"costs.messages", "rollout.invite", "rollout.remind", "costs.fact.rate", "overview.many-accounts", "mistake.too-large"}

// A figure may stand for itself, behind a colon, or as a name, or a share.
var figures = regexp.MustCompile(`: %d\b|\b(?i:line|Zeile|column|Spalte|entry|Eintrag|price|Preis|budget|Angabe) %d|%d %%`)

func TestWhatCountsSomethingHasATextForOneOfIt(t *testing.T) {
	each(t, func(t *testing.T, _ string, texts map[string]string) {
		for key, text := range texts {
			if strings.Count(text, "%d") != 1 || strings.HasSuffix(key, ".one") || slices.Contains(uncounted, key) || figures.MatchString(text) {
				continue
			}
			if one := texts[key+".one"]; one == "" || one == text {
				t.Errorf("%s has no text for one: %q, %q", key, text, one)
			}
		}
	})
}

func TestATextForOneIsTakenWhereOneIsCounted(t *testing.T) {
	t.Parallel()
	texts := pages.Texts{"en": {"keys": "%d keys", "keys.one": "the key", "of": "%s: %d doors", "of.one": "%s: %d door", "share": "%d of %d", "plain": "%d times"}}
	for want, args := range map[string][]any{
		"2 keys": {"keys", 2}, "0 keys": {"keys", 0}, "the key": {"keys", 1}, "the house: 1 door": {"of", "the house", int64(1)}, "1: 3 doors": {"of", "1", 3},
		"1 of 3": {"share", 1, 3}, "1 times": {"plain", 1},
	} {
		if got, ok := texts.In("en", args[0].(string), args[1:]...); got != want || !ok {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
