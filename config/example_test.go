package config

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

func TestTheExampleNamesEveryKey(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../docs/examples/jawort.yaml")
	if err != nil {
		t.Fatal(err)
	}
	// What the example leaves out on purpose: only tests send pushes elsewhere.
	internal := map[string]bool{"endpoint": true, "host": true, "root_ca_file": true}
	for _, key := range keysOf(reflect.TypeFor[Config]()) {
		if !internal[key] && !strings.Contains(string(data), key+":") {
			t.Errorf("%s is not in the example", key)
		}
	}
}

func keysOf(t reflect.Type) []string {
	var keys []string
	for key, field := range fieldsOf(reflect.New(t).Elem()) {
		keys = append(keys, key)
		inner := field.Type()
		if inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct {
			keys = append(keys, keysOf(inner)...)
		}
	}
	return keys
}
