package dpop_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/mobile-api/dpop"
)

// bench is a verifier behind a clock that the test moves, and a phone's key.
type bench struct {
	now      time.Time
	nonces   dpop.Nonces
	verifier *dpop.Verifier
	key      *ecdsa.PrivateKey
}

func newBench(t testing.TB) *bench {
	t.Helper()
	set, err := keys.Generate()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), key: newKey(t, elliptic.P256())}
	b.nonces = dpop.NewNonces(set, func() time.Time { return b.now })
	public, err := url.Parse("https://phone.example")
	if err != nil {
		t.Fatal(err)
	}
	if b.verifier, err = dpop.NewVerifier(public, b.nonces); err != nil {
		t.Fatal(err)
	}
	return b
}

func newKey(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

const token = "jwi_some.token"

func (b *bench) claims(t testing.TB) map[string]any {
	t.Helper()
	nonce, err := b.nonces.New()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(token))
	return map[string]any{
		"jti": "one", "htm": "POST", "htu": "https://phone.example/v1/approvals/apr_1/decision", "iat": b.now.Unix(),
		"ath": base64.RawURLEncoding.EncodeToString(sum[:]), "nonce": nonce,
	}
}

func sign(t testing.TB, alg jose.SignatureAlgorithm, key any, options *jose.SignerOptions, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, options)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	s, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func typed() *jose.SignerOptions {
	return (&jose.SignerOptions{EmbedJWK: true}).WithType("dpop+jwt")
}

func request(proofs ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/v1/approvals/apr_1/decision?x=1", nil)
	for _, p := range proofs {
		r.Header.Add("DPoP", p)
	}
	return r
}

func TestAProofNamesTheThumbprintOfItsKey(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	got, err := b.verifier.Verify(request(sign(t, jose.ES256, b.key, typed(), b.claims(t))), token)
	if err != nil {
		t.Fatal(err)
	}
	public := jose.JSONWebKey{Key: b.key.Public()}
	sum, err := public.Thumbprint(crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	if want := base64.RawURLEncoding.EncodeToString(sum); got != want {
		t.Errorf("thumbprint %q, want %q", got, want)
	}
}

func TestEverySpellingOfTheSameAddressIsAccepted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, htu := range []string{
		"https://phone.example/v1/approvals/apr_1/decision",
		"HTTPS://Phone.Example:443/v1/approvals/apr_1/decision",
		"https://phone.example/v1/./approvals/x/../apr_1/decision",
		"https://phone.example/v1/%61pprovals/apr%5f1/decision",
		"https://phone.example/v1/approvals/apr_1/decision?x=1#y",
	} {
		c := b.claims(t)
		c["htu"] = htu
		if _, err := b.verifier.Verify(request(sign(t, jose.ES256, b.key, typed(), c)), token); err != nil {
			t.Errorf("%s: %v", htu, err)
		}
	}
}

func TestAProofForSomethingElseIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	other := sha256.Sum256([]byte("another token"))
	for name, change := range map[string]struct {
		claim string
		value any
	}{
		"another method":            {"htm", "GET"},
		"the method in lower case":  {"htm", "post"},
		"no method":                 {"htm", ""},
		"another path":              {"htu", "https://phone.example/v1/approvals/apr_2/decision"},
		"another host":              {"htu", "https://evil.example/v1/approvals/apr_1/decision"},
		"another scheme":            {"htu", "http://phone.example/v1/approvals/apr_1/decision"},
		"another port":              {"htu", "https://phone.example:8443/v1/approvals/apr_1/decision"},
		"an escaped slash":          {"htu", "https://phone.example/v1%2Fapprovals/apr_1/decision"},
		"a user in the address":     {"htu", "https://a@phone.example/v1/approvals/apr_1/decision"},
		"a path without host":       {"htu", "/v1/approvals/apr_1/decision"},
		"an address that is none":   {"htu", "https://phone.example/%zz"},
		"no address":                {"htu", nil},
		"another token":             {"ath", base64.RawURLEncoding.EncodeToString(other[:])},
		"no token":                  {"ath", nil},
		"no jti":                    {"jti", nil},
		"an empty jti":              {"jti", ""},
		"an overlong jti":           {"jti", strings.Repeat("x", 257)},
		"a jti of the wrong type":   {"jti", 5},
		"a nonce of the wrong type": {"nonce", []string{"x"}},
	} {
		c := b.claims(t)
		c[change.claim] = change.value
		if _, err := b.verifier.Verify(request(sign(t, jose.ES256, b.key, typed(), c)), token); !errors.Is(err, dpop.ErrProof) {
			t.Errorf("%s: got %v, want ErrProof", name, err)
		}
	}
}

func TestOnlyAnEmbeddedPublicP256KeyOfTypeDPoPSigns(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	c := b.claims(t)
	good := sign(t, jose.ES256, b.key, typed(), c)
	private, err := jose.JSONWebKey{Key: b.key}.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	stranger := jose.JSONWebKey{Key: newKey(t, elliptic.P256()).Public()}
	for name, proof := range map[string]string{
		"nothing":               "",
		"not a JWS":             "abc",
		"RS256":                 sign(t, jose.RS256, rsaKey, typed(), c),
		"ES384":                 sign(t, jose.ES384, newKey(t, elliptic.P384()), typed(), c),
		"HS256":                 sign(t, jose.HS256, []byte(strings.Repeat("k", 32)), (&jose.SignerOptions{}).WithType("dpop+jwt"), c),
		"no key":                sign(t, jose.ES256, b.key, (&jose.SignerOptions{}).WithType("dpop+jwt"), c),
		"another type":          sign(t, jose.ES256, b.key, (&jose.SignerOptions{EmbedJWK: true}).WithType("jwt"), c),
		"no type":               sign(t, jose.ES256, b.key, &jose.SignerOptions{EmbedJWK: true}, c),
		"a critical header":     sign(t, jose.ES256, b.key, typed().WithCritical("b64").WithHeader("b64", true), c),
		"the private key":       sign(t, jose.ES256, b.key, (&jose.SignerOptions{}).WithType("dpop+jwt").WithHeader("jwk", json.RawMessage(private)), c),
		"somebody else's key":   sign(t, jose.ES256, b.key, (&jose.SignerOptions{}).WithType("dpop+jwt").WithHeader("jwk", stranger), c),
		"a changed signature":   good[:len(good)-8] + "AAAAAAAA",
		"a changed payload":     tampered(t, good),
		"no signature":          good[:strings.LastIndexByte(good, '.')+1],
		"more than 4096 bytes":  sign(t, jose.ES256, b.key, typed().WithHeader("x", strings.Repeat("x", 4096)), c),
		"alg none":              base64.RawURLEncoding.EncodeToString([]byte(`{"typ":"dpop+jwt","alg":"none"}`)) + "." + strings.Split(good, ".")[1] + ".",
		"an unprotected header": `{"payload":"e30","signatures":[]}`,
	} {
		if _, err := b.verifier.Verify(request(proof), token); !errors.Is(err, dpop.ErrProof) {
			t.Errorf("%s: got %v, want ErrProof", name, err)
		}
	}
	if _, err := b.verifier.Verify(request(good), token); err != nil {
		t.Errorf("the good one: %v", err)
	}
}

func tampered(t testing.TB, proof string) string {
	t.Helper()
	parts := strings.Split(proof, ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(payload), `"one"`, `"two"`, 1)))
	return strings.Join(parts, ".")
}

func TestExactlyOneProofIsWanted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	proof := sign(t, jose.ES256, b.key, typed(), b.claims(t))
	for name, r := range map[string]*http.Request{"none": request(), "two": request(proof, proof)} {
		if _, err := b.verifier.Verify(r, token); !errors.Is(err, dpop.ErrProof) {
			t.Errorf("%s: got %v, want ErrProof", name, err)
		}
	}
}

func TestANonceIsFreshForFiveMinutes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	made := b.now
	proof := sign(t, jose.ES256, b.key, typed(), b.claims(t))
	for _, step := range []struct {
		after time.Duration
		want  error
	}{
		{0, nil}, {5*time.Minute - time.Second, nil}, {5 * time.Minute, dpop.ErrNonce}, {time.Hour, dpop.ErrNonce},
		{-30 * time.Second, nil}, {-2 * time.Minute, dpop.ErrNonce},
	} {
		b.now = made.Add(step.after)
		if _, err := b.verifier.Verify(request(proof), token); !errors.Is(err, step.want) {
			t.Errorf("after %v: got %v, want %v", step.after, err, step.want)
		}
	}
}

func TestANonceOfSomebodyElseIsNotFresh(t *testing.T) {
	t.Parallel()
	b, stranger := newBench(t), newBench(t)
	foreign, err := stranger.nonces.New()
	if err != nil {
		t.Fatal(err)
	}
	own, err := b.nonces.New()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(own)
	if err != nil {
		t.Fatal(err)
	}
	raw[7]++ // another time under the same MAC
	for name, nonce := range map[string]any{
		"missing": nil, "empty": "", "no base64": "!", "too short": "AAAA", "foreign": foreign,
		"moved": base64.RawURLEncoding.EncodeToString(raw), "padded": own + "=",
	} {
		c := b.claims(t)
		c["nonce"] = nonce
		if _, err := b.verifier.Verify(request(sign(t, jose.ES256, b.key, typed(), c)), token); !errors.Is(err, dpop.ErrNonce) {
			t.Errorf("%s: got %v, want ErrNonce", name, err)
		}
	}
}

func TestAPathThatAProxyStripsBelongsToTheAddress(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	public, err := url.Parse("https://phone.example/jawort/")
	if err != nil {
		t.Fatal(err)
	}
	v, err := dpop.NewVerifier(public, b.nonces)
	if err != nil {
		t.Fatal(err)
	}
	c := b.claims(t)
	c["htu"] = "https://phone.example/jawort/v1/approvals/apr_1/decision"
	if _, err := v.Verify(request(sign(t, jose.ES256, b.key, typed(), c)), token); err != nil {
		t.Error(err)
	}
}

func TestAPublicAddressMustBeAbsolute(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "phone.example", "ftp://phone.example", "https://"} {
		u, err := url.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := dpop.NewVerifier(u, dpop.Nonces{}); err == nil {
			t.Errorf("%q was accepted", s)
		}
	}
}

func FuzzAProofNeverPanicsAndNeverHoldsWithoutItsKey(f *testing.F) {
	b := newBench(f)
	good := sign(f, jose.ES256, b.key, typed(), b.claims(f))
	parts := strings.Split(good, ".")
	for _, seed := range []string{
		"", "a.b.c", `{"payload":""}`, "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6Im5vbmUifQ.e30.", "eyJhbGciOiJFUzI1NiJ9.e30.AA",
		tampered(f, good), good[:len(good)-8] + "AAAAAAAA", parts[0] + ".e30." + parts[2], parts[0] + "." + parts[1] + ".",
		sign(f, jose.ES256, b.key, (&jose.SignerOptions{}).WithType("dpop+jwt"), b.claims(f)), // signed, but by no key that it names
		sign(f, jose.ES256, b.key, typed(), map[string]any{}),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, proof string) {
		if _, err := b.verifier.Verify(request(proof), token); err == nil && !strings.HasPrefix(proof, parts[0]+"."+parts[1]+".") { // another spelling of the signature may hold
			t.Error("a made-up proof was accepted")
		}
	})
}
