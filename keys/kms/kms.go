// Package kms reaches the keys of key management services that a key file is encrypted under: AWS KMS, and the transit engine of
// HashiCorp Vault and OpenBao. It says in an operator's words what a service refuses; it does not know what it encrypts.
package kms

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/jawort/jawort/keys"
)

// Schemes of the services, with what follows them.
const (
	AWS   = "aws-kms://arn:"
	Vault = "hcvault://"
)

// patience bounds a call with all its repetitions, and finding the credentials for it.
const patience = 10 * time.Second

// What a service says. ErrSilent passes by itself, the others do not.
var (
	ErrSilent  = errors.New("the KMS does not answer; a start needs it, processes that run do not")
	ErrDenied  = errors.New("the KMS refuses these credentials; a process needs the right to decrypt by this key, the commands that change the key file also to encrypt")
	ErrKey     = errors.New("the KMS has no such key, or it is disabled")
	ErrForeign = errors.New("the KMS cannot decrypt it: another key encrypted it, a version that may not decrypt any more, or it was changed")
)

// Open returns the key that a URL names, without asking the service for anything yet. Of an empty one there is none.
func Open(ctx context.Context, uri string) (*keys.Wrapper, error) { return open(ctx, uri, patience) }

func open(ctx context.Context, uri string, patience time.Duration) (*keys.Wrapper, error) {
	if uri == "" {
		return nil, nil
	}
	u, err := url.Parse(uri)
	if strings.HasPrefix(uri, Vault) && (err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "") {
		return nil, fmt.Errorf("kms: must look like %svault.example:8200/transit/keys/jawort", Vault)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var k tink.AEADWithContext
	var reason func(error) error
	switch {
	case strings.HasPrefix(uri, AWS):
		k, err = openAWS(ctx, uri)
		reason = awsReason
	case strings.HasPrefix(uri, Vault):
		k, err = openVault(u, patience)
		reason = vaultReason
	default:
		err = fmt.Errorf("must begin with %s or %s", AWS, Vault)
	}
	if err != nil {
		return nil, fmt.Errorf("kms: %w", err)
	}
	return &keys.Wrapper{Key: &explained{k, reason, patience}, URL: uri}, nil
}

// explained puts words that say what to do before those of a service.
type explained struct {
	key      tink.AEADWithContext
	reason   func(error) error // nil: the service has not answered
	patience time.Duration
}

func (e *explained) EncryptWithContext(ctx context.Context, plaintext, associated []byte) ([]byte, error) {
	return e.ask(ctx, "encrypt", e.key.EncryptWithContext, plaintext, associated)
}

func (e *explained) DecryptWithContext(ctx context.Context, ciphertext, associated []byte) ([]byte, error) {
	return e.ask(ctx, "decrypt", e.key.DecryptWithContext, ciphertext, associated)
}

func (e *explained) ask(ctx context.Context, what string, call func(context.Context, []byte, []byte) ([]byte, error), in, associated []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, e.patience)
	defer cancel()
	out, err := call(ctx, in, associated)
	if err == nil {
		return out, nil
	}
	if why := e.reason(err); why != nil {
		return nil, fmt.Errorf("asked to %s, %w", what, why)
	}
	return nil, fmt.Errorf("asked to %s, %w (%s)", what, ErrSilent, silence(err))
}

// silence is why nobody has answered, in few words.
func silence(err error) string {
	var network net.Error
	var dial *net.OpError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return "it takes too long"
	case errors.As(err, &dial):
		return dial.Error()
	}
	return err.Error()
}
