package console

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/webhook"
)

// kind is how events' kinds are declared.
var kind = regexp.MustCompile(`(?m)^\s*(?:const )?[A-Z]\w+(?: Event)?\s*= "([a-z]+\.[a-z_]+)"`)

func TestEveryKindOfEventHasWordsInBothLanguages(t *testing.T) {
	t.Parallel()
	kinds := map[string]bool{}
	for _, w := range webhook.Types {
		kinds[w.Name] = true
	}
	for _, folder := range []string{"../../store/*/*.go", "../../ledger/*.go"} {
		files, err := filepath.Glob(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			source, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range kind.FindAllSubmatch(source, -1) {
				kinds[string(found[1])] = true
			}
		}
	}
	if len(kinds) < 70 {
		t.Fatalf("only %d kinds were found", len(kinds))
	}
	texts := pages.ReadTexts(own)
	for name := range kinds {
		for _, language := range []string{"de", "en"} {
			if texts[language]["event."+name] == "" {
				t.Errorf("%s has no words in %s", name, language)
			}
		}
	}
}
