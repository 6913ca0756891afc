package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// HeadType is the `typ` of a signed head.
const HeadType = "jawort-audit-head+jws"

// headVersion is the `v` of the heads that this code writes and reads.
const headVersion = 1

// Head states that a tenant's chain ended with this entry at this time.
type Head struct {
	V        int       `json:"v"`
	Tenant   string    `json:"tenant"`
	Sequence int64     `json:"sequence"`
	Hash     Hash      `json:"hash"`
	Time     time.Time `json:"time"`
}

// Head returns the head of the chain as it is now.
func (c Chain) Head(now time.Time) Head {
	return Head{V: headVersion, Tenant: c.Tenant, Sequence: c.Sequence, Hash: c.Hash, Time: now.UTC().Truncate(time.Microsecond)}
}

// Sign returns the head as a compact JWS (RFC 7515) under an ES256 key that has an id.
func (h Head) Sign(key jose.JSONWebKey) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{}).WithType(HeadType))
	if err != nil {
		return "", fmt.Errorf("audit: head signer: %w", err)
	}
	payload, err := json.Marshal(h)
	if err != nil {
		return "", fmt.Errorf("audit: encode head: %w", err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("audit: sign head: %w", err)
	}
	return signed.CompactSerialize()
}

// OpenHead returns what a signed head states, where one of the published keys signed it. A receipt is none, though the same key
// signs it: its type is another.
func OpenHead(compact string, published jose.JSONWebKeySet) (Head, error) {
	jws, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return Head{}, err
	}
	header := jws.Signatures[0].Protected
	if header.ExtraHeaders[jose.HeaderType] != HeadType {
		return Head{}, errors.New("it is no head of an audit log: typ is another")
	}
	keys := published.Key(header.KeyID)
	if len(keys) != 1 {
		return Head{}, fmt.Errorf("key %q is not among those published", header.KeyID)
	}
	payload, err := jws.Verify(keys[0])
	if err != nil {
		return Head{}, errors.New("the signature does not hold")
	}
	var h Head
	if err := json.Unmarshal(payload, &h); err != nil {
		return Head{}, err
	}
	if h.V != headVersion {
		return Head{}, fmt.Errorf("version %d is not known", h.V)
	}
	return h, nil
}
