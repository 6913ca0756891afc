package organisation

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// decoder reads nodes into values and goes on after a mistake, so that all are told at once. Package yaml would stop at the
// first, would not say where in the file it is, and would let a key that stands twice pass.
type decoder struct {
	lines    map[string]int // of everything that was given, by its path
	mistakes Mistakes
}

// read puts a node into a value; what is null is left as it is.
func (d *decoder) read(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Tag == "!!null" && n.Kind == yaml.ScalarNode {
		return
	}
	if text, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		d.text(n, text, path)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.read(n, v.Elem(), path)
	case reflect.Struct:
		d.members(n, v, path)
	case reflect.Map:
		d.entries(n, v, path)
	case reflect.Slice:
		d.list(n, v, path)
	default:
		d.scalar(n, v, path)
	}
}

func (d *decoder) text(n *yaml.Node, into encoding.TextUnmarshaler, path string) {
	if n.Kind != yaml.ScalarNode {
		d.mistakes.add(n.Line, path, "must be a single value")
		return
	}
	if err := into.UnmarshalText([]byte(n.Value)); err != nil {
		_, what := refused(err)
		d.mistakes.add(n.Line, path, what)
	}
}

// scalar takes a number where a text is wanted as it was written: login numbers are often digits only.
func (d *decoder) scalar(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.ScalarNode {
		d.mistakes.add(n.Line, path, "must be a single value")
		return
	}
	switch v.Kind() {
	case reflect.String:
		if n.Tag == "!!bool" {
			d.mistakes.add(n.Line, path, fmt.Sprintf("must be a text; put it into quotes: %q", n.Value))
			return
		}
		v.SetString(n.Value)
	case reflect.Int:
		i, err := strconv.Atoi(n.Value)
		if err != nil || n.Tag != "!!int" {
			d.mistakes.add(n.Line, path, "must be a whole number")
			return
		}
		v.SetInt(int64(i))
	case reflect.Bool:
		on, err := parseSwitch(n.Value)
		if err != nil {
			d.mistakes.add(n.Line, path, err.Error())
		}
		v.SetBool(on)
	default:
		panic("organisation: no value of a file is a " + v.Type().String())
	}
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.SequenceNode {
		d.mistakes.add(n.Line, path, "must be a list: [one, two], or lines that begin with a dash")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		at := fmt.Sprintf("%s[%d]", path, i)
		d.lines[at] = item.Line
		d.read(item, v.Index(i), at)
	}
}

// members reads a mapping into a struct.
func (d *decoder) members(n *yaml.Node, v reflect.Value, path string) {
	fields, known := membersOf(v)
	d.each(n, path, func(key, value *yaml.Node) {
		at := join(path, key.Value)
		d.lines[at] = key.Line
		if field, ok := fields[key.Value]; ok {
			d.read(value, field, at)
			return
		}
		d.mistakes.add(key.Line, at, "there is no such key here; there are "+strings.Join(known, ", "))
	})
}

// entries reads a mapping into a map with texts as its keys. Its entries are found by both ways of writing them.
func (d *decoder) entries(n *yaml.Node, v reflect.Value, path string) {
	v.Set(reflect.MakeMap(v.Type()))
	d.each(n, path, func(key, value *yaml.Node) {
		at := path + "[" + key.Value + "]"
		d.lines[at], d.lines[join(path, key.Value)] = key.Line, key.Line
		item := reflect.New(v.Type().Elem()).Elem()
		d.read(value, item, at)
		v.SetMapIndex(reflect.ValueOf(key.Value).Convert(v.Type().Key()), item)
	})
}

// each calls do for all keys of a mapping, and refuses what is none and what stands twice.
func (d *decoder) each(n *yaml.Node, path string, do func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		d.mistakes.add(n.Line, path, "must be a mapping: lines such as name: value")
		return
	}
	seen := map[string]int{}
	for pair := range slices.Chunk(n.Content, 2) {
		key := pair[0]
		if key.Kind != yaml.ScalarNode {
			d.mistakes.add(key.Line, path, "has a key that is not a single word")
			continue
		}
		if first, twice := seen[key.Value]; twice {
			d.mistakes.add(key.Line, join(path, key.Value), fmt.Sprintf("stands twice; it is in line %d already", first))
			continue
		}
		seen[key.Value] = key.Line
		do(key, pair[1])
	}
}

// membersOf returns the fields of a struct by their keys, and the keys in the order of their declaration.
func membersOf(v reflect.Value) (fields map[string]reflect.Value, known []string) {
	fields = map[string]reflect.Value{}
	for i := range v.NumField() {
		name, option, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		switch {
		case option == "inline":
			inner, names := membersOf(v.Field(i))
			for _, name := range names {
				fields[name] = inner[name]
			}
			known = append(known, names...)
		case name != "" && name != "-":
			fields[name], known = v.Field(i), append(known, name)
		}
	}
	return fields, known
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// lineOf returns the line of what a path names, or of the nearest thing around it that was given.
func (d *decoder) lineOf(path string) int {
	for path != "" {
		if line, ok := d.lines[path]; ok {
			return line
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return d.lines[""]
}
