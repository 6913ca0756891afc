package kms

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/hashicorp/vault/api"
	"github.com/tink-crypto/tink-go-hcvault/v2/integration/hcvault"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// tokenFile names the variable that names a file with the token, as an agent keeps it fresh.
const tokenFile = "VAULT_TOKEN_FILE"

// openVault takes the token from VAULT_TOKEN_FILE or VAULT_TOKEN, and VAULT_CACERT, VAULT_NAMESPACE and others as every client of Vault
// does. The address is the URL's.
func openVault(u *url.URL, patience time.Duration) (tink.AEADWithContext, error) {
	cfg := api.DefaultConfig()
	if cfg.Error != nil {
		return nil, cfg.Error
	}
	cfg.Address, cfg.AgentAddress, cfg.Timeout = "https://"+u.Host, "", patience
	c, err := api.NewClient(cfg)
	if err != nil {
		return nil, err
	}
	if path := os.Getenv(tokenFile); path != "" {
		token, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", tokenFile, err)
		}
		c.SetToken(strings.TrimSpace(string(token)))
	}
	if c.Token() == "" {
		return nil, fmt.Errorf("no token for %s: set VAULT_TOKEN, or %s to the file in which an agent keeps one", u.Host, tokenFile)
	}
	k, err := hcvault.NewAEAD(u.EscapedPath(), c.Logical())
	if err != nil {
		return nil, fmt.Errorf("%s%s: the path must be that of a key of transit, such as /transit/keys/jawort", Vault, u.Host)
	}
	return bounded{k}, nil
}

// bounded calls a service whose client has a time-out of its own.
type bounded struct{ key tink.AEAD }

func (b bounded) EncryptWithContext(_ context.Context, plaintext, associated []byte) ([]byte, error) {
	return b.key.Encrypt(plaintext, associated)
}

func (b bounded) DecryptWithContext(_ context.Context, ciphertext, associated []byte) ([]byte, error) {
	return b.key.Decrypt(ciphertext, associated)
}

func vaultReason(err error) error {
	var answer *api.ResponseError
	if !errors.As(err, &answer) {
		return nil
	}
	said := strings.Join(answer.Errors, "; ")
	switch answer.StatusCode {
	case http.StatusForbidden, http.StatusUnauthorized:
		return fmt.Errorf("%w (%s)", ErrDenied, said)
	case http.StatusNotFound:
		return fmt.Errorf("%w (%s)", ErrKey, said)
	case http.StatusBadRequest:
		if strings.Contains(said, "encryption key not found") {
			return fmt.Errorf("%w (%s)", ErrKey, said)
		}
		return fmt.Errorf("%w (%s)", ErrForeign, said)
	}
	return nil
}
