package edge

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/jawort/jawort/refusal"
)

const maxNamed = 64

// checkObject refuses what encoding/json would let pass: something that is no object, the same field twice, and a field whose name
// differs from T's in case only; where strict, any that T does not have, and null. What reads itself is left to that.
func checkObject(raw []byte, t reflect.Type, strict bool) error {
	if raw = bytes.TrimSpace(raw); raw[0] != '{' {
		return errJSON.WithDetail("The body must be a JSON object.")
	}
	return checkValue("", raw, t, strict)
}

func checkValue(name string, raw []byte, t reflect.Type, strict bool) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch kind, first := t.Kind(), bytes.TrimSpace(raw)[0]; {
	case readsItself(t):
		return nil
	case strict && first == 'n':
		return refusal.Field(short(name), "must not be null; leave it out")
	case kind == reflect.Struct && first == '{':
		return checkFields(raw, t, strict)
	case kind == reflect.Map && first == '{':
		return checkEntries(raw, t.Elem(), strict)
	case kind == reflect.Slice && first == '[':
		return checkElements(name, raw, t.Elem(), strict)
	}
	return nil // the decoder says what it should be
}

func readsItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[json.Unmarshaler]()) || p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

func checkFields(raw []byte, t reflect.Type, strict bool) error {
	fields := fieldsOf(t)
	seen := map[string]bool{}
	return eachMember(raw, func(name string, value []byte) error {
		as := folded(name)
		if seen[as] {
			return refusal.Field(short(name), "is given more than once")
		}
		seen[as] = true
		f, known := fields[as]
		switch {
		case known && f.name == name:
			return checkValue(name, value, f.of, strict)
		case known || strict:
			return unknownField(name)
		}
		return nil
	})
}

func checkEntries(raw []byte, of reflect.Type, strict bool) error {
	seen := map[string]bool{}
	return eachMember(raw, func(name string, value []byte) error {
		if seen[name] {
			return refusal.Field(short(name), "is given more than once")
		}
		seen[name] = true
		return checkValue(name, value, of, strict)
	})
}

func checkElements(name string, raw []byte, of reflect.Type, strict bool) error {
	var all []json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		return errJSON
	}
	for _, one := range all {
		if err := checkValue(name, one, of, strict); err != nil {
			return err
		}
	}
	return nil
}

func eachMember(raw []byte, visit func(name string, value []byte) error) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		return errJSON
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return errJSON
		}
		name, _ := key.(string)
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return errJSON
		}
		if err := visit(name, value); err != nil {
			return err
		}
	}
	return nil
}

// folded is a name as encoding/json matches it.
func folded(name string) string { return strings.ToLower(strings.ToUpper(name)) }

type field struct {
	name string
	of   reflect.Type
}

// fieldsOf returns the fields of a struct by their folded names.
func fieldsOf(t reflect.Type) map[string]field {
	known := map[string]field{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = f.Name
		}
		known[folded(name)] = field{name, f.Type}
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
