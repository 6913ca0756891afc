package mobileapi_test

import (
	"crypto/ecdsa"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/outbox"
)

func TestWhateverDoesNotHoldIsTheSame401(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a, foreign := b.account("4711"), b.account("4712")
	p := b.phone("x").enrol(a)
	sibling := b.phone("y").enrol(a)
	stranger := b.phone("z").enrol(foreign)
	two := b.phone("two accounts").enrol(foreign).enrol(a)
	gone := b.phone("gone").enrol(a)
	b.check(b.lasting.RevokeDevice(t.Context(), b.tenant.ID, a.ExternalID, gone.device, outbox.Actor{}))
	q, other := b.question(a), b.question(a)
	elsewhere := b.question(foreign)
	good := p.answerOf(q, approval.Approve, "42")
	want := p.call("POST", decisionPath(q), good, withToken("")).want(t, http.StatusUnauthorized, "unauthorized")

	with := func(credential json.RawMessage) map[string]any {
		return map[string]any{"decision": approval.Approve, "number": "42", "credential": credential}
	}
	verified := func(o virtualwebauthn.AuthenticatorOptions) virtualwebauthn.Authenticator {
		return virtualwebauthn.NewAuthenticatorWithOptions(o)
	}
	unknown := q
	unknown.ID = must(approval.NewID(rand0{}, a.ID))(t)
	for name, got := range map[string]answer{
		"a token that is none":             p.call("POST", decisionPath(q), good, withToken("jwi_x")),
		"a forged token":                   p.call("POST", decisionPath(q), good, withToken(forged(p.token))),
		"an API key":                       p.call("POST", decisionPath(q), good, withToken("jw_AAAA")),
		"a bearer token":                   p.call("POST", decisionPath(q), good, change{send: func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+p.token) }}),
		"a stolen token":                   p.call("POST", decisionPath(q), good, withKey(stranger.key)),
		"a token of another phone":         p.call("POST", decisionPath(q), good, withToken(sibling.token)),
		"no proof":                         p.call("POST", decisionPath(q), good, change{send: func(r *http.Request) { r.Header.Del("DPoP") }}),
		"two proofs":                       p.call("POST", decisionPath(q), good, change{send: func(r *http.Request) { r.Header.Add("DPoP", r.Header.Get("DPoP")) }}),
		"a proof for another address":      p.call("POST", decisionPath(q), good, claim("htu", b.url+"/v1/devices")),
		"a proof for another method":       p.call("POST", decisionPath(q), good, claim("htm", "GET")),
		"a proof for another token":        p.call("POST", decisionPath(q), good, claim("ath", b64([]byte("x")))),
		"an approval that is none":         p.call("POST", "/v1/approvals/apr_x/decision", good),
		"an approval that nobody knows":    p.call("POST", decisionPath(unknown), good),
		"an approval of another account":   p.decide(elsewhere, approval.Approve, "42"),
		"the phone's other account":        two.call("POST", decisionPath(elsewhere), with(two.sign(elsewhere, approval.Approve, "42"))),
		"another phone's credential":       p.call("POST", decisionPath(q), sibling.answerOf(q, approval.Approve, "42")),
		"a stranger's credential":          p.call("POST", decisionPath(q), stranger.answerOf(q, approval.Approve, "42")),
		"a revoked device":                 gone.decide(q, approval.Approve, "42"),
		"an answer to another question":    p.call("POST", decisionPath(q), p.answerOf(other, approval.Approve, "42")),
		"a number changed on the way":      p.call("POST", decisionPath(q), map[string]any{"decision": "approve", "number": "42", "credential": p.sign(q, approval.Approve, "41")}),
		"a wrong number nobody signed":     p.call("POST", decisionPath(q), map[string]any{"decision": "approve", "number": "41", "credential": p.sign(q, approval.Approve, "42")}),
		"a decision changed on the way":    p.call("POST", decisionPath(q), map[string]any{"decision": "approve", "number": "", "credential": p.sign(q, approval.Deny, "")}),
		"a forged signature":               p.call("POST", decisionPath(q), with(bent(t, p.sign(q, approval.Approve, "42"), "signature"))),
		"changed authenticator data":       p.call("POST", decisionPath(q), with(bent(t, p.sign(q, approval.Approve, "42"), "authenticatorData"))),
		"a forged credential id":           p.call("POST", decisionPath(q), with(renamed(t, p.sign(q, approval.Approve, "42"), strings.Repeat("A", 43)))),
		"an overlong credential id":        p.call("POST", decisionPath(q), with(renamed(t, p.sign(q, approval.Approve, "42"), strings.Repeat("A", 1400)))),
		"another origin":                   p.call("POST", decisionPath(q), with(p.assert(q, approval.Approve, "42", virtualwebauthn.RelyingParty{ID: rpID, Origin: "https://evil.example"}, virtualwebauthn.NewAuthenticator()))),
		"another relying party":            p.call("POST", decisionPath(q), with(p.assert(q, approval.Approve, "42", virtualwebauthn.RelyingParty{ID: "evil.example", Origin: origin}, virtualwebauthn.NewAuthenticator()))),
		"no user verification":             p.call("POST", decisionPath(q), with(p.assert(q, approval.Approve, "42", party(), verified(virtualwebauthn.AuthenticatorOptions{UserNotVerified: true})))),
		"no user presence":                 p.call("POST", decisionPath(q), with(p.assert(q, approval.Approve, "42", party(), verified(virtualwebauthn.AuthenticatorOptions{UserNotPresent: true})))),
		"another device's user handle":     p.call("POST", decisionPath(q), with(p.assert(q, approval.Approve, "42", party(), verified(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(sibling.device)})))),
		"a credential that cannot be read": p.call("POST", decisionPath(q), with(json.RawMessage(`{"id":5}`))),
		"a credential that is null":        p.call("POST", decisionPath(q), with(json.RawMessage(`null`))),
		"no credential":                    p.call("POST", decisionPath(q), `{"decision":"approve","number":"42"}`),
		"a registration as assertion":      p.call("POST", decisionPath(q), with(json.RawMessage(`{"id":"AAAA","rawId":"AAAA","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"AAAA"}}`))),
	} {
		if got.status != http.StatusUnauthorized || got.uniform(t) != want.uniform(t) {
			t.Errorf("%s: got %d %s", name, got.status, got.raw)
			continue
		}
		for _, h := range []string{"Content-Type", "WWW-Authenticate", "Content-Length"} {
			if got.header.Get(h) != want.header.Get(h) {
				t.Errorf("%s: %s is %q, elsewhere %q", name, h, got.header.Get(h), want.header.Get(h))
			}
		}
		if got.header.Get("DPoP-Nonce") == "" {
			t.Errorf("%s: no fresh nonce", name)
		}
	}
	b.undecided(q)
	b.undecided(other)
	b.undecided(elsewhere)
	p.call("POST", decisionPath(q), good).ok(t)
}

// rand0 makes an id that nobody has.
type rand0 struct{}

func (rand0) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func withToken(token string) change        { return change{token: &token} }
func withKey(key *ecdsa.PrivateKey) change { return change{key: key} }
func claim(name string, value any) change {
	return change{claims: func(c map[string]any) { c[name] = value }}
}

// forged changes the last letter but one of a token's MAC; the last one may carry unused bits only.
func forged(token string) string {
	i := len(token) - 2
	c := byte('A')
	if token[i] == c {
		c = 'B'
	}
	return token[:i] + string(c) + token[i+1:]
}

// bent flips a bit in the middle of a member of the response.
func bent(t *testing.T, credential json.RawMessage, member string) json.RawMessage {
	t.Helper()
	return edited(t, credential, func(c, response map[string]any) {
		s, _ := response[member].(string)
		i := len(s) / 2
		c2 := byte('A')
		if s[i] == c2 {
			c2 = 'B'
		}
		response[member] = s[:i] + string(c2) + s[i+1:]
	})
}

func renamed(t *testing.T, credential json.RawMessage, id string) json.RawMessage {
	t.Helper()
	return edited(t, credential, func(c, _ map[string]any) { c["id"], c["rawId"] = id, id })
}

func edited(t *testing.T, credential json.RawMessage, edit func(c, response map[string]any)) json.RawMessage {
	t.Helper()
	var c map[string]any
	if err := json.Unmarshal(credential, &c); err != nil {
		t.Fatal(err)
	}
	response, _ := c["response"].(map[string]any)
	edit(c, response)
	return must(json.Marshal(c))(t)
}

func TestEveryRouteOfAnInstallationRefusesWhoDoesNotProve(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p, thief := b.phone("x").enrol(b.account("4711")), b.phone("thief")
	for _, route := range b.api.Routes() {
		method, path, _ := strings.Cut(route, " ")
		if !strings.HasPrefix(path, "/v1/") {
			continue
		}
		path = strings.ReplaceAll(path, "{id}", "x")
		p.call(method, path, nil, withToken(""), change{send: func(r *http.Request) { r.Header.Del("DPoP") }}).
			want(t, http.StatusUnauthorized, "unauthorized")
		if strings.HasPrefix(path, "/v1/enrolments/") {
			continue
		}
		if path != renewalPath { // which is for who has lost the token; the key still has to be an installation's
			p.call(method, path, nil, withToken("")).want(t, http.StatusUnauthorized, "unauthorized")
		}
		p.call(method, path, nil, withKey(thief.key)).want(t, http.StatusUnauthorized, "unauthorized")
	}
}

func TestAProofWithoutFreshNonceIsAskedForAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.phone("x").enrol(b.account("4711"))
	old := must(b.nonces.New())(t)
	b.later(5 * time.Minute)
	for name, bend := range map[string]change{
		"missing": {claims: func(c map[string]any) { delete(c, "nonce") }}, "old": claim("nonce", old), "made up": claim("nonce", "AAAAAAAAAAAAAAAAAAAA"),
	} {
		got := p.call("GET", "/v1/devices", nil, bend).want(t, http.StatusUnauthorized, "use_dpop_nonce")
		if h := got.header.Get("WWW-Authenticate"); !strings.HasPrefix(h, `DPoP error="use_dpop_nonce"`) {
			t.Errorf("%s: WWW-Authenticate is %q", name, h)
		}
		p.call("GET", "/v1/devices", nil, claim("nonce", got.header.Get("DPoP-Nonce"))).ok(t)
	}
	stranger := b.phone("y")
	stranger.call("POST", "/v1/enrolments/claim", map[string]any{"code": "x"}, claim("nonce", "")).want(t, http.StatusUnauthorized, "use_dpop_nonce")
}

func TestEveryAnswerCarriesAFreshNonce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.phone("x").enrol(b.account("4711"))
	for name, got := range map[string]answer{
		"good":         p.call("GET", "/v1/devices", nil),
		"bad body":     p.call("PUT", "/v1/installation/push", `{`),
		"no such path": p.call("GET", "/v1/nothing", nil),
		"wrong method": p.call("DELETE", "/v1/devices", nil),
		"public":       p.call("GET", "/.well-known/assetlinks.json", nil),
	} {
		if !b.nonces.Fresh(got.header.Get("DPoP-Nonce")) {
			t.Errorf("%s: no fresh nonce", name)
		}
	}
}

func TestATokenOfAnInstallationThatIsNotThereIsTheSame401(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.phone("never enrolled")
	id := newID(t, "ins_")
	tag := must(b.keys.MAC("jawort installation token", []byte(id)))(t)
	p.token = "jwi_" + strings.TrimPrefix(id, "ins_") + "." + b64(tag)
	p.call("GET", "/v1/devices", nil).want(t, http.StatusUnauthorized, "unauthorized")
}
