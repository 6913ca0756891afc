package phone

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Prover makes the DPoP proofs (RFC 9449). A field that is set takes the place of the truth.
type Prover struct {
	Nonce  string            // e.g. an old one
	Method string            // htm
	URL    string            // htu
	Token  string            // e.g. a stolen one, in header and ath
	Key    *ecdsa.PrivateKey // e.g. a thief's
}

// claims of a proof. The server reads its own nonce's age and ignores iat, but RFC 9449 requires it.
type claims struct {
	ID       string `json:"jti"`
	Method   string `json:"htm"`
	URL      string `json:"htu"`
	IssuedAt int64  `json:"iat"`
	Nonce    string `json:"nonce,omitempty"`
	Token    string `json:"ath,omitempty"` // its hash
}

// attempt is one request that wants a proof.
type attempt struct {
	method, url, token, nonce string
	key                       *ecdsa.PrivateKey
	at                        time.Time
}

func (f Prover) bend(a attempt) attempt {
	a.method = or(f.Method, a.method)
	a.url = or(f.URL, a.url)
	a.nonce = or(f.Nonce, a.nonce)
	if f.Key != nil {
		a.key = f.Key
	}
	return a
}

// proof signs the claims for an attempt.
func (a attempt) proof(random io.Reader) (string, error) {
	c := claims{Method: a.method, IssuedAt: a.at.Unix(), Nonce: a.nonce}
	var err error
	if c.URL, err = target(a.url); err != nil {
		return "", err
	}
	var id [16]byte
	if _, err := io.ReadFull(random, id[:]); err != nil {
		return "", fmt.Errorf("phone: read randomness: %w", err)
	}
	c.ID = base64.RawURLEncoding.EncodeToString(id[:])
	if a.token != "" {
		sum := sha256.Sum256([]byte(a.token))
		c.Token = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return c.sign(a.key)
}

func (c claims) sign(k *ecdsa.PrivateKey) (string, error) {
	options := (&jose.SignerOptions{EmbedJWK: true}).WithType("dpop+jwt")
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: k}, options)
	if err != nil {
		return "", fmt.Errorf("phone: DPoP: %w", err)
	}
	payload, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("phone: DPoP: %w", err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("phone: DPoP: %w", err)
	}
	return jws.CompactSerialize()
}

// target is the URL without query and fragment (RFC 9449, 4.2).
func target(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", fmt.Errorf("phone: %w", err)
	}
	u.RawQuery, u.ForceQuery, u.Fragment = "", false, ""
	return u.String(), nil
}

func or(override, truth string) string {
	if override != "" {
		return override
	}
	return truth
}
