package auditing

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/store/audit"
)

// detail is a member of what is recorded of an event.
type detail struct {
	Name   string
	Value  string
	Erased bool // it was personal, and is there no more
	Wire   bool // of the entry itself, in the words of the wire
}

// details are first what is personal, and lies beside the entry, then what the entry itself says.
func details(v *console.Visit, r audit.Record) (all []detail) {
	for _, name := range slices.Sorted(maps.Keys(r.Personal)) {
		all = append(all, detail{Name: called(v, name), Value: masked(r.Entry.Kind, name, r.Personal[name].Value)})
	}
	erased := r.Personal.Erased(r.Entry)
	slices.Sort(erased)
	for _, name := range erased {
		all = append(all, detail{Name: called(v, name), Erased: true})
	}
	var data map[string]json.RawMessage
	if err := json.Unmarshal(r.Entry.Data, &data); err != nil {
		return append(all, detail{Name: v.Text("audit.more"), Value: string(r.Entry.Data), Wire: true})
	}
	for _, name := range slices.Sorted(maps.Keys(data)) {
		all = append(all, detail{Name: called(v, name), Value: plain(data[name]), Wire: true})
	}
	return all
}

// called is the word for a member, where it has one; phone.old is that of phone, as it was.
func called(v *console.Visit, name string) string {
	of, turn, turned := strings.Cut(name, ".")
	word, ok := v.Word("audit.name." + of)
	switch {
	case ok && !turned:
		return word
	case ok && (turn == "old" || turn == "new"):
		return v.Text("audit.name-"+turn, word)
	}
	return name
}

// plain is a value without what JSON puts around it, as far as nothing is lost.
func plain(value json.RawMessage) string {
	var text *string // nil: null, which is no text
	if json.Unmarshal(value, &text) == nil && text != nil {
		return *text
	}
	var list []*string
	if json.Unmarshal(value, &list) == nil && len(list) > 0 && !slices.ContainsFunc(list, ambiguous) {
		words := make([]string, len(list))
		for i, word := range list {
			words[i] = *word
		}
		return strings.Join(words, ", ")
	}
	var compact bytes.Buffer
	if json.Compact(&compact, value) != nil {
		return string(value)
	}
	return compact.String()
}

// ambiguous reports whether a word among others could be taken for several, or for none.
func ambiguous(word *string) bool { return word == nil || *word == "" || strings.Contains(*word, ",") }

// kind is one that can be looked for.
type kind struct {
	Name, Called string
	Here         bool
}

// kinds are those that have words, by these, and the one that is looked for.
func kinds(v *console.Visit, wanted string) (all []kind) {
	words := v.Events()
	if wanted != "" && words[wanted] == "" {
		words[wanted] = wanted
	}
	for name, word := range words {
		all = append(all, kind{name, word, name == wanted})
	}
	slices.SortFunc(all, func(a, b kind) int {
		return cmp.Or(strings.Compare(a.Called, b.Called), strings.Compare(a.Name, b.Name))
	})
	return all
}
