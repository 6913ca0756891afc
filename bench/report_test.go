package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWhereSomethingWasNotKeptTheBenchFailsAndSaysWhat(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		verdict      Verdict
		lost, double int
		fails        bool
	}{
		"nothing": {Verdict{}, 0, 0, false},
		"lost":    {Verdict{Lost: []string{"apr_1: gone", "apr_2: gone"}}, 2, 0, true},
		"double":  {Verdict{Double: []string{"apr_3: told denied"}}, 0, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "report.json")
			var table, progress bytes.Buffer
			var r result
			err := r.finish(c.verdict, map[string]int{"create: unavailable": 3}, file, &table, &progress)
			if errors.Is(err, ErrNotKept) != c.fails {
				t.Errorf("ended with %v", err)
			}
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var written Report
			if err := json.Unmarshal(b, &written); err != nil || written.Lost != c.lost || written.Double != c.double || written.Errors != 3 {
				t.Errorf("%v in %s", err, b)
			}
			if !strings.Contains(table.String(), "3 × create: unavailable") {
				t.Errorf("the table says\n%s", table.String())
			}
			for _, line := range append(c.verdict.Lost, c.verdict.Double...) {
				if !strings.Contains(progress.String(), line) {
					t.Errorf("%q was not said: %s", line, progress.String())
				}
			}
		})
	}
}
