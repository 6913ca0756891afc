package main

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/store/db/pgtest"
)

func TestTenantsApplicationsAndKeysAreCreatedListedAndRevoked(t *testing.T) {
	t.Parallel()
	i := installed(t)
	tenants := answer[[]tenantRow](t, i.env, "tenant", "list")
	if len(tenants) != 1 || tenants[0].Name != "Muster Makler AG" {
		t.Fatalf("tenants %+v", tenants)
	}
	applications := answer[[]applicationRow](t, i.env, "application", "list", "--tenant", tenants[0].ID)
	if len(applications) != 1 || applications[0].Origins[0] != pageOrigin || applications[0].RPID != pageHost || applications[0].Digits != 2 {
		t.Fatalf("applications %+v", applications)
	}
	stdout, _, err := output(t, i.env, "key", "list", "--application", applications[0].ID)
	if err != nil || !strings.Contains(stdout, "active") || !strings.Contains(stdout, "never") || strings.Contains(stdout, i.key) {
		t.Fatalf("key list: %v\n%s", err, stdout)
	}
	i.run()
	if code := i.status(); code != http.StatusNotFound {
		t.Fatalf("the new key got %d", code)
	}
	keys := answer[[]keyRow](t, i.env, "key", "list", "--application", applications[0].ID)
	answer[map[string]string](t, i.env, "key", "revoke", keys[0].ID)
	if code := i.status(); code != http.StatusUnauthorized {
		t.Errorf("the revoked key got %d from the next request on", code)
	}
}

// status asks for an account that does not exist.
func (i *installation) status() int {
	i.t.Helper()
	req, err := http.NewRequestWithContext(i.t.Context(), http.MethodGet, i.server.url+"/v1/accounts/nobody", nil)
	if err != nil {
		i.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+i.key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		i.t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

func TestWhatIsWrongInTheSetUpIsNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	whole := []string{"JAWORT_DATABASE=" + pgtest.New(t), "JAWORT_REDIS=embedded", "JAWORT_KEYS_FILE=" + filepath.Join(dir, "none.json"),
		"JAWORT_SERVER_PUBLIC_URL=http://localhost:1", "JAWORT_MOBILE_API_PUBLIC_URL=http://localhost:2"}
	for name, c := range map[string]struct {
		env   []string
		args  []string
		wants string
	}{
		"unknown key":           {nil, []string{"serve", "--config", file("a.yaml", "databse: x\n")}, "databse"},
		"unknown variable":      {[]string{"JAWORT_DATABSE=x"}, []string{"serve"}, "JAWORT_DATABSE"},
		"beyond loopback":       {slices.Concat(whole, []string{"JAWORT_SERVER_LISTEN=0.0.0.0:8080"}), []string{"serve"}, "server.listen"},
		"no key file":           {whole, []string{"serve"}, "jawort secrets init"},
		"unknown process":       {nil, []string{"serve", "everything"}, "everything"},
		"unknown tenant":        {whole, []string{"application", "create", "x", "--tenant", "ten_aaaaaaaaaaaaaaaaaaaaaaaaaa", "--origin", "https://x.example"}, "ten_aaaaaaaaaaaaaaaaaaaaaaaaaa"},
		"origin with a path":    {whole, []string{"application", "create", "x", "--tenant", "ten_a", "--origin", "https://x.example/login"}, "origins"},
		"rp id elsewhere":       {whole, []string{"application", "create", "x", "--tenant", "ten_a", "--origin", "https://x.example", "--rp-id", "y.example"}, "rp_id"},
		"unknown scope":         {whole, []string{"key", "create", "--application", "app_a", "--scopes", "root"}, "scopes"},
		"revoking what is not":  {whole, []string{"key", "revoke", "key_aaaaaaaaaaaaaaaaaaaaaaaaaa"}, "key_aaaaaaaaaaaaaaaaaaaaaaaaaa"},
		"a phone without login": {nil, []string{"phone", "--file", filepath.Join(dir, "phone.json")}, "phone enrol --file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, err := output(t, c.env, c.args...)
			if err == nil || !strings.Contains(stderr, c.wants) {
				t.Errorf("exit %v, said %q %q; want it to name %q", err, stdout, stderr, c.wants)
			}
			if strings.Contains(stderr, "goroutine") {
				t.Errorf("a panic: %s", stderr)
			}
		})
	}
}

func TestAKeyFileIsNeverOverwritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	if _, stderr, err := output(t, nil, "secrets", "init", path); err != nil {
		t.Fatal(stderr)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, stderr, err := output(t, nil, "secrets", "init", path); err == nil || !strings.Contains(stderr, "exists already") {
		t.Errorf("a second init: %v, %s", err, stderr)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Error("the key file changed")
	}
}

func TestTheHealthcheckKnowsWhetherTheProcessIsReady(t *testing.T) {
	t.Parallel()
	i := installed(t)
	p := i.run()
	env := append(slices.Clone(i.env), "JAWORT_ADMIN_LISTEN="+p.ready.Admin)
	if _, stderr, err := output(t, env, "healthcheck"); err != nil {
		t.Errorf("healthy: %s", stderr)
	}
	i.redis.Kill()
	if _, _, err := output(t, env, "healthcheck"); err == nil {
		t.Error("healthy without Redis")
	}
	if code := p.stop(); code != 0 {
		t.Errorf("asked to end, it exited with %d", code)
	}
	if _, _, err := output(t, env, "healthcheck"); err == nil {
		t.Error("healthy without the process")
	}
}
