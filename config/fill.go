package config

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// fill sets v from node. Unlike yaml's own decoder it names the path of what is wrong and never repeats a
// value, which may be a secret.
func fill(v reflect.Value, node *yaml.Node, path string) []error {
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	switch {
	case node.Tag == "!!null":
		return nil // a key without value keeps its default
	case v.Kind() == reflect.Struct:
		return fillStruct(v, node, path)
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		return fillList(v, node, path)
	}
	fresh := reflect.New(v.Type())
	if err := node.Decode(fresh.Interface()); err != nil {
		return []error{at(node, path, "must be "+wanted(v.Type()))}
	}
	v.Set(fresh.Elem())
	return nil
}

func fillStruct(v reflect.Value, node *yaml.Node, path string) []error {
	if node.Kind != yaml.MappingNode {
		return []error{at(node, path, "must be a section with keys of its own")}
	}
	fields := fieldsOf(v)
	seen := map[string]bool{}
	var wrong []error
	for i := 0; i < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		field, known := fields[key.Value]
		switch name := join(path, key.Value); {
		case !known:
			wrong = append(wrong, at(key, name, "is not a key"))
		case seen[key.Value]:
			wrong = append(wrong, at(key, name, "is given twice"))
		default:
			seen[key.Value] = true
			wrong = append(wrong, fill(field, value, name)...)
		}
	}
	return wrong
}

func fillList(v reflect.Value, node *yaml.Node, path string) []error {
	if node.Kind != yaml.SequenceNode {
		return []error{at(node, path, "must be "+wanted(v.Type()))}
	}
	list := reflect.MakeSlice(v.Type(), len(node.Content), len(node.Content))
	var wrong []error
	for i, item := range node.Content {
		wrong = append(wrong, fill(list.Index(i), item, fmt.Sprintf("%s[%d]", path, i))...)
	}
	v.Set(list)
	return wrong
}

// fieldsOf returns the settable fields of a struct by their key; inlined structs lend theirs.
func fieldsOf(v reflect.Value) map[string]reflect.Value {
	fields := map[string]reflect.Value{}
	for i := range v.NumField() {
		name, option, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		switch {
		case option == "inline":
			for inner, field := range fieldsOf(v.Field(i)) {
				fields[inner] = field
			}
		case name != "" && name != "-":
			fields[name] = v.Field(i)
		}
	}
	return fields
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func at(node *yaml.Node, path, what string) error {
	if path == "" {
		path = "the file"
	}
	return fmt.Errorf("line %d: %s %s", node.Line, path, what)
}

func wanted(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return "a duration such as 30s or 5m"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.String:
		return "a text"
	case t.Kind() == reflect.Slice:
		return "a list"
	case t.Kind() == reflect.Map:
		return "a section"
	default:
		return "a number"
	}
}
