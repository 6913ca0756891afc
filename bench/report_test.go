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
	approved := Login{Kinds: []Kind{ByApproval}, Site: Sight{"approved", "push"}}
	for name, c := range map[string]struct {
		verdict      Verdict
		login        Login
		lost, double int
		fails        error
	}{
		"nothing": {Verdict{}, approved, 0, 0, nil},
		"lost":    {Verdict{Lost: []string{"apr_1: gone", "apr_2: gone"}}, approved, 2, 0, ErrNotKept},
		"double":  {Verdict{Double: []string{"apr_3: told denied"}}, approved, 0, 1, ErrNotKept},
		"ailing":  {Verdict{}, Login{Kinds: []Kind{ByDeny}}, 0, 0, ErrAiling},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "report.json")
			var table, progress bytes.Buffer
			var r result
			l := &Load{journal: &Journal{}}
			for i := range 400 {
				one := c.login
				if i < 3 {
					one.Errors = []string{"create: unavailable"}
				}
				l.journal.add(&one)
			}
			err := r.finish(c.verdict, l, file, &table, &progress)
			if !errors.Is(err, c.fails) {
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
