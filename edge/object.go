package edge

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/jawort/jawort/refusal"
)

const maxNamed = 64

// checkObject refuses what encoding/json would let pass at the top level: something that is no object, the
// same field twice, and, where strict, a field whose name differs from T's in case only.
func checkObject(raw []byte, t reflect.Type, strict bool) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if start, err := dec.Token(); err != nil || start != json.Delim('{') {
		return errJSON.WithDetail("The body must be a JSON object.")
	}
	known := names(t)
	seen := map[string]bool{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return errJSON
		}
		name, _ := key.(string)
		folded := strings.ToLower(strings.ToUpper(name)) // as encoding/json matches
		if seen[folded] {
			return refusal.Field(short(name), "is given more than once")
		}
		seen[folded] = true
		if strict && known != nil && !known[name] {
			return unknownField(name)
		}
		var skipped json.RawMessage
		if err := dec.Decode(&skipped); err != nil {
			return errJSON
		}
	}
	return nil
}

// names returns the JSON names of a struct's fields; nil for other types.
func names(t reflect.Type) map[string]bool {
	if t.Kind() != reflect.Struct {
		return nil
	}
	known := map[string]bool{}
	for _, field := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" {
			name = field.Name
		}
		known[name] = true
	}
	return known
}

func unknownField(name string) error {
	return refusal.Field(short(name), "is not a field of this request")
}

// short keeps a name that a stranger chose from filling the answer.
func short(name string) string {
	if len(name) <= maxNamed {
		return name
	}
	return strings.ToValidUTF8(name[:maxNamed], "") + "…"
}

// loneSurrogate reports whether a \u escape stands for half of a character.
func loneSurrogate(raw []byte) bool {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		i++ // the escaped character; an escaped backslash begins nothing
		first, ok := unit(raw, i)
		if !ok || !utf16.IsSurrogate(first) {
			continue
		}
		second, ok := unit(raw, i+6)
		if !ok || raw[i+5] != '\\' || utf16.DecodeRune(first, second) == '\uFFFD' {
			return true
		}
		i += 10
	}
	return false
}

// unit reads uXXXX at i.
func unit(raw []byte, i int) (rune, bool) {
	if i+5 > len(raw) || raw[i] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(raw[i+1:i+5]), 16, 16)
	return rune(n), err == nil
}
