package organisation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Field is a member that differs. What is personal is masked. Empty: there is none.
type Field struct {
	Name   string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// facts are the members of something as texts, by their paths.
type facts map[string]string

// factsOf takes a policy apart as it is written in JSON, so that a member that is added to one is compared too. A policy
// that cannot be written has been refused, and nobody sees in what it differs.
func factsOf(policy any) facts {
	f := facts{}
	text, err := json.Marshal(policy)
	if err != nil {
		return f
	}
	var tree any
	numbers := json.NewDecoder(bytes.NewReader(text))
	numbers.UseNumber()
	if numbers.Decode(&tree) == nil {
		f.walk("", tree)
	}
	return f
}

func (f facts) walk(path string, tree any) {
	switch v := tree.(type) {
	case map[string]any:
		for name, inner := range v {
			f.walk(join(path, name), inner)
		}
	case []any:
		f.list(path, v)
	case nil:
	default:
		f[path] = fmt.Sprint(v)
	}
}

// list writes a list of words into one line, and a list of anything else member by member.
func (f facts) list(path string, items []any) {
	words := make([]string, 0, len(items))
	for i, item := range items {
		if word, ok := item.(string); ok {
			words = append(words, word)
			continue
		}
		f.walk(at(path, i), item)
	}
	if len(words) > 0 {
		f[path] = list(words)
	}
}

func list(words []string) string { return strings.Join(words, ", ") }

func (f facts) with(name, value string) facts {
	f[name] = value
	return f
}

// differences compares two states of something; a new one is compared with one of which nothing was said.
func differences[T any](describe func(T) facts, before *T, after T) []Field {
	var none T
	old := describe(none)
	if before != nil {
		old = describe(*before)
	}
	fields := diff(old, describe(after))
	if before == nil {
		fields = slices.DeleteFunc(fields, func(f Field) bool { return f.Name == "name" })
	}
	return fields
}

func diff(before, after facts) []Field {
	var fields []Field
	all := maps.Clone(before)
	maps.Copy(all, after)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if before[name] != after[name] {
			fields = append(fields, Field{name, before[name], after[name]})
		}
	}
	return fields
}
