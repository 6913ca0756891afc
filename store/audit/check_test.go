package audit_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	domain "github.com/jawort/jawort/audit"
)

// logged is a log of four entries with a head, an outcome, one more entry and a head.
func (w *world) logged(tenant string) {
	w.Helper()
	w.appended(tenant, 4)
	w.signHead(tenant)
	w.outcome(tenant, "apr_"+tenant, "Erika Mustermann")
	w.appended(tenant, 1)
	w.signHead(tenant)
}

func TestALogThatNobodyTouchedIsVerifiedWhereItLies(t *testing.T) {
	onEach(t, func(w *world) {
		w.logged("ten_a")
		w.appended("ten_b", 6)
		found, err := w.s.Verify(w.Context(), "ten_a", w.published())
		must(w, err)
		if found.Entries != 6 || found.Heads != 2 || found.Unsigned() != 0 || found.Erased != 0 || found.Documents.Intact != 1 || found.Evidence.Intact != 1 {
			w.Errorf("%+v", found)
		}
		found, err = w.s.Verify(w.Context(), "ten_b", w.published())
		must(w, err)
		if found.Entries != 6 || found.Unsigned() != 6 {
			w.Errorf("%+v", found)
		}
	})
}

func TestWhoWritesToTheDatabaseIsFound(t *testing.T) {
	edit := func(set string) string {
		return `UPDATE audit_entries SET ` + set + ` WHERE tenant = 'ten_a' AND sequence = 3`
	}
	cases := map[string]struct {
		statements []string
		kind       domain.FaultKind
		sequence   int64
	}{
		"id":                      {[]string{edit(`id = 'aud_x'`)}, domain.Edited, 3},
		"application":             {[]string{edit(`application = ''`)}, domain.Edited, 3},
		"account":                 {[]string{edit(`account = 'acc_x'`)}, domain.Edited, 3},
		"kind":                    {[]string{edit(`kind = 'x'`)}, domain.Edited, 3},
		"subject":                 {[]string{edit(`subject = 'x'`)}, domain.Edited, 3},
		"actor":                   {[]string{edit(`actor = 'x'`)}, domain.Edited, 3},
		"data":                    {[]string{edit(`data = '{"n":3}'`)}, domain.Edited, 3},
		"time":                    {[]string{edit(`at = at + 1`)}, domain.Edited, 3},
		"commitments":             {[]string{edit(`commitments = '{}'`)}, domain.Edited, 3},
		"hash":                    {[]string{edit(`hash = previous`)}, domain.Edited, 3},
		"previous":                {[]string{edit(`previous = hash`)}, domain.Edited, 3},
		"an entry dropped":        {[]string{`DELETE FROM audit_entries WHERE tenant = 'ten_a' AND sequence = 3`}, domain.Gap, 4},
		"the first entry dropped": {[]string{`DELETE FROM audit_entries WHERE tenant = 'ten_a' AND sequence = 1`}, domain.Front, 2},
		"entries dropped and moved up": {[]string{
			`DELETE FROM audit_entries WHERE tenant = 'ten_a' AND sequence = 3`,
			`UPDATE audit_entries SET sequence = 3 WHERE tenant = 'ten_a' AND sequence = 4`,
		}, domain.Edited, 3},
		"two entries swapped": {[]string{
			`UPDATE audit_entries SET sequence = 99 WHERE tenant = 'ten_a' AND sequence = 2`,
			`UPDATE audit_entries SET sequence = 2 WHERE tenant = 'ten_a' AND sequence = 3`,
			`UPDATE audit_entries SET sequence = 3 WHERE tenant = 'ten_a' AND sequence = 99`,
		}, domain.Edited, 2},
		"another tenant's entry": {[]string{
			`DELETE FROM audit_entries WHERE tenant = 'ten_a' AND sequence = 3`,
			`UPDATE audit_entries SET tenant = 'ten_a' WHERE tenant = 'ten_b' AND sequence = 3`,
		}, domain.Edited, 3},
		"the end cut": {[]string{`DELETE FROM audit_entries WHERE tenant = 'ten_a' AND sequence > 4`}, domain.Cut, 4},
		"the end cut with its head": {[]string{
			`DELETE FROM audit_entries WHERE tenant = 'ten_a' AND sequence > 4`, `DELETE FROM audit_heads WHERE tenant = 'ten_a' AND sequence > 4`,
		}, domain.Cut, 4},
		"all cut":        {[]string{`DELETE FROM audit_entries WHERE tenant = 'ten_a'`, `DELETE FROM audit_heads WHERE tenant = 'ten_a'`}, domain.Cut, 0},
		"a head edited":  {[]string{`UPDATE audit_heads SET jws = 'x' WHERE tenant = 'ten_a' AND sequence = 4`}, domain.HeadFault, 4},
		"a head moved":   {[]string{`UPDATE audit_heads SET sequence = 3 WHERE tenant = 'ten_a' AND sequence = 4`}, domain.Cut, 3},
		"personal value": {[]string{`UPDATE audit_personal SET value = 'Bert' WHERE tenant = 'ten_a' AND sequence = 3`}, domain.Edited, 3},
		"a document":     {[]string{`UPDATE outcomes SET document = signature`, `UPDATE outcomes SET document = public_key || document`}, domain.Edited, 5},
		"a signature":    {[]string{`UPDATE outcomes SET signature = signature || signature`}, domain.Edited, 5},
		"a number":       {[]string{`UPDATE outcomes SET number = '43'`}, domain.Edited, 5},
		"an outcome":     {[]string{`DELETE FROM outcomes`}, domain.Edited, 5},
	}
	onEach(t, func(w *world) {
		for i, name := range slices.Sorted(maps.Keys(cases)) {
			c, victim, other := cases[name], fmt.Sprintf("ten_a%d", i), fmt.Sprintf("ten_b%d", i)
			w.logged(victim)
			w.logged(other)
			for _, statement := range c.statements {
				w.exec(strings.NewReplacer("ten_a", victim, "ten_b", other).Replace(statement))
			}
			_, err := w.s.Verify(w.Context(), victim, w.published())
			w.wantFault(name, err, c.kind, c.sequence)
		}
	})
}

func TestALogThatDoesNotHoldIsExportedWithoutASignature(t *testing.T) {
	onEach(t, func(w *world) {
		w.logged("ten_a")
		w.exec(`UPDATE audit_entries SET actor = 'x' WHERE tenant = 'ten_a' AND sequence = 2`)
		var b bytes.Buffer
		err := w.s.Export(w.Context(), "ten_a", w.published(), w.sign, &b, nil)
		w.wantFault("export", err, domain.Edited, 2)
		if lines := strings.Count(b.String(), "\n"); lines != 8 { // six entries, two heads that were signed before
			w.Errorf("%d lines", lines)
		}
		_, err = domain.Verify(bytes.NewReader(b.Bytes()), w.published())
		w.wantFault("what was exported", err, domain.Edited, 2)
	})
}
