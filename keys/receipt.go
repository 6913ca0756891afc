package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// Receipt returns the private key that signs receipts. Its id is its RFC 7638 thumbprint.
func (s *Set) Receipt() jose.JSONWebKey { return s.receipts[0] }

// ReceiptPublic returns the public halves of all receipt keys as they are published: a key as JSON, by its id. One that is to
// sign later is published before, so that nobody meets a receipt without its key.
func (s *Set) ReceiptPublic() (map[string][]byte, error) {
	published := map[string][]byte{}
	for _, key := range s.receipts {
		b, err := json.Marshal(key.Public())
		if err != nil {
			return nil, fmt.Errorf("keys: encode receipt key: %w", err)
		}
		published[key.KeyID] = b
	}
	return published, nil
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
