package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// least is the smallest configuration that starts.
const least = `
database: sqlite:///tmp/jawort.db
redis: embedded
keys_file: keys.json
server: {public_url: "http://localhost:8080"}
mobile_api: {public_url: "http://localhost:8081"}
`

// file writes a configuration and returns its path.
func file(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "jawort.yaml")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("it starts")
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
}
