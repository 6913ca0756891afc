package config

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	prefix     = "JAWORT_"
	fileSuffix = "_FILE"
	// fileVariable names the configuration file itself.
	fileVariable = prefix + "CONFIG"
	// example holds every key, with what it is for.
	example = "docs/examples/jawort.yaml"
)

// serviceLink is what Kubernetes puts into every container where a Service's name begins with jawort. JAWORT_SERVER_PORT=8080
// is not one of them, but a mistake: there the value is an address.
var serviceLink = regexp.MustCompile(`^JAWORT_([A-Z0-9_]+_)?(SERVICE_(HOST|PORT(_.*)?)=|PORT_[0-9]+_(TCP|UDP|SCTP)(_.*)?=|PORT=(tcp|udp|sctp)://)`)

// Variables are the names of the environment variables that override keys, sorted. Where the key is a text,
// the name with _FILE behind it names a file that holds the value.
func Variables() []string {
	names := []string{fileVariable}
	for name, v := range variables(reflect.ValueOf(Default()).Elem(), prefix) {
		names = append(names, name)
		if v.Kind() == reflect.String {
			names = append(names, name+fileSuffix)
		}
	}
	slices.Sort(names)
	return names
}

// variables returns the keys below v by the name of their variable.
func variables(v reflect.Value, path string) map[string]reflect.Value {
	found := map[string]reflect.Value{}
	for key, field := range fieldsOf(v) {
		name := path + strings.ToUpper(key)
		if field.Kind() == reflect.Struct {
			maps.Copy(found, variables(field, name+"_"))
			continue
		}
		found[name] = field
	}
	return found
}

func (c *Config) readEnvironment(environ []string) error {
	known := variables(reflect.ValueOf(c).Elem(), prefix)
	seen := map[string]string{}
	var wrong []error
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, prefix) || name == fileVariable || serviceLink.MatchString(entry) {
			continue
		}
		key, value, err := resolve(known, name, value)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		if other, twice := seen[key]; twice {
			wrong = append(wrong, fmt.Errorf("%s and %s are both set; keep one", other, name))
			continue
		}
		seen[key] = name
		wrong = append(wrong, set(known[key], value, name))
	}
	if err := errors.Join(wrong...); err != nil {
		return fmt.Errorf("config: environment: %w", err)
	}
	return nil
}

// resolve returns the variable of the key that name means, and its value, read from a file where name says so.
func resolve(known map[string]reflect.Value, name, value string) (string, string, error) {
	if _, ok := known[name]; ok {
		return name, value, nil
	}
	key, isFile := strings.CutSuffix(name, fileSuffix)
	if v, ok := known[key]; !isFile || !ok || v.Kind() != reflect.String {
		return "", "", fmt.Errorf("%s does not belong to any key; see %s for the names", name, example)
	}
	data, err := os.ReadFile(value)
	if err != nil {
		return "", "", fmt.Errorf("%s: %w", name, err)
	}
	return key, strings.TrimRight(string(data), "\r\n"), nil
}

// set reads a text as it is, a list of texts by its commas, and everything else as YAML.
func set(v reflect.Value, value, name string) error {
	if v.Kind() == reflect.String {
		v.SetString(value)
		return nil
	}
	if v.Type() == reflect.TypeFor[[]string]() {
		v.Set(reflect.ValueOf(splitList(value)))
		return nil
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(value), &doc); err != nil || doc.Kind != yaml.DocumentNode {
		return fmt.Errorf("%s must be %s", name, wanted(v.Type()))
	}
	return errors.Join(fill(v, doc.Content[0], name)...)
}

func splitList(s string) []string {
	list := []string{}
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

func lookup(environ []string, name string) string {
	for _, entry := range environ {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value
		}
	}
	return ""
}
