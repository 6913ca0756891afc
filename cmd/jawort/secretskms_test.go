package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/keys/kms/kmstest"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/store/db/pgtest"
)

// service is a KMS with two keys that each encrypt key files.
type service struct {
	env           []string
	ours, another string // URLs
	oneWay        func() // from now on it encrypts, and decrypts nothing
}

func services(t *testing.T) map[string]service {
	t.Helper()
	vault, aws := kmstest.NewVault(t, "jawort", "another"), kmstest.NewAWS(t, "jawort", "another")
	return map[string]service{
		"Vault": {vault.Environment(), vault.URL("jawort"), vault.URL("another"), func() { vault.Forbid("decrypt") }},
		"AWS":   {aws.Environment(), aws.URL("jawort"), aws.URL("another"), func() { aws.Forbid("Decrypt") }},
	}
}

// keyFile makes one that is encrypted by the URL.
func keyFile(t *testing.T, env []string, url string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "keys.json")
	if _, stderr, err := output(t, env, "secrets", "init", path, "--kms", url); err != nil {
		t.Fatal(stderr)
	}
	return path
}

func TestAKeyFileUnderAKMSTellsNothingByItselfAndIsExchangedLikeAnother(t *testing.T) {
	t.Parallel()
	for name, s := range services(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := append(s.env, "JAWORT_KEYS_KMS="+s.ours)
			path := keyFile(t, env, s.ours)
			show := func(args ...string) []secretRow {
				t.Helper()
				return answer[[]secretRow](t, env, append([]string{"secrets", "show", path}, args...)...)
			}
			before := show()
			for _, kind := range keys.Kinds {
				made := answer[secretRow](t, env, "secrets", "add", string(kind), path)
				answer[secretRow](t, env, "secrets", "promote", made.ID, path)
			}
			if after := show(); len(after) != 2*len(before) || after[0].ID == before[0].ID {
				t.Errorf("after the exchange: %+v", after)
			}
			encrypted := show()
			answer[map[string]string](t, env, "secrets", "rewrap", path, "--to", s.another)
			if got := show("--kms", s.another); !slices.EqualFunc(got, encrypted, func(a, b secretRow) bool { return a.ID == b.ID }) {
				t.Errorf("under another key: %+v", got)
			}
			if _, stderr, err := output(t, env, "secrets", "show", path); err == nil || !strings.Contains(stderr, "another key encrypted it") || !strings.Contains(stderr, s.another) {
				t.Errorf("by the key of before: %v, %s", err, stderr)
			}
			tellsNothing(t, env, path, s.another)
		})
	}
}

func TestNoKeyFileIsWrittenThatWouldNotOpen(t *testing.T) {
	t.Parallel()
	for name, s := range services(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.oneWay()
			path, fresh := keyFile(t, nil, "none"), filepath.Join(t.TempDir(), "fresh.json")
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"rewrap", path, "--kms", "none", "--to", s.ours}, {"init", fresh, "--kms", s.ours}} {
				_, stderr, err := output(t, s.env, append([]string{"secrets"}, args...)...)
				for _, want := range []string{"nothing was written", s.ours, "asked to decrypt", "the right to decrypt"} {
					if err == nil || !strings.Contains(stderr, want) {
						t.Errorf("%s by a KMS that only encrypts: %v, %q; want %q", args[0], err, stderr, want)
					}
				}
			}
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, before) {
				t.Errorf("the file of before is gone, %v", err)
			}
			if _, err := os.Stat(fresh); err == nil {
				t.Error("a file is there that does not open")
			}
		})
	}
}

func TestRewrappingSaysWhatTheConfigurationMustSayFromNowOn(t *testing.T) {
	t.Parallel()
	vault := kmstest.NewVault(t, "jawort", "another")
	env := append(vault.Environment(), "JAWORT_KEYS_KMS="+vault.URL("jawort"))
	path := keyFile(t, env, vault.URL("jawort"))
	for _, c := range []struct {
		args  []string
		wants string
	}{
		{nil, "with keys_kms: " + vault.URL("jawort")},
		{[]string{"--to", vault.URL("another")}, "with keys_kms: " + vault.URL("another")},
		{[]string{"--kms", vault.URL("another"), "--to", "none"}, "without keys_kms"},
	} {
		if stdout, stderr, err := output(t, env, append([]string{"secrets", "rewrap", path}, c.args...)...); err != nil || !strings.Contains(stdout, c.wants) {
			t.Errorf("%v: %v, %q%s; want %q", c.args, err, stdout, stderr, c.wants)
		}
	}
}

// tellsNothing decrypts the file and looks for what is secret in the encrypted one.
func tellsNothing(t *testing.T, env []string, path, kms string) {
	t.Helper()
	encrypted, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, %v", info.Mode(), err)
	}
	answer[map[string]string](t, env, "secrets", "rewrap", path, "--kms", kms, "--to", "none")
	plain, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range []string{"\"d\": \"", "\"private\": \"", "\"value\": \""} {
		for _, part := range strings.Split(string(plain), name)[1:] {
			secret, _, _ := strings.Cut(part, "\"")
			found++
			if strings.Contains(string(encrypted), secret[:20]) {
				t.Errorf("%s is in the encrypted file", name)
			}
		}
	}
	if found < 8 {
		t.Errorf("only %d secrets were looked for", found)
	}
}

func TestWhatIsWrongWithAKeyFileUnderAKMSIsToldBeforeAnythingIsServed(t *testing.T) {
	t.Parallel()
	change := func(t *testing.T, path string, do func(sealed []byte)) {
		t.Helper()
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var e struct {
			KMS    string `json:"kms"`
			Sealed []byte `json:"sealed"`
		}
		if err := json.Unmarshal(b, &e); err != nil || len(e.Sealed) == 0 {
			t.Fatalf("no envelope, %v", err)
		}
		do(e.Sealed)
		if b, err = json.Marshal(e); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	type world struct {
		*testing.T
		vault *kmstest.Vault
		aws   *kmstest.AWS
		path  string
	}
	for name, c := range map[string]struct {
		aws   bool
		do    func(w *world)
		kms   string // empty: that which encrypted it
		wants string
	}{
		"its last bit flipped":                  {do: func(w *world) { change(w.T, w.path, func(b []byte) { b[len(b)-1] ^= 1 }) }, wants: "does not open"},
		"a bit of the wrapped data key flipped": {do: func(w *world) { change(w.T, w.path, func(b []byte) { b[30] ^= 1 }) }, wants: "was changed"},
		"the same at AWS":                       {aws: true, do: func(w *world) { change(w.T, w.path, func(b []byte) { b[80] ^= 1 }) }, wants: "was changed"},
		"the KMS answers with another data key": {do: func(w *world) { w.vault.Swap([]byte("\x1a\x20" + strings.Repeat("k", 32))) }, wants: "does not open"},
		"the KMS answers with what is no key":   {do: func(w *world) { w.vault.Swap([]byte("x")) }, wants: "does not open"},
		"an older copy, of a version that is retired": {do: func(w *world) {
			w.vault.Rotate("jawort")
			w.vault.Retire("jawort")
		}, wants: "may not decrypt any more"},
		"a file of another key":     {do: func(w *world) { w.path = keyFile(w.T, w.vault.Environment(), w.vault.URL("another")) }, wants: "another key encrypted it"},
		"a plain file in its place": {do: func(w *world) { w.path = keyFile(w.T, nil, "none") }, wants: "jawort secrets rewrap FILE --kms none"},
		"no KMS configured":         {do: func(*world) {}, kms: "none", wants: "set keys_kms"},
		"the KMS denies it":         {do: func(w *world) { w.vault.Deny() }, wants: "the right to decrypt"},
		"AWS denies it":             {aws: true, do: func(w *world) { w.aws.Deny() }, wants: "the right to decrypt"},
		"AWS has disabled the key":  {aws: true, do: func(w *world) { w.aws.Disable("jawort") }, wants: "disabled"},
		"the KMS has no such key":   {do: func(*world) {}, kms: "missing", wants: "no such key"},
		"the KMS is gone":           {do: func(w *world) { w.vault.Stop() }, wants: "does not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{T: t, vault: kmstest.NewVault(t, "jawort", "another"), aws: kmstest.NewAWS(t, "jawort")}
			env, url := w.vault.Environment(), w.vault.URL("jawort")
			if c.aws {
				env, url = w.aws.Environment(), w.aws.URL("jawort")
			}
			w.path = keyFile(t, env, url)
			c.do(w)
			switch c.kms {
			case "none":
				url = ""
			case "missing":
				url = w.vault.URL(c.kms)
			}
			whole := append(env, "JAWORT_DATABASE=sqlite::memory:", "JAWORT_REDIS=embedded", "JAWORT_KEYS_FILE="+w.path, "JAWORT_KEYS_KMS="+url,
				"JAWORT_SERVER_PUBLIC_URL=http://localhost:8080", "JAWORT_MOBILE_API_PUBLIC_URL=http://localhost:8081")
			if _, stderr, err := output(t, whole, "serve"); err == nil || !strings.Contains(stderr, c.wants) || strings.Contains(stderr, kmstest.Token) {
				t.Errorf("%v, %s", err, stderr)
			}
		})
	}
}

func TestAnInstallationWhoseKeysAreUnderAKMSServesAndIsRestored(t *testing.T) {
	t.Parallel()
	i := installed(t)
	vault := kmstest.NewVault(t, "jawort")
	url := vault.URL("jawort")
	env := append(i.env, vault.Environment()...)
	answer[map[string]string](t, env, "secrets", "rewrap", i.keysFile(), "--kms", "none", "--to", url)
	i.env = append(env, "JAWORT_KEYS_KMS="+url)
	p := i.run()
	folder := t.TempDir()
	answer[map[string]string](t, i.env, "backup", filepath.Join(folder, "backup"))
	if stdout, stderr, err := output(t, append(slices.Clone(i.env), "JAWORT_DATABASE="+pgtest.Empty(t), "JAWORT_REDIS=embedded"), "restore", filepath.Join(folder, "backup")); err != nil {
		t.Errorf("restore: %s%s", stdout, stderr)
	}
	vault.Deny() // who serves needs it no more
	owner := i.enrol("Pixel", nil)
	a := i.ask("browser")
	if _, err := owner.Decide(within(t, soon), i.fetch(owner, a.ID), phone.Approve, a.Number); err != nil {
		t.Fatal(err)
	}
	if got, err := i.client().Approval(t.Context(), a.ID); err != nil || got.Status != client.Approved {
		t.Fatalf("the login is %q, %v", got.Status, err)
	}
	if log := p.log.String(); strings.Contains(log, kmstest.Token) {
		t.Errorf("the log tells the token: %s", log)
	}
}
