package audit_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/audit"
)

func TestAWholeExportIsVerified(t *testing.T) {
	t.Parallel()
	w := export(t, tenant, newKey(t, "k"))
	r, err := w.verify()
	must(t, err)
	if r.Tenant != tenant || r.Entries != 6 || r.Erased != 0 || r.Heads != 2 || r.Head.Sequence != 6 || r.Unsigned() != 0 ||
		!r.From.Equal(began) || !r.To.Equal(began.Add(5*time.Minute)) {
		t.Errorf("report is %+v", r)
	}
}

func TestALogWithoutEntriesIsVerified(t *testing.T) {
	t.Parallel()
	w := &written{t: t, key: newKey(t, "k"), chain: audit.NewChain(tenant)}
	w.head()
	r, err := w.verify()
	must(t, err)
	if r.Tenant != tenant || r.Entries != 0 || r.Heads != 1 {
		t.Errorf("report is %+v", r)
	}
}

func TestALogThatWasCutOrMixedIsFound(t *testing.T) {
	t.Parallel()
	key := newKey(t, "k")
	w := export(t, tenant, key) // lines: 1 2 3 head 5 6 7 head
	other, twin := export(t, "ten_b", key), export(t, tenant, key)
	l := w.lines
	for name, c := range map[string]struct {
		lines []string
		kind  audit.FaultKind
		line  int
	}{
		"nothing":                         {nil, audit.Cut, 0},
		"the first entry dropped":         {l[1:], audit.Front, 1},
		"the front cut behind a head":     {l[3:], audit.Cut, 1},
		"an entry dropped":                {slices.Delete(slices.Clone(l), 4, 5), audit.Gap, 5},
		"an entry dropped at a head":      {slices.Delete(slices.Clone(l), 2, 3), audit.Cut, 3},
		"two entries swapped":             {swapped(l, 5, 6), audit.Gap, 5},
		"an entry twice":                  {slices.Insert(slices.Clone(l), 1, l[0]), audit.Order, 2},
		"a head too early":                {swapped(l, 3, 4), audit.Cut, 3},
		"a head too late":                 {swapped(l, 4, 5), audit.Order, 5},
		"a head dropped at the end":       {l[:7], audit.Cut, 7},
		"the end cut":                     {l[:6], audit.Cut, 6},
		"the end cut under its head":      {slices.Delete(slices.Clone(l), 6, 7), audit.Cut, 7},
		"the last line half":              {edited(l, 8, func(s string) string { return s[:len(s)/2] }), audit.Unreadable, 8},
		"the last line feed gone":         {edited(l, 8, strings.TrimSpace), audit.Unreadable, 8},
		"another tenant's entry":          {edited(l, 5, func(string) string { return other.lines[4] }), audit.Foreign, 5},
		"another tenant's head":           {edited(l, 8, func(string) string { return other.lines[7] }), audit.Foreign, 8},
		"an entry of another history":     {edited(l, 5, func(string) string { return twin.lines[4] }), audit.Broken, 5},
		"another tenant's end":            {slices.Concat(l[:4], other.lines[4:]), audit.Foreign, 5},
		"an empty line":                   {edited(l, 2, func(s string) string { return "\n" + s }), audit.Unreadable, 2},
		"another line end":                {edited(l, 2, func(s string) string { return strings.Replace(s, "\n", "\r\n", 1) }), audit.Unreadable, 2},
		"a space":                         {edited(l, 2, func(s string) string { return strings.Replace(s, ",", ", ", 1) }), audit.Unreadable, 2},
		"a member that nobody reads":      {edited(l, 2, func(s string) string { return strings.Replace(s, "{", `{"x":1,`, 1) }), audit.Unreadable, 2},
		"a member twice":                  {edited(l, 2, func(s string) string { return strings.Replace(s, `"kind"`, `"kind":"x","kind"`, 1) }), audit.Unreadable, 2},
		"a name in other letters":         {edited(l, 2, func(s string) string { return strings.Replace(s, `"kind"`, `"Kind"`, 1) }), audit.Unreadable, 2},
		"what is no line of an export":    {edited(l, 2, func(string) string { return "{}\n" }), audit.Unreadable, 2},
		"entry and head in one line":      {edited(l, 3, func(s string) string { return strings.TrimSpace(s[:len(s)-2]) + "," + l[3][1:] }), audit.Unreadable, 3},
		"a line that is much too long":    {edited(l, 2, func(string) string { return strings.Repeat("x", 2<<20) + "\n" }), audit.Unreadable, 2},
		"a version that is not known":     {edited(l, 2, func(s string) string { return strings.Replace(s, `"v":1`, `"v":2`, 1) }), audit.Unreadable, 2},
		"the head of a forger":            {edited(l, 8, func(string) string { return export(t, tenant, newKey(t, "other")).lines[7] }), audit.HeadFault, 8},
		"the head of a forger, disguised": {edited(l, 8, func(string) string { return export(t, tenant, newKey(t, "k")).lines[7] }), audit.HeadFault, 8},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := verify(c.lines, published(key))
			wantFault(t, err, c.kind, c.line)
		})
	}
}

func swapped(lines []string, a, b int) []string {
	lines = slices.Clone(lines)
	lines[a-1], lines[b-1] = lines[b-1], lines[a-1]
	return lines
}

// Each member of each entry, in the file and as the entry itself with everything else as it was.
func TestAnEditOfAnyFieldOfAnyEntryIsFound(t *testing.T) {
	t.Parallel()
	edits := map[string]func(e *audit.Entry){
		"id":          func(e *audit.Entry) { e.ID = "evt_x" },
		"application": func(e *audit.Entry) { e.Application = "" },
		"account":     func(e *audit.Entry) { e.Account = "acc_2" },
		"kind":        func(e *audit.Entry) { e.Kind = "approval.denied" },
		"subject":     func(e *audit.Entry) { e.Subject = "apr_x" },
		"actor":       func(e *audit.Entry) { e.Actor = "dev_2" },
		"moved bytes": func(e *audit.Entry) { e.Subject, e.Actor = e.Subject+e.Actor[:1], e.Actor[1:] },
		"data":        func(e *audit.Entry) { e.Data = json.RawMessage(`{"method":"sms"}`) },
		"time":        func(e *audit.Entry) { e.Time = e.Time.Add(time.Microsecond) },
		"commitment": func(e *audit.Entry) {
			e.Commitments = map[string]audit.Hash{"holder": {1}, "label": e.Commitments["label"]}
		},
		"commitment dropped": func(e *audit.Entry) {
			e.Commitments = map[string]audit.Hash{"label": e.Commitments["label"]}
		},
		"previous": func(e *audit.Entry) { e.Previous[0]++ },
		"hash":     func(e *audit.Entry) { e.Hash[31]++ },
	}
	w := export(t, tenant, newKey(t, "k"))
	for i, at := range []int{1, 2, 3, 5, 6, 7} {
		for name, edit := range edits {
			e := w.entries[i]
			edit(&e)
			_, err := verify(edited(w.lines, at, func(string) string { return entryLine(t, e, w.beside[i]) }), published(w.key))
			if err == nil {
				t.Fatalf("an edit of %s of entry %d is not found", name, i+1)
			}
			wantFault(t, err, audit.Edited, at)
		}
	}
}

func TestAnEditOfPersonalDataIsFound(t *testing.T) {
	t.Parallel()
	w := export(t, tenant, newKey(t, "k"))
	holder := w.beside[1]["holder"]
	for name, beside := range map[string]audit.Personal{
		"another value": {"holder": {Value: "Bert", Key: holder.Key}},
		"another key":   {"holder": {Value: holder.Value}},
		"another field": {"label": holder},
		"another entry": {"holder": w.beside[2]["holder"]},
		"a new field":   {"phone": holder},
	} {
		_, err := verify(edited(w.lines, 2, func(string) string { return entryLine(t, w.entries[1], beside) }), published(w.key))
		if err == nil {
			t.Fatal(name)
		}
		wantFault(t, err, audit.Edited, 2)
	}
}

func TestWhatWasErasedIsToldAsErased(t *testing.T) {
	t.Parallel()
	w := export(t, tenant, newKey(t, "k"))
	delete(w.beside[4], "label")
	lines := edited(w.lines, 2, func(string) string { return entryLine(t, w.entries[1], nil) })
	lines = edited(lines, 6, func(string) string { return entryLine(t, w.entries[4], w.beside[4]) })
	r, err := verify(lines, published(w.key))
	must(t, err)
	if r.Erased != 3 {
		t.Errorf("%d pieces were erased, want 3", r.Erased)
	}
}

// Somebody who may write everything but has no receipt key makes the chain anew around an edit.
func TestAChainMadeAnewWithoutTheReceiptKeyIsFoundByItsHeads(t *testing.T) {
	t.Parallel()
	key := newKey(t, "k")
	honest := export(t, tenant, key)
	forged := &written{t: t, key: key, chain: audit.NewChain(tenant)}
	for i := range 6 {
		f := fact(i)
		if i == 1 {
			f.Actor = "dev_stranger"
		}
		forged.append(f)
	}
	lines := slices.Insert(slices.Clone(forged.lines), 3, honest.lines[3])
	_, err := verify(append(lines, honest.lines[7]), published(key))
	wantFault(t, err, audit.HeadFault, 4)
	_, err = verify(append(slices.Clone(forged.lines), honest.lines[7]), published(key))
	wantFault(t, err, audit.HeadFault, 7)
}

// The last state that was signed is a whole log in itself. Who kept a later head sees that it is not all.
func TestALogThatWasRolledBackIsFoundByAHeadThatWasKept(t *testing.T) {
	t.Parallel()
	key := newKey(t, "k")
	w := export(t, tenant, key)
	kept := w.head()
	_, err := verify(w.lines[:4], published(key))
	must(t, err)
	_, err = verify(w.lines[:4], published(key), kept)
	wantFault(t, err, audit.Cut, 4)

	other := export(t, tenant, key) // has other commitments
	_, err = other.verify(kept)
	wantFault(t, err, audit.HeadFault, 7)
	_, err = export(t, "ten_b", key).verify(kept)
	wantFault(t, err, audit.Foreign, 1)

	w.append(fact(6))
	w.head()
	_, err = w.verify(kept)
	must(t, err)
}

func TestAReceiptIsNoHead(t *testing.T) {
	t.Parallel()
	key := newKey(t, "k")
	w := export(t, tenant, key)
	signed := w.chain.Head(began)
	jws, err := signed.Sign(key)
	must(t, err)
	if _, err := audit.OpenHead(jws, published(newKey(t, "another"))); err == nil {
		t.Error("a key that is not published signed it")
	}
	if _, err := audit.OpenHead(receiptOf(t, key), published(key)); err == nil {
		t.Error("a receipt passed as a head")
	}
}
