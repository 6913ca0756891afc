package mobileapi_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/descope/virtualwebauthn"
	"github.com/go-jose/go-jose/v4"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/outbox"
)

// phone is a companion app that a test can make misbehave.
type phone struct {
	b          *bench
	key        *ecdsa.PrivateKey
	token      string
	label      string
	device     string // of the last enrolment
	credential virtualwebauthn.Credential
}

func (b *bench) phone(label string) *phone {
	b.t.Helper()
	return &phone{b: b, label: label, key: must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(b.t)}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   map[string]any
	raw    []byte
}

func (a answer) code() string {
	s, _ := a.body["type"].(string)
	return strings.TrimPrefix(s, "urn:jawort:problem:")
}

// uniform is the body without what differs by design.
func (a answer) uniform(t *testing.T) string {
	t.Helper()
	id, _ := a.body["request_id"].(string)
	if id == "" {
		t.Fatalf("no request_id in %s", a.raw)
	}
	return strings.Replace(string(a.raw), id, "", 1)
}

// change bends a request: its claims before they are signed, or itself before it is sent.
type change struct {
	claims func(map[string]any)
	send   func(*http.Request)
	key    *ecdsa.PrivateKey
	token  *string
}

// call sends a request with a good proof, but for the changes.
func (p *phone) call(method, path string, body any, changes ...change) answer {
	p.b.t.Helper()
	return do(p.b.t, p.prepare(method, path, body, changes...))
}

func (p *phone) prepare(method, path string, body any, changes ...change) *http.Request {
	p.b.t.Helper()
	key, token := p.key, p.token
	for _, c := range changes {
		if c.key != nil {
			key = c.key
		}
		if c.token != nil {
			token = *c.token
		}
	}
	claims := p.claims(method, path, token)
	for _, c := range changes {
		if c.claims != nil {
			c.claims(claims)
		}
	}
	r := p.request(method, path, body)
	r.Header.Set("DPoP", prove(p.b.t, key, claims))
	if token != "" {
		r.Header.Set("Authorization", "DPoP "+token)
	}
	for _, c := range changes {
		if c.send != nil {
			c.send(r)
		}
	}
	return r
}

func (p *phone) request(method, path string, body any) *http.Request {
	p.b.t.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		reader = bytes.NewReader(must(json.Marshal(b))(p.b.t))
	}
	r := must(http.NewRequestWithContext(p.b.t.Context(), method, p.b.url+path, reader))(p.b.t)
	if reader != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

func (p *phone) claims(method, path, token string) map[string]any {
	path, _, _ = strings.Cut(path, "?")
	claims := map[string]any{
		"jti": rand.Text(), "htm": method, "htu": p.b.url + path, "iat": 0, "nonce": must(p.b.nonces.New())(p.b.t),
	}
	if token != "" {
		sum := sha256.Sum256([]byte(token))
		claims["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return claims
}

func prove(t *testing.T, key *ecdsa.PrivateKey, claims map[string]any) string {
	t.Helper()
	signer := must(jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{EmbedJWK: true}).WithType("dpop+jwt")))(t)
	jws := must(signer.Sign(must(json.Marshal(claims))(t)))(t)
	return must(jws.CompactSerialize())(t)
}

func do(t *testing.T, r *http.Request) answer {
	t.Helper()
	resp := must(http.DefaultClient.Do(r))(t)
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, header: resp.Header, raw: must(io.ReadAll(resp.Body))(t)}
	if len(a.raw) > 0 && a.raw[0] == '{' {
		if err := json.Unmarshal(a.raw, &a.body); err != nil {
			t.Fatalf("%s: %v", a.raw, err)
		}
	}
	return a
}

func (a answer) want(t *testing.T, status int, code string) answer {
	t.Helper()
	if a.status != status || a.code() != code {
		t.Fatalf("got %d %s, want %d %s: %s", a.status, a.code(), status, code, a.raw)
	}
	return a
}

func (a answer) ok(t *testing.T) answer { t.Helper(); return a.want(t, http.StatusOK, "") }

func party() virtualwebauthn.RelyingParty {
	return virtualwebauthn.RelyingParty{ID: rpID, Name: "Jawort", Origin: origin}
}

func (p *phone) claim(code string) answer {
	p.b.t.Helper()
	return p.call("POST", "/v1/enrolments/claim", map[string]any{"code": code}, unsigned())
}

// unsigned leaves the token out, as before the first enrolment.
func unsigned() change { none := ""; return change{token: &none} }

// attest makes a credential for the options of a claim.
func (p *phone) attest(claimed answer, rp virtualwebauthn.RelyingParty, authenticator virtualwebauthn.Authenticator) json.RawMessage {
	p.b.t.Helper()
	options := must(virtualwebauthn.ParseAttestationOptions(string(must(json.Marshal(claimed.body["publicKey"]))(p.b.t))))(p.b.t)
	return json.RawMessage(virtualwebauthn.CreateAttestationResponse(rp, authenticator, p.credential, *options))
}

// newCredential avoids the keys that the virtual authenticator misspells: it drops leading zeros of a coordinate, which
// COSE (RFC 9053, 7.1.1) forbids and go-webauthn refuses.
func newCredential() virtualwebauthn.Credential {
	const whole = 77 // a P-256 COSE_Key with both coordinates in full
	for {
		if c := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2); len(c.Key.AttestationData()) == whole {
			return c
		}
	}
}

// completion is a good body of complete.
func (p *phone) completion(claimed answer) map[string]any {
	p.b.t.Helper()
	p.credential = newCredential()
	return map[string]any{
		"enrolment":  claimed.body["enrolment"],
		"credential": p.attest(claimed, party(), virtualwebauthn.NewAuthenticator()),
		"installation": map[string]any{
			"platform": "android", "os_version": "14", "model": "Pixel 8", "language": "de", "screen_lock": true, "notifications": true,
		},
		"holder": "Ada", "label": p.label,
		"push": map[string]any{"provider": "fcm", "app": "jawort", "token": "push-token-of-" + rand.Text()},
	}
}

func (p *phone) complete(body map[string]any) answer {
	p.b.t.Helper()
	return p.call("POST", "/v1/enrolments/complete", body, unsigned())
}

// enrol goes all the way until the device is active.
func (p *phone) enrol(a account.Account) *phone {
	p.b.t.Helper()
	e, code := p.b.link(a)
	done := p.complete(p.completion(p.claim(code).ok(p.b.t))).ok(p.b.t)
	p.device, _ = done.body["device"].(string)
	p.token, _ = done.body["token"].(string)
	_, _, err := p.b.lasting.ConfirmEnrolment(p.b.t.Context(), p.b.tenant.ID, e.ID, true, outbox.Actor{})
	p.b.check(err)
	return p
}

// sign makes the assertion of a decision.
func (p *phone) sign(q approval.Pending, decision approval.Decision, number string) json.RawMessage {
	return p.assert(q, decision, number, party(), virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(p.device)}))
}

func (p *phone) assert(q approval.Pending, decision approval.Decision, number string, rp virtualwebauthn.RelyingParty, a virtualwebauthn.Authenticator) json.RawMessage {
	challenge := approval.Challenge(decision, number, q.Document)
	return json.RawMessage(virtualwebauthn.CreateAssertionResponse(rp, a, p.credential, virtualwebauthn.AssertionOptions{Challenge: challenge[:]}))
}

func (p *phone) answerOf(q approval.Pending, decision approval.Decision, number string) map[string]any {
	return map[string]any{"decision": decision, "number": number, "credential": p.sign(q, decision, number)}
}

func decisionPath(q approval.Pending) string { return "/v1/approvals/" + q.ID + "/decision" }

// decide signs and sends a decision.
func (p *phone) decide(q approval.Pending, decision approval.Decision, number string) answer {
	p.b.t.Helper()
	return p.call("POST", decisionPath(q), p.answerOf(q, decision, number))
}
