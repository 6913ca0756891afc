package tenancy

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/pages/pagestest"
)

func TestEveryTextIsThereInBothLanguages(t *testing.T) { pagestest.Texts(t, own, console.Texts) }

func TestEveryMistakeOfAListHasItsText(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../organisation/*.go")
	if err != nil {
		t.Fatal(err)
	}
	texts, err := os.ReadFile("texts/de.json")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range regexp.MustCompile(`\bwhy\("([a-z0-9-]+)"`).FindAllStringSubmatch(string(source), -1) {
			found++
			if !strings.Contains(string(texts), `"mistake.`+code[1]+`"`) {
				t.Errorf("%s: %s has no text", file, code[1])
			}
		}
	}
	for _, column := range organisation.TableColumns() {
		if column != "group" && column != "manager" && !strings.Contains(string(texts), `"mistake.cell.`+column+`"`) { // of those two the plan tells
			t.Errorf("the column %s has no text", column)
		}
	}
	if found < 20 {
		t.Errorf("only %d mistakes are found", found)
	}
}
