// Package keys holds the secret keys of one installation of Jawort: sealing (AEAD), message authentication,
// receipts (ES256) and VAPID. It owns their file and how they are made; it does not know what they protect.
//
// Rotation: the file may hold several sealing and authentication keys (Tink keysets); the primary one writes,
// all of them read.
package keys

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/SherClockHolmes/webpush-go"
	"github.com/go-jose/go-jose/v4"
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/mac"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Set is all secret keys of an installation. It is safe for concurrent use.
type Set struct {
	sealing        *keyset.Handle
	authentication *keyset.Handle
	receipt        jose.JSONWebKey
	vapid          vapid

	aead tink.AEAD
	mac  tink.MAC
}

type vapid struct {
	Public  string `json:"public"`
	Private string `json:"private"`
}

// Generate makes a new set from the operating system's randomness.
func Generate() (*Set, error) {
	sealing, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("keys: make sealing key: %w", err)
	}
	authentication, err := keyset.NewHandle(mac.HMACSHA256Tag256KeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("keys: make authentication key: %w", err)
	}
	receipt, err := newReceiptKey()
	if err != nil {
		return nil, err
	}
	private, public, err := webpush.GenerateVAPIDKeys()
	if err != nil {
		return nil, fmt.Errorf("keys: make VAPID key: %w", err)
	}
	return newSet(sealing, authentication, receipt, vapid{Public: public, Private: private})
}

func newSet(sealing, authentication *keyset.Handle, receipt jose.JSONWebKey, v vapid) (*Set, error) {
	a, err := aead.New(sealing)
	if err != nil {
		return nil, fmt.Errorf("keys: sealing: %w", err)
	}
	m, err := mac.New(authentication)
	if err != nil {
		return nil, fmt.Errorf("keys: authentication: %w", err)
	}
	return &Set{sealing: sealing, authentication: authentication, receipt: receipt, vapid: v, aead: a, mac: m}, nil
}

func newReceiptKey() (jose.JSONWebKey, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("keys: make receipt key: %w", err)
	}
	key := jose.JSONWebKey{Key: private, Algorithm: string(jose.ES256), Use: "sig"}
	thumbprint, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("keys: name receipt key: %w", err)
	}
	key.KeyID = base64.RawURLEncoding.EncodeToString(thumbprint)
	return key, nil
}

// Seal encrypts and authenticates plaintext. What was sealed for one purpose does not open for another.
func (s *Set) Seal(plaintext []byte, purpose string) ([]byte, error) {
	sealed, err := s.aead.Encrypt(plaintext, []byte(purpose))
	if err != nil {
		return nil, fmt.Errorf("keys: seal: %w", err)
	}
	return sealed, nil
}

// Open returns what Seal was given for the same purpose.
func (s *Set) Open(sealed []byte, purpose string) ([]byte, error) {
	plaintext, err := s.aead.Decrypt(sealed, []byte(purpose))
	if err != nil {
		return nil, fmt.Errorf("keys: open: %w", err)
	}
	return plaintext, nil
}

// MAC authenticates data for one purpose.
func (s *Set) MAC(purpose string, data []byte) ([]byte, error) {
	tag, err := s.mac.ComputeMAC(separated(purpose, data))
	if err != nil {
		return nil, fmt.Errorf("keys: authenticate: %w", err)
	}
	return tag, nil
}

// VerifyMAC returns an error unless MAC made the tag for the same purpose and data.
func (s *Set) VerifyMAC(tag []byte, purpose string, data []byte) error {
	if err := s.mac.VerifyMAC(tag, separated(purpose, data)); err != nil {
		return fmt.Errorf("keys: verify: %w", err)
	}
	return nil
}

// separated puts a zero byte behind the purpose, which never contains one.
func separated(purpose string, data []byte) []byte {
	return bytes.Join([][]byte{[]byte(purpose), data}, []byte{0})
}

// Receipt returns the private key that signs receipts. Its id is its RFC 7638 thumbprint.
func (s *Set) Receipt() jose.JSONWebKey { return s.receipt }

// ReceiptPublic returns the public half as it is published, as JSON.
func (s *Set) ReceiptPublic() ([]byte, error) {
	b, err := json.Marshal(s.receipt.Public())
	if err != nil {
		return nil, fmt.Errorf("keys: encode receipt key: %w", err)
	}
	return b, nil
}

// VAPID returns the Web Push key pair as base64url (RFC 8292).
func (s *Set) VAPID() (public, private string) { return s.vapid.Public, s.vapid.Private }

func encodeKeyset(h *keyset.Handle) (json.RawMessage, error) {
	var b bytes.Buffer
	if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&b)); err != nil {
		return nil, fmt.Errorf("keys: encode keyset: %w", err)
	}
	return b.Bytes(), nil
}

func decodeKeyset(b json.RawMessage) (*keyset.Handle, error) {
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(b)))
	if err != nil {
		return nil, fmt.Errorf("keys: decode keyset: %w", err)
	}
	return h, nil
}
