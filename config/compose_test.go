package config_test

import (
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// composeSchema is the schema of the Compose Specification, from github.com/compose-spec/compose-go v2.16.2 (Apache-2.0, beside it).
func composeSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile("testdata/compose-spec.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// parsed is the text with its aliases and merges resolved.
func parsed(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTheComposeFileIsWhatTheSpecificationAllows(t *testing.T) {
	t.Parallel()
	schema := composeSchema(t)
	data, err := os.ReadFile("../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(parsed(t, string(data))); err != nil {
		t.Error(err)
	}
	for from, to := range map[string]string{
		"restart: unless-stopped":           "restarts: unless-stopped",
		"read_only: true":                   "read_only: [true]",
		"condition: service_healthy":        "condition: healthy",
		"networks:\n  front: {}":            "networks:\n  front: {internal: [yes]}",
		`security_opt: ["no-new-privileges`: `security_opts: ["no-new-privileges`,
	} {
		if broken := strings.Replace(string(data), from, to, 1); broken == string(data) || schema.Validate(parsed(t, broken)) == nil {
			t.Errorf("the schema takes %q for %q", to, from)
		}
	}
}
