package dpop

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"
)

// Header carries the proof of a request.
const Header = "DPoP"

const (
	proofType = "dpop+jwt"
	maxProof  = 4096
	maxJTI    = 256
)

// Verifier checks the proofs of requests to one public address.
type Verifier struct {
	public *url.URL
	nonces Nonces
}

// NewVerifier returns a verifier. The public address is what phones call: scheme, host and, where a proxy strips
// one, a path prefix.
func NewVerifier(public *url.URL, nonces Nonces) (*Verifier, error) {
	if _, err := normalise(public.String()); err != nil {
		return nil, err
	}
	return &Verifier{public: public, nonces: nonces}, nil
}

type claims struct {
	JTI   string `json:"jti"`
	HTM   string `json:"htm"`
	HTU   string `json:"htu"`
	ATH   string `json:"ath"`
	Nonce string `json:"nonce"`
}

// Verify checks the request's only proof and returns the thumbprint of its key (RFC 7638, base64url). Where token
// is not empty, the proof must be bound to it. It returns ErrProof, or ErrNonce where all but the nonce holds.
func (v *Verifier) Verify(r *http.Request, token string) (thumbprint string, err error) {
	key, payload, err := open(r.Header.Values(Header))
	if err != nil {
		return "", err
	}
	var c claims
	if err := json.Unmarshal(payload, &c); err != nil {
		return "", fmt.Errorf("%w: claims: %w", ErrProof, err)
	}
	if err := v.check(c, r, token); err != nil {
		return "", err
	}
	sum, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return "", fmt.Errorf("%w: thumbprint: %w", ErrProof, err)
	}
	if !v.nonces.Fresh(c.Nonce) {
		return "", ErrNonce
	}
	return base64.RawURLEncoding.EncodeToString(sum), nil
}

// open checks the signature by the key that the proof carries and returns both key and payload.
func open(headers []string) (*jose.JSONWebKey, []byte, error) {
	if len(headers) != 1 || len(headers[0]) > maxProof {
		return nil, nil, fmt.Errorf("%w: want one header of at most %d bytes", ErrProof, maxProof)
	}
	jws, err := jose.ParseSignedCompact(headers[0], []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrProof, err)
	}
	header := jws.Signatures[0].Protected
	if header.ExtraHeaders[jose.HeaderType] != proofType {
		return nil, nil, fmt.Errorf("%w: type is not %s", ErrProof, proofType)
	}
	if _, critical := header.ExtraHeaders["crit"]; critical {
		return nil, nil, fmt.Errorf("%w: critical headers are not known", ErrProof)
	}
	key := header.JSONWebKey
	if !isPublicP256(key) {
		return nil, nil, fmt.Errorf("%w: jwk is not a public P-256 key", ErrProof)
	}
	payload, err := jws.Verify(key)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrProof, err)
	}
	return key, payload, nil
}

func isPublicP256(key *jose.JSONWebKey) bool {
	if key == nil {
		return false
	}
	public, ok := key.Key.(*ecdsa.PublicKey)
	return ok && public.Curve == elliptic.P256()
}

func (v *Verifier) check(c claims, r *http.Request, token string) error {
	if c.JTI == "" || len(c.JTI) > maxJTI {
		return fmt.Errorf("%w: jti", ErrProof)
	}
	if c.HTM != r.Method {
		return fmt.Errorf("%w: htm names another method", ErrProof)
	}
	want, err := normalise(v.public.JoinPath(r.URL.EscapedPath()).String())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrProof, err)
	}
	if have, err := normalise(c.HTU); err != nil || have != want {
		return fmt.Errorf("%w: htu names another address", ErrProof)
	}
	if token != "" && subtle.ConstantTimeCompare([]byte(c.ATH), []byte(hash(token))) != 1 {
		return fmt.Errorf("%w: ath names another token", ErrProof)
	}
	return nil
}

func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
