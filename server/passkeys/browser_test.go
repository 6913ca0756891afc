package passkeys_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/descope/virtualwebauthn"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server/confirming/confirmingtest"
	"github.com/jawort/jawort/server/methods"
	"github.com/jawort/jawort/server/passkeys"
)

type body map[string]any

const passkeyOf4711 = "/v1/accounts/4711/methods/passkey"

func newHouse(t *testing.T) *confirmingtest.House {
	t.Parallel()
	return confirmingtest.New(t, func(h *confirmingtest.House) []confirmingtest.Feature {
		return []confirmingtest.Feature{
			passkeys.Passkeys{Questions: h.Questions(), Store: h.Factors, People: h.Lasting},
			methods.Methods{Guards: h.Guards(), Store: h.Factors, People: h.Lasting, Now: h.Now},
			methods.Activations{Questions: h.Questions(), Store: h.Factors, People: h.Lasting},
		}
	})
}

// browser is one with an authenticator by an implementation that is not ours.
type browser struct {
	rp   virtualwebauthn.RelyingParty
	auth virtualwebauthn.Authenticator
	cred virtualwebauthn.Credential
}

func newBrowser() *browser {
	const whole = 77 // bytes of a P-256 COSE_Key: this authenticator misspells keys whose coordinates begin with zeros
	b := &browser{rp: virtualwebauthn.RelyingParty{ID: confirmingtest.RPID, Origin: confirmingtest.Origin}, auth: virtualwebauthn.NewAuthenticator()}
	for b.cred = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2); len(b.cred.Key.AttestationData()) != whole; {
		b.cred = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	return b
}

// options are those of an answer.
func options(a confirmingtest.Answer) map[string]any { return a.Body["options"].(map[string]any) }

func challenge(o map[string]any) []byte {
	b, _ := base64.RawURLEncoding.DecodeString(o["challenge"].(string))
	return b
}

// create makes the passkey for options.
func (b *browser) create(o map[string]any) json.RawMessage {
	handle, _ := base64.RawURLEncoding.DecodeString(o["user"].(map[string]any)["id"].(string))
	b.auth.Options.UserHandle = handle
	return json.RawMessage(virtualwebauthn.CreateAttestationResponse(b.rp, b.auth, b.cred, virtualwebauthn.AttestationOptions{Challenge: challenge(o)}))
}

// get answers options.
func (b *browser) get(o map[string]any) json.RawMessage {
	return json.RawMessage(virtualwebauthn.CreateAssertionResponse(b.rp, b.auth, b.cred, virtualwebauthn.AssertionOptions{Challenge: challenge(o)}))
}

// registered is a browser whose passkey a login service registered for the house's account.
func registered(h *confirmingtest.House) *browser {
	h.Helper()
	b, key := newBrowser(), h.Key(h.App, account.ScopeEnrol)
	started := h.Call("POST", passkeyOf4711, key, nil).Want(http.StatusCreated)
	h.Call("POST", passkeyOf4711+"/confirm", key, body{"credential": b.create(options(started))}).Want(http.StatusOK)
	return b
}

// ask asks for a login that may be confirmed by passkey.
func ask(h *confirmingtest.House) (path, ticket string) {
	h.Helper()
	p, ticket := h.Ask(approval.Context{Methods: []approval.Method{approval.MethodPush, approval.MethodPasskey}}, func(p *approval.Pending) {
		p.Document = []byte(`{"id":"` + p.ID + `"}`)
	})
	return "/v1/approvals/" + p.ID, ticket
}
