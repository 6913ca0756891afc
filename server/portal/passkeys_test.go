package portal_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/descope/virtualwebauthn"

	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/server/pages/pagestest"
)

// authenticator is one of a browser, by an implementation that is not ours.
type authenticator struct {
	rp   virtualwebauthn.RelyingParty
	auth virtualwebauthn.Authenticator
	cred virtualwebauthn.Credential
}

// passkeysOf gives the application passkeys of a domain, and returns an authenticator on pages of the origin.
func (h *house) passkeysOf(rpID, origin string) *authenticator {
	h.Helper()
	h.sql(`UPDATE applications SET rp_id = $1`, rpID)
	const whole = 77 // bytes of a P-256 COSE_Key: this authenticator misspells keys whose coordinates begin with zeros
	a := &authenticator{rp: virtualwebauthn.RelyingParty{ID: rpID, Origin: origin}, auth: virtualwebauthn.NewAuthenticator()}
	for a.cred = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2); len(a.cred.Key.AttestationData()) != whole; {
		a.cred = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	return a
}

func challenge(h *house, options map[string]any) []byte {
	h.Helper()
	b, err := base64.RawURLEncoding.DecodeString(options["challenge"].(string))
	h.must(err)
	return b
}

// made is the browser's answer to the options of a page.
func (a *authenticator) made(h *house, p pagestest.Page) string {
	h.Helper()
	var options map[string]any
	h.must(json.Unmarshal([]byte(p.Found(`data-options="([^"]*)"`)), &options))
	handle, err := base64.RawURLEncoding.DecodeString(options["user"].(map[string]any)["id"].(string))
	h.must(err)
	a.auth.Options.UserHandle = handle
	return virtualwebauthn.CreateAttestationResponse(a.rp, a.auth, a.cred, virtualwebauthn.AttestationOptions{Challenge: challenge(h, options)})
}

// begin leads to the page that makes a passkey.
func (b *browser) begin(by *phone.Phone) pagestest.Page {
	b.h.Helper()
	confirm := b.Post("/portal/methods/passkey", nil).Want(http.StatusSeeOther).To()
	b.h.answer(by, phone.Approve, b.Get(confirm).Number())
	return b.Post(confirm, nil).Want(http.StatusOK)
}

// keep sends what was made.
func (b *browser) keep(credential, name string) pagestest.Page {
	b.h.Helper()
	return b.Post("/portal/methods/passkey/made", url.Values{"passkey": {credential}, "label": {name}})
}

// registered is a passkey that somebody made in the portal.
func (h *house) registered(b *browser, by *phone.Phone) *authenticator {
	h.Helper()
	a := h.passkeysOf("localhost", h.url)
	b.keep(a.made(h, b.begin(by)), "Laptop").Want(http.StatusSeeOther)
	return a
}

// question is what a page waits for.
type question struct{ id, ticket string }

func questionOf(p pagestest.Page) question {
	p.Helper()
	return question{p.Found(`/v1/approvals/(apr_[^/]+)/socket`), p.Found(`ticket="([^"]*)"`)}
}

// ask is a call of the page with its ticket.
func (h *house) ask(q question, path, body, from string) (int, map[string]any) {
	h.Helper()
	r, err := http.NewRequestWithContext(h.Context(), http.MethodPost, h.url+"/v1/approvals/"+q.id+path, bytes.NewReader([]byte(body)))
	h.must(err)
	r.Header.Set("Authorization", "Bearer "+q.ticket)
	r.Header.Set("Origin", from)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(r)
	h.must(err)
	defer resp.Body.Close()
	var answer map[string]any
	h.must(json.NewDecoder(resp.Body).Decode(&answer))
	return resp.StatusCode, answer
}

// sign is the browser's answer to the options of a question.
func (a *authenticator) sign(h *house, q question) string {
	h.Helper()
	status, answer := h.ask(q, "/passkey/options", "", h.public)
	if status != http.StatusOK {
		h.Fatalf("no options: %d %v", status, answer)
	}
	return virtualwebauthn.CreateAssertionResponse(a.rp, a.auth, a.cred, virtualwebauthn.AssertionOptions{Challenge: challenge(h, answer["options"].(map[string]any))})
}

func (h *house) send(q question, credential string) int {
	h.Helper()
	status, _ := h.ask(q, "/passkey", `{"credential":`+credential+`}`, h.public)
	return status
}

// removal is the page on which a phone's removal waits for its confirmation.
func (b *browser) removal() (address string, p pagestest.Page) {
	b.h.Helper()
	address = b.Post("/portal/devices/"+b.h.device("Anna")+"/remove", nil).Want(http.StatusSeeOther).To()
	return address, b.Get(address).Want(http.StatusOK)
}

func TestAPasskeyIsMadeByNameConfirmsAStepAndIsRemoved(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	h.phone("Bert")
	a := h.passkeysOf("localhost", h.url)
	b := h.in()
	b.Get("/portal/methods").Says("Set up a passkey").Silent("You set up a passkey at")
	made := a.made(h, b.begin(anna).Says("What the passkey should be called"))
	b.Get(b.keep(made, "Laptop at work").Want(http.StatusSeeOther).To()).Says("You can confirm by this passkey now", "Laptop at work", "localhost", "on one device only")
	b.keep(made, "again").Want(http.StatusConflict)
	if got := h.actor("method.activated"); got != "person" {
		t.Errorf("it was made by %q", got)
	}

	confirm, waiting := b.removal()
	q := questionOf(waiting)
	if status := h.send(q, a.sign(h, q)); status != http.StatusOK {
		t.Fatalf("the passkey confirms nothing: %d", status)
	}
	b.Get(confirm).Says("Thank you, you have confirmed this.")
	b.Post(confirm, nil).Want(http.StatusSeeOther)
	b.Post(confirm, nil).Want(http.StatusConflict)
	b.Get("/portal/logins").Says("Not a login", "Passkey")

	k := h.one(`SELECT id FROM passkeys`)
	at := "/portal/methods/passkey/" + k + "/remove"
	b.Get(at).Want(http.StatusOK).Says("cannot confirm at localhost by the passkey “Laptop at work”")
	gone := b.Post(at, nil).Want(http.StatusSeeOther).To()
	if h.count(`passkeys`) != 1 {
		t.Fatal("it was removed before that was confirmed")
	}
	q = questionOf(b.Get(gone).Says("Remove a passkey: Laptop at work"))
	if status := h.send(q, a.sign(h, q)); status != http.StatusOK {
		t.Fatalf("the passkey does not confirm its own removal: %d", status)
	}
	b.Get(b.Post(gone, nil).Want(http.StatusSeeOther).To()).Says("The passkey is removed.").Silent("Laptop")
	b.Get(at).Want(http.StatusNotFound)
	if got := h.actor("method.removed"); got != "person" || h.count(`passkeys`) != 0 {
		t.Errorf("it was removed by %q, and %d are left", got, h.count(`passkeys`))
	}
}

func TestAForgedPasskeyConfirmsNoStep(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	b := h.in()
	mine := h.registered(b, anna)
	confirm, waiting := b.removal()
	q := questionOf(waiting)

	_, err := h.client.PutAccount(t.Context(), "4712", "Office North")
	h.must(err)
	other := h.in("account", "4712") // has nothing yet, so that it may begin with a passkey
	theirs := h.passkeysOf("localhost", h.url)
	other.keep(theirs.made(h, other.Post("/portal/methods/passkey", nil).Want(http.StatusOK)), "Theirs").Want(http.StatusSeeOther)

	for name, forged := range map[string]func() string{
		"signed on the login page": func() string { a := *mine; a.rp.Origin = origin; return a.sign(h, q) },
		"signed on another page":   func() string { a := *mine; a.rp.Origin = "http://localhost:1"; return a.sign(h, q) },
		"of another domain":        func() string { a := *mine; a.rp.ID = "login.example"; return a.sign(h, q) },
		"of another account":       func() string { return theirs.sign(h, q) },
		"of another account, under this one's handle": func() string {
			a := *theirs
			a.auth.Options.UserHandle = mine.auth.Options.UserHandle
			return a.sign(h, q)
		},
		"that nobody unlocked": func() string { a := *mine; a.auth.Options.UserNotVerified = true; return a.sign(h, q) },
	} {
		h.sql(`UPDATE methods SET failures = 0, paused_until = 0`)
		if status := h.send(q, forged()); status != http.StatusUnprocessableEntity {
			t.Errorf("a passkey %s: %d", name, status)
		}
	}
	h.sql(`UPDATE methods SET failures = 0, paused_until = 0`)
	b.Post(confirm, nil).Want(http.StatusConflict)

	answer := mine.sign(h, q)
	if status := h.send(q, answer); status != http.StatusOK {
		t.Fatalf("the honest one: %d", status)
	}
	_, next := h.in().removal()
	if status := h.send(questionOf(next), answer); status != http.StatusUnprocessableEntity {
		t.Errorf("the same answer to another question: %d", status)
	}
	if status, _ := h.ask(question{questionOf(next).id, q.ticket}, "/passkey", `{"credential":`+answer+`}`, h.url); status != http.StatusNotFound {
		t.Errorf("another question's ticket: %d", status)
	}
}

// The portal's origin counts on the portal's questions and nowhere else.
func TestALoginIsNotConfirmedByWhatWasSignedInThePortal(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	a := h.registered(h.in(), anna)
	h.sql(`UPDATE applications SET origins = $1`, `["http://login.localhost"]`)
	asked, err := h.client.CreateApproval(t.Context(), h.login())
	h.must(err)
	q := question{asked.ID, asked.Socket.Ticket}
	if status := h.send(q, a.sign(h, q)); status != http.StatusUnprocessableEntity {
		t.Errorf("signed on the portal's page: %d", status)
	}
	a.rp.Origin = "http://login.localhost"
	if status := h.send(q, a.sign(h, q)); status != http.StatusOK {
		t.Errorf("signed on the login page: %d", status)
	}
}

func TestAForgedRegistrationIsKeptNowhere(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	_, err := h.client.PutAccount(t.Context(), "4712", "Office North")
	h.must(err)
	a := h.passkeysOf("localhost", h.url)
	b := h.in()
	shown := b.begin(anna)
	for name, forge := range map[string]func(a *authenticator) string{
		"another page's":          func(a *authenticator) string { a.rp.Origin = origin; return a.made(h, shown) },
		"another domain's":        func(a *authenticator) string { a.rp.ID = "login.example"; return a.made(h, shown) },
		"one nobody unlocked":     func(a *authenticator) string { a.auth.Options.UserNotVerified = true; return a.made(h, shown) },
		"one that is not even it": func(*authenticator) string { return `{"id":"x"}` },
		"none":                    func(*authenticator) string { return "" },
	} {
		forged := *a
		if p := b.keep(forge(&forged), "Mine"); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, p.Status, p.Text)
		}
	}
	h.in("account", "4712").keep(a.made(h, shown), "Mine").Want(http.StatusConflict) // another account, which began none
	b.keep(a.made(h, shown), "a\u202eb").Want(http.StatusUnprocessableEntity)
	if h.count(`passkeys`) != 0 {
		t.Error("one is kept")
	}
	b.keep(a.made(h, shown), "").Want(http.StatusSeeOther)
	b.Get("/portal/methods").Says("Chrome, Linux")
}

func TestNobodyRemovesAPasskeyOfAnotherAccount(t *testing.T) {
	h := newHouse(t)
	h.registered(h.in(), h.phone("Anna"))
	_, err := h.client.PutAccount(t.Context(), "4712", "Office North")
	h.must(err)
	b, at := h.in("account", "4712"), "/portal/methods/passkey/"+h.one(`SELECT id FROM passkeys`)+"/remove"
	b.Get(at).Want(http.StatusNotFound).Silent("Laptop")
	b.Post(at, nil).Want(http.StatusNotFound)
	b.Get("/portal/methods").Silent("Laptop")
}

func TestWhereThePortalMayNotUseAPasskeyItIsShownAndRemovedAndThePageSaysWhereToMakeOne(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	b := h.in()
	h.registered(b, anna)
	h.passkeysOf("login.example", origin) // the application has moved to another domain
	b.Get("/portal/methods").Says("Laptop", "You set up a passkey at login.example.").Silent("Set up a passkey")
	b.Post("/portal/methods/passkey", nil).Want(http.StatusConflict).Says("No passkey can be set up for this account here.")
	confirm := b.Post("/portal/methods/passkey/"+h.one(`SELECT id FROM passkeys`)+"/remove", nil).Want(http.StatusSeeOther).To()
	waiting := b.Get(confirm)
	if status, _ := h.ask(questionOf(waiting), "/passkey/options", "", h.url); status != http.StatusConflict {
		t.Errorf("a passkey is asked for: %d", status)
	}
	h.answer(anna, phone.Approve, waiting.Number())
	b.Post(confirm, nil).Want(http.StatusSeeOther)
	if h.count(`passkeys`) != 0 {
		t.Error("it is still there")
	}
}

// Browsers let the portal use passkeys of another domain where that publishes the portal as a related origin; Jawort does where the application names it.
func TestAnApplicationThatNamesThePortalsOriginHasItUseItsPasskeys(t *testing.T) {
	const public = "https://jawort.example"
	h := newHouse(t, public)
	a := h.passkeysOf("login.example", public)
	b := h.browser()
	b.Client.Jar = behindTLS{b.Client.Jar}
	b.Post(strings.Replace(h.address(), public, h.url, 1), nil).Want(http.StatusSeeOther)
	b.Get("/portal/methods").Silent("Set up a passkey").Says("You set up a passkey at login.example.")
	h.sql(`UPDATE applications SET origins = $1`, `["`+origin+`","`+public+`"]`)
	b.Get("/portal/methods").Says("Set up a passkey")
	b.keep(a.made(h, b.Post("/portal/methods/passkey", nil).Want(http.StatusOK)), "Laptop").Want(http.StatusSeeOther)
	waiting := b.Get(b.Post("/portal/data", nil).Want(http.StatusSeeOther).To())
	q := questionOf(waiting)
	elsewhere := *a
	elsewhere.rp.Origin = origin
	if status := h.send(q, elsewhere.sign(h, q)); status != http.StatusUnprocessableEntity {
		t.Errorf("signed on the login page: %d", status)
	}
	if status := h.send(q, a.sign(h, q)); status != http.StatusOK {
		t.Errorf("signed in the portal: %d", status)
	}
}

// behindTLS keeps cookies as a browser does that is on the other side of a proxy.
type behindTLS struct{ http.CookieJar }

func (j behindTLS) Cookies(u *url.URL) []*http.Cookie {
	return j.CookieJar.Cookies(&url.URL{Scheme: "https", Host: u.Host, Path: u.Path})
}

func (j behindTLS) SetCookies(u *url.URL, all []*http.Cookie) {
	j.CookieJar.SetCookies(&url.URL{Scheme: "https", Host: u.Host, Path: u.Path}, all)
}
