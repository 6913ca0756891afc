package kms

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/keys/kms/kmstest"
)

// brief is long enough for a service on this machine, and short enough to wait for one that hangs.
const brief = 300 * time.Millisecond

// The clients of the services read the environment of the process, so these cases run one after the other.
func TestAServiceThatDoesNotAnswerIsWaitedForOnlySoLong(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	hangs, waits := kmstest.NewVault(t, "jawort"), kmstest.NewVault(t, "jawort")
	hangs.Hang()
	waits.Seal()
	t.Setenv("VAULT_TOKEN", kmstest.Token)
	t.Setenv("VAULT_CACERT", hangs.CA)
	for _, variable := range kmstest.NewAWS(t).Environment() {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	t.Setenv("AWS_ENDPOINT_URL_KMS", "http://"+silent.Addr().String())
	for name, url := range map[string]string{
		"Vault": hangs.URL("jawort"), "Vault that waits to be unsealed": waits.URL("jawort"), "AWS": "aws-kms://" + kmstest.ARN("jawort"),
	} {
		w, err := open(t.Context(), url, brief)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*brief)
		if _, err := w.Key.DecryptWithContext(ctx, []byte("vault:v1:AAAA"), nil); !errors.Is(err, ErrSilent) || ctx.Err() != nil {
			t.Errorf("%s: %v, %v", name, err, ctx.Err())
		}
		cancel()
	}
}

func TestAnAddressThatIsNoKeysIsRefused(t *testing.T) {
	t.Setenv("VAULT_TOKEN", "") // the clients read the environment of the process
	for url, wants := range map[string]string{
		"https://vault.example/transit/keys/jawort":      "must begin with",
		"aws-kms://arn:aws:kms":                          "region",
		"hcvault://user:secret@host/transit/keys/jawort": "must look like",
		"hcvault://host/transit/keys/jawort?token=x":     "must look like",
		"hcvault://host/transit/keys/jawort":             "VAULT_TOKEN",
	} {
		if _, err := Open(t.Context(), url); err == nil || !strings.Contains(err.Error(), wants) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", url, err)
		}
	}
	t.Setenv("VAULT_TOKEN", kmstest.Token)
	if _, err := Open(t.Context(), "hcvault://host/kv/jawort"); err == nil || !strings.Contains(err.Error(), "/transit/keys/") {
		t.Errorf("a path of no key: %v", err)
	}
	if w, err := Open(t.Context(), ""); err != nil || w != (*keys.Wrapper)(nil) {
		t.Errorf("none: %v, %v", w, err)
	}
}
