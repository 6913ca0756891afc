package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jawort/jawort/phone"
)

// evidence is a receipt of a login and what it takes to verify it, in files.
type evidence struct{ receipt, keys, origin string }

// approved plays a login to its end and keeps the evidence.
func approved(t *testing.T) evidence {
	t.Helper()
	i := installed(t)
	i.run()
	p := i.enrol("Anna's phone", nil)
	a := i.ask("browser")
	if _, err := p.Decide(t.Context(), i.fetch(p, a.ID), phone.Approve, a.Number); err != nil {
		t.Fatal(err)
	}
	receipt, err := i.client().Receipt(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	return evidence{keep(t, receipt+"\n"), keep(t, i.published()), i.phones.url}
}

// published is what a stranger reads of the receipt keys.
func (i *installation) published() string {
	i.t.Helper()
	resp, err := http.Get(i.server.url + "/.well-known/jwks.json")
	if err != nil {
		i.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		i.t.Fatal(resp.StatusCode, err)
	}
	return string(body)
}

func keep(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kept")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (e evidence) verify(t *testing.T, rpID string) (stdout, stderr string, err error) {
	t.Helper()
	return output(t, nil, "verify", e.receipt, "--keys", e.keys, "--rp-id", rpID, "--origin", e.origin)
}

// tampered changes one character in the middle of the n-th part of a compact JWS.
func tampered(t *testing.T, path string, n int) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(b), ".")
	middle, other := len(parts[n])/2, "A"
	if parts[n][middle] == 'A' {
		other = "B"
	}
	parts[n] = parts[n][:middle] + other + parts[n][middle+1:]
	return keep(t, strings.Join(parts, "."))
}

func TestTheReceiptOfALoginIsVerifiedWithoutTheService(t *testing.T) {
	t.Parallel()
	good := approved(t)
	stdout, stderr, err := good.verify(t, "localhost")
	if err != nil || !strings.HasPrefix(stdout, `valid: approved on "Anna's phone" by "Holder of Anna's phone" at `) {
		t.Fatalf("%v, said %q %q", err, stdout, stderr)
	}
	for name, c := range map[string]struct {
		e    evidence
		rpID string
		says string
	}{
		"another payload":   {evidence{tampered(t, good.receipt, 1), good.keys, good.origin}, "localhost", "the signature of the receipt does not hold"},
		"another signature": {evidence{tampered(t, good.receipt, 2), good.keys, good.origin}, "localhost", "the signature of the receipt does not hold"},
		"another origin": {evidence{good.receipt, good.keys, "https://phones.example"}, "localhost",
			"the receipt does not hold: it was signed for " + good.origin + ", which is not among --origin"},
		"another host":    {good, "phones.example", "it was signed for another relying party than \"phones.example\""},
		"no host":         {good, "http://localhost", "--rp-id: must be the host name of mobile-api"},
		"no host at all":  {good, "", "--rp-id: must be the host name of mobile-api"},
		"a missing key":   {evidence{good.receipt, keep(t, `{"keys":[]}`), good.origin}, "localhost", "is not among those published"},
		"no keys":         {evidence{good.receipt, keep(t, "keys"), good.origin}, "localhost", "is not a JWK set"},
		"an empty file":   {evidence{keep(t, "\n"), good.keys, good.origin}, "localhost", "the file holds no receipt"},
		"what is no such": {evidence{keep(t, "valid"), good.keys, good.origin}, "localhost", "the receipt does not hold"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, err := c.e.verify(t, c.rpID)
			if err == nil || stdout != "" || !strings.Contains(stderr, c.says) {
				t.Errorf("%v, said %q %q; want %q", err, stdout, stderr, c.says)
			}
		})
	}
}
