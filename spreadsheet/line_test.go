package spreadsheet_test

import (
	"testing"

	"github.com/jawort/jawort/spreadsheet"
)

func TestALineIsReadAsTextWhateverSeparatesInASpreadsheet(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"a;=1+1": `"a;=1+1"`, "a\t=1+1": "\"a\t=1+1\"", `"=1+1`: `"""=1+1"`, "＝1": `"'＝1"`, "'@": `"''@"`, "'s": `"'s"`, "": `""`,
	} {
		if got := spreadsheet.Line([]string{cell, "x"}); got != want+",\"x\"\r\n" {
			t.Errorf("%s is written %q", cell, got)
		}
	}
}
