package keys

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Wrapper is a key that a key management service holds. A key file under it is an envelope: a data key of its own, made anew with each
// writing, encrypts the file here, and the service encrypts only that data key. A nil Wrapper is of files that are not encrypted.
type Wrapper struct {
	Key tink.AEADWithContext
	URL string
}

// Refusals of a file that is not as the configuration says.
var (
	ErrPlain   = errors.New("the key file is not encrypted, though a KMS is configured")
	ErrWrapped = errors.New("the key file is encrypted by a KMS, and none is configured")
	ErrOpens   = errors.New("the key file does not open")
)

// envelope is the form of a key file that is encrypted.
type envelope struct {
	KMS    string `json:"kms"` // tells people where it was encrypted; what opens it the configuration says
	Sealed []byte `json:"sealed"`
}

// wrapped says of a file that it is a key file, whatever else the service's key encrypts.
var wrapped = []byte("jawort key file")

func (w *Wrapper) wrap(ctx context.Context, plain []byte) ([]byte, error) {
	if w == nil {
		return plain, nil
	}
	local, err := aead.NewKMSEnvelopeAEADWithContext(aead.AES256GCMKeyTemplate(), w.Key)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	sealed, err := local.EncryptWithContext(ctx, plain, wrapped)
	if err != nil {
		return nil, fmt.Errorf("keys: encrypt the key file by %s: %w", w.URL, err)
	}
	b, err := json.MarshalIndent(envelope{KMS: w.URL, Sealed: sealed}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("keys: encode: %w", err)
	}
	return b, w.proven(ctx, b, plain)
}

// proven opens a file before it takes the place of another: a service may let encrypt and not decrypt, and then all keys would be lost.
func (w *Wrapper) proven(ctx context.Context, b, plain []byte) error {
	back, err := w.unwrap(ctx, b)
	if err == nil && !bytes.Equal(back, plain) {
		err = ErrOpens
	}
	if err != nil {
		return fmt.Errorf("keys: nothing was written, since what %s has encrypted would not open: %w", w.URL, err)
	}
	return nil
}

func (w *Wrapper) unwrap(ctx context.Context, b []byte) ([]byte, error) {
	var e envelope
	if err := json.Unmarshal(b, &e); err != nil {
		return nil, fmt.Errorf("keys: parse: %w", err)
	}
	switch encrypted := len(e.Sealed) > 0; {
	case w == nil && encrypted:
		return nil, fmt.Errorf("keys: %w: set keys_kms, or give --kms (it says of itself that it was %s)", ErrWrapped, e.KMS)
	case w == nil:
		return b, nil
	case !encrypted:
		return nil, fmt.Errorf("keys: %w: where it is yours, `jawort secrets rewrap FILE --kms none` encrypts it", ErrPlain)
	}
	local, err := aead.NewKMSEnvelopeAEADWithContext(aead.AES256GCMKeyTemplate(), w.Key)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	plain, err := local.DecryptWithContext(ctx, bytes.Clone(e.Sealed), wrapped)
	if err != nil {
		return nil, fmt.Errorf("keys: %w by %s (it says of itself that it was encrypted by %s): %w", ErrOpens, w.URL, e.KMS, err)
	}
	return plain, nil
}
