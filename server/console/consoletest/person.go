package consoletest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/descope/virtualwebauthn"

	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/pages/pagestest"
	"github.com/jawort/jawort/store/outbox"
)

// ByCommand is who invites operators at first.
var ByCommand = outbox.Actor{Kind: outbox.ByCommand, ID: "jawort"}

// Person is an operator at a browser, with an authenticator by an implementation that is not ours.
type Person struct {
	*pagestest.Browser
	Operator operator.Operator
	Key      virtualwebauthn.Credential
	House    *House
	RP       virtualwebauthn.RelyingParty
	Auth     virtualwebauthn.Authenticator
}

// Stranger is somebody who was not let in.
func (h *House) Stranger() *Person {
	h.Helper()
	u, err := url.Parse(h.Public)
	h.Must(err)
	return &Person{
		Browser: h.Browser(), Key: NewKey(), House: h, RP: virtualwebauthn.RelyingParty{ID: u.Hostname(), Origin: h.Public}, Auth: virtualwebauthn.NewAuthenticator(),
	}
}

// Invite returns the path of a link for somebody with the role: of one tenant, or of all where it is empty.
func (h *House) Invite(name string, role operator.Role, tenant string) (operator.Operator, string) {
	h.Helper()
	o, link, err := console.Invite(h.Context(), h.Operators, operator.Operator{Name: name, Role: role, Tenant: tenant}, h.Public, rand.Reader, ByCommand)
	h.Must(err)
	return o, strings.TrimPrefix(link, h.Public)
}

// In is somebody with a role, who has just joined: of one tenant, or of all where it is empty.
func (h *House) In(role operator.Role, tenant string) *Person {
	h.Helper()
	return h.Join("Anna, Desk 2", role, tenant)
}

// Join is In with a name.
func (h *House) Join(name string, role operator.Role, tenant string) *Person {
	h.Helper()
	o, link := h.Invite(name, role, tenant)
	p := h.Stranger()
	p.Operator = o
	p.Post(link, url.Values{"passkey": {p.Create(p.Get(link).Want(http.StatusOK))}}).Want(http.StatusSeeOther)
	return p
}

// NewKey returns a key for a passkey.
func NewKey() virtualwebauthn.Credential {
	const whole = 77 // bytes of a P-256 COSE_Key: this authenticator misspells keys whose coordinates begin with zeros
	for {
		if k := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2); len(k.Key.AttestationData()) == whole {
			return k
		}
	}
}

// asked is what a page asks the authenticator for.
func (p *Person) asked(from pagestest.Page) (challenge, handle []byte) {
	p.Helper()
	var options struct {
		Challenge string `json:"challenge"`
		User      struct {
			ID string `json:"id"`
		} `json:"user"`
	}
	p.House.Must(json.Unmarshal([]byte(from.Found(`data-options="([^"]*)"`)), &options))
	challenge, err := base64.RawURLEncoding.DecodeString(options.Challenge)
	p.House.Must(err)
	handle, err = base64.RawURLEncoding.DecodeString(options.User.ID)
	p.House.Must(err)
	return challenge, handle
}

// Create makes a passkey for what the page asks.
func (p *Person) Create(from pagestest.Page) string {
	p.Helper()
	challenge, handle := p.asked(from)
	p.Auth.Options.UserHandle = handle
	return virtualwebauthn.CreateAttestationResponse(p.RP, p.Auth, p.Key, virtualwebauthn.AttestationOptions{Challenge: challenge})
}

// Answer signs what the page asks.
func (p *Person) Answer(from pagestest.Page) string {
	p.Helper()
	challenge, _ := p.asked(from)
	return virtualwebauthn.CreateAssertionResponse(p.RP, p.Auth, p.Key, virtualwebauthn.AssertionOptions{Challenge: challenge})
}

// SignIn signs in at a page. More are names and values of its form.
func (p *Person) SignIn(more ...string) pagestest.Page {
	p.Helper()
	form := url.Values{"passkey": {p.Answer(p.Get("/console/sign-in").Want(http.StatusOK))}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return p.Post("/console/sign-in", form)
}
