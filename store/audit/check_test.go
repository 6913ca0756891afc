package audit_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/store/outbox"
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

func TestHowFarACheckHasComeIsTold(t *testing.T) {
	onEach(t, func(w *world) {
		w.appended("ten_a", 1200)
		var seen []int64
		found, err := w.s.Inspect(w.Context(), "ten_a", w.published(), func(n, all int64) {
			seen = append(seen, n)
			if all != 1200 {
				w.Errorf("%d of %d", n, all)
			}
		})
		must(w, err)
		if found.Entries != 1200 || !slices.Equal(seen, []int64{500, 1000, 1200}) {
			w.Errorf("%d entries, told at %v", found.Entries, seen)
		}
	})
}

func TestWhoWritesToTheDatabaseIsFound(t *testing.T) {
	edit := func(set string) string {
		return `UPDATE audit_entries SET ` + set + ` WHERE tenant = 'ten_a' AND sequence = 3`
	}
	outcome := func(set string) string { return `UPDATE outcomes SET ` + set + ` WHERE tenant = 'ten_a'` }
	said := func(kind, account, data string) string {
		return `INSERT INTO outbox (kind, tenant, application, account, subject, installation, actor_kind, actor, data, personal, created_at)
			VALUES ('` + kind + `', 'ten_a', '', '` + account + `', '', '', 'system', '', '` + data + `', '', jawort_now())`
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
		"a document":     {[]string{outcome(`document = public_key || document`)}, domain.Edited, 5},
		"a signature":    {[]string{outcome(`signature = signature || signature`)}, domain.Edited, 5},
		"a number":       {[]string{outcome(`number = '43'`)}, domain.Edited, 5},
		"an outcome":     {[]string{`DELETE FROM outcomes WHERE tenant = 'ten_a'`}, domain.Edited, 5},

		"an outcome's status":      {[]string{outcome(`status = 'denied'`)}, domain.Edited, 5},
		"an outcome's method":      {[]string{outcome(`method = 'sms'`)}, domain.Edited, 5},
		"an outcome's decision":    {[]string{outcome(`decision = 'deny'`)}, domain.Edited, 5},
		"an outcome's kind":        {[]string{outcome(`kind = 'transaction'`)}, domain.Edited, 5},
		"an outcome's account":     {[]string{outcome(`account = 'acc_x'`)}, domain.Edited, 5},
		"an outcome's application": {[]string{outcome(`application = 'app_x'`)}, domain.Edited, 5},
		"an outcome's device":      {[]string{outcome(`device = 'dev_x'`)}, domain.Edited, 5},
		"an outcome's holder":      {[]string{outcome(`holder = 'Mallory'`)}, domain.Edited, 5},
		"a holder taken away":      {[]string{outcome(`holder = ''`)}, domain.Edited, 5},
		"an outcome's label":       {[]string{outcome(`label = 'Mallorys Telefon'`)}, domain.Edited, 5},
		"an outcome's time":        {[]string{outcome(`decided_at = decided_at - 1`)}, domain.Edited, 5},

		// Whoever removes something cannot make it look erased.
		"a document removed":         {[]string{outcome(`document = NULL`)}, domain.Edited, 5},
		"a document's hash in place": {[]string{outcome(`document = NULL, document_hash = public_key`)}, domain.Edited, 5},
		"a signature removed":        {[]string{outcome(`signature = NULL`)}, domain.Edited, 5},
		"personal data removed":      {[]string{`DELETE FROM audit_personal WHERE tenant = 'ten_a' AND sequence = 3`}, domain.Edited, 3},
		"another account's erasure":  {[]string{`DELETE FROM audit_personal WHERE tenant = 'ten_a' AND sequence = 3`, said("account.erased", "acc_other", "")}, domain.Edited, 3},
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

func TestAnOutcomeIsErasedOnlyWhereTheLogSaysSo(t *testing.T) {
	older, newer := domain.Before{Before: time.Unix(1, 0)}, domain.Before{Before: time.Now().Add(time.Hour)}
	cases := map[string]struct {
		said outbox.Event
		held bool
	}{
		"nobody says so":       {outbox.Event{Kind: "x"}, false},
		"another account":      {outbox.Event{Kind: domain.AccountErased, Account: "acc_2"}, false},
		"the account":          {outbox.Event{Kind: domain.AccountErased, Account: "acc_1"}, true},
		"older outcomes":       {outbox.Event{Kind: domain.OutcomesErased, Data: older}, false},
		"outcomes up to then":  {outbox.Event{Kind: domain.OutcomesErased, Data: newer}, true},
		"not outcomes at all":  {outbox.Event{Kind: domain.PersonalErased, Data: newer}, false},
		"another tenant's log": {outbox.Event{Kind: domain.AccountErased, Account: "acc_1", Tenant: "ten_b"}, false},
	}
	onEach(t, func(w *world) {
		for name, c := range cases {
			for _, sequenced := range []bool{false, true} {
				tenant := fmt.Sprintf("ten_%x%t", name, sequenced)
				w.outcome(tenant, "apr_"+tenant, "Erika Mustermann")
				w.appended(tenant, 1)
				w.eraseOutcomes(tenant)
				if c.said.Tenant == "" {
					c.said.Tenant = tenant
				}
				w.put(c.said)
				if sequenced {
					w.appended(tenant, 1)
				}
				_, err := w.s.Verify(w.Context(), tenant, w.published())
				if c.held {
					must(w, err)
				} else {
					w.wantFault(name, err, domain.Edited, 1)
				}
				c.said.Tenant = strings.TrimPrefix(c.said.Tenant, tenant)
			}
		}
	})
}

func TestTheHashThatIsLeftOfAnErasedDocumentIsTheOneInTheLog(t *testing.T) {
	onEach(t, func(w *world) {
		w.outcome("ten_a", "apr_1", "Erika Mustermann")
		w.appended("ten_a", 1)
		w.eraseOutcomes("ten_a")
		w.put(outbox.Event{Kind: domain.AccountErased, Account: "acc_1", Tenant: "ten_a"})
		other := domain.DocumentHash([]byte("another"))
		w.exec(`UPDATE outcomes SET document_hash = $1`, other[:])
		_, err := w.s.Verify(w.Context(), "ten_a", w.published())
		w.wantFault("another document", err, domain.Edited, 1)
	})
}

func TestAnExportOfWhichPersonalDataWasRemovedIsNotSigned(t *testing.T) {
	onEach(t, func(w *world) {
		w.logged("ten_a")
		w.exec(`DELETE FROM audit_personal WHERE tenant = 'ten_a' AND sequence = 3`)
		var b bytes.Buffer
		err := w.s.Export(w.Context(), w.taken("ten_a"), &b)
		w.wantFault("export", err, domain.Edited, 3)
	})
}

func TestALogThatDoesNotHoldIsExportedWithoutASignature(t *testing.T) {
	onEach(t, func(w *world) {
		w.logged("ten_a")
		w.exec(`UPDATE audit_entries SET actor = 'x' WHERE tenant = 'ten_a' AND sequence = 2`)
		var b bytes.Buffer
		err := w.s.Export(w.Context(), w.taken("ten_a"), &b)
		w.wantFault("export", err, domain.Edited, 2)
		if lines := strings.Count(b.String(), "\n"); lines != 8 { // six entries, two heads that were signed before
			w.Errorf("%d lines", lines)
		}
		_, err = domain.Verify(bytes.NewReader(b.Bytes()), w.published())
		w.wantFault("what was exported", err, domain.Edited, 2)
	})
}
