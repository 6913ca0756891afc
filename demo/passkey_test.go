package demo

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/store/db"
)

// choose takes one of the methods that the waiting page offers.
func choose(login *browsertest.Tab, method string) {
	login.Helper()
	login.Click(`button[data-method="` + method + `"]`)
}

// beginByPasskey signs in for the first time, by a passkey that the page makes.
func beginByPasskey(login *browsertest.Tab, password string) {
	login.Helper()
	signInWith(login, password)
	choose(login, "passkey")
	login.WantText("h1", "Signed in")
}

func TestAFirstLoginMakesAPasskeyThatConfirmsTheNext(t *testing.T) {
	t.Parallel()
	h := open(t)
	login := newTab(t, h)
	authenticator := login.Authenticator()
	beginByPasskey(login, demoPassword)
	if n := authenticator.Passkeys(); n != 1 {
		t.Fatalf("the browser has %d passkeys", n)
	}
	login.Click(".button")
	signIn(login)
	login.Click("#unlock")
	login.WantText("h1", "Signed in")
	login.WantText(".good", "by the passkey “Chrome")
	login.Click("summary")
	login.WantText("details", "--rp-id localhost --origin "+h.siteURL)
	login.WantAccessible()
}

func TestWhoSignedInByPhoneAddsAPasskeyAndConfirmsByItNextTime(t *testing.T) {
	t.Parallel()
	h := open(t)
	login := newTab(t, h)
	enter(login, demoPassword)
	authenticator := login.Authenticator()
	login.Click(`a[href="/passkey"]`)
	authenticator.Refuse(true)
	login.Click("form button")
	login.WantText(".problem:not([hidden])", "cancelled")
	authenticator.Refuse(false)
	login.Click("form button")
	login.WantText("h1", "Your passkey is ready")
	login.Go(h.siteURL + "/passkey")
	login.Click("form button")
	login.WantText(".problem:not([hidden])", "has a passkey for this login already")
	login.Go(h.siteURL)
	signIn(login)
	login.Click("#another")
	choose(login, "passkey")
	login.WantText("h1", "Signed in")
	login.WantText(".good", "by the passkey “Chrome")
}

func TestABrowserWithoutPasskeysIsToldSo(t *testing.T) {
	t.Parallel()
	h := open(t)
	login := newTab(t, h)
	enter(login, demoPassword)
	login.Before(`delete PublicKeyCredential.parseCreationOptionsFromJSON`)
	login.Click(`a[href="/passkey"]`)
	login.Click("form button")
	login.WantText(".problem:not([hidden])", "has no passkeys")
}

// becomePhone registers the device as a phone, by the page that another browser opened.
func becomePhone(device *browsertest.Tab, other *visitor) {
	device.Helper()
	_, page := other.get("/phone")
	device.Go(found(other.t, linkShown, page))
	other.send(other.post("/phone", url.Values{"enrolment": {found(other.t, enrolmentShown, page)}, "digits": {registerIn(device)}}))
	ready(device)
}

// TestThePasskeysOfAppAndLoginPageStandSideBySideOnOneDevice holds apart what is bound to one host: a phone whose browser is signed in too.
func TestThePasskeysOfAppAndLoginPageStandSideBySideOnOneDevice(t *testing.T) {
	t.Parallel()
	h := open(t)
	device, other := newTab(t, h), newVisitor(t, h.siteURL)
	authenticator := device.Authenticator()
	device.Before(noPushService)
	beginByPasskey(device, demoPassword)
	becomePhone(device, other)
	if n := authenticator.Passkeys(); n != 2 {
		t.Fatalf("the device has %d passkeys: one took the other's place", n)
	}
	device.Go(h.siteURL)
	signIn(device)
	device.Click("#another")
	choose(device, "passkey")
	device.WantText("h1", "Signed in")
	device.WantText(".good", "by the passkey")
	_, page := other.login(demoPassword)
	device.Go(h.phoneURL)
	device.WantText("h1", "Is this you?")
	for _, digit := range found(t, numberShown, page) {
		device.Click(`[data-digit="` + string(digit) + `"]`)
	}
	device.Click(".approve")
	if _, page := other.get("/welcome"); !strings.Contains(page, "confirmed by <strong>Anna</strong>") {
		t.Errorf("the welcome page says\n%s", page)
	}
}

// assert signs options for a login page with a credential of the tab's authenticator.
const assert = `(async (options, id) => {
	options.allowCredentials = [{ type: "public-key", id }];
	const credential = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
	return JSON.stringify(credential);
})`

func TestTheLoginPageNeitherAsksForThePhonesKeyNorTakesIt(t *testing.T) {
	t.Parallel()
	h := open(t)
	device, other := newTab(t, h), newVisitor(t, h.siteURL)
	device.Authenticator()
	device.Before(noPushService)
	beginByPasskey(device, demoPassword)
	becomePhone(device, other)
	device.Go(h.siteURL)
	ofPhone, ofPage := h.text(t, `SELECT c.id FROM credentials c JOIN accounts a ON a.id = c.account WHERE a.external_id = '`+demoAccount+`'`), h.text(t, `SELECT credential FROM passkeys`)
	c, err := h.newClient()
	if err != nil {
		t.Fatal(err)
	}
	a, err := c.CreateApproval(t.Context(), client.Request{Account: demoAccount, Browser: client.Browser{IP: "127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	options, err := c.AskForPasskey(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	var asks struct {
		AllowCredentials []struct{ ID string }
	}
	if err := json.Unmarshal(options, &asks); err != nil || len(asks.AllowCredentials) != 1 || asks.AllowCredentials[0].ID != ofPage {
		t.Errorf("the page asks for %+v, %v", asks, err)
	}
	by := func(id string) error {
		signed := browsertest.Eval[string](device, assert+`(`+string(options)+`, "`+id+`")`)
		return c.ConfirmByPasskey(t.Context(), a.ID, json.RawMessage(signed))
	}
	var refused *client.Error
	if err := by(ofPhone); !errors.As(err, &refused) || refused.Code != "wrong-passkey" {
		t.Errorf("the phone's key confirms: %v", err)
	}
	if err := by(ofPage); err != nil {
		t.Errorf("the page's key does not: %v", err)
	}
}

// text is one stored credential id, as browsers write it.
func (h *house) text(t *testing.T, query string) string {
	t.Helper()
	store := h.process.Lasting()
	b, err := db.One(t.Context(), store.Writes(), db.ScanBytes, query)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func TestTheFolderOfADemoFromBeforePasskeysGetsThem(t *testing.T) {
	t.Parallel()
	o, _ := publicly(t)
	before, stop := run(t, o)
	v := newStranger(t, before)
	if status, _ := v.login(before.record.Password); status != http.StatusOK {
		t.Fatalf("the login got %d", status)
	}
	before.forgetRPID(t)
	stop()
	after, _ := run(t, o)
	login := newTab(t, after)
	login.Authenticator()
	beginByPasskey(login, after.record.Password)
	login.Click(".button")
	signInWith(login, after.record.Password)
	login.Click("#unlock")
	login.WantText("h1", "Signed in")
	login.WantText(".good", "by the passkey")
	login.Click("summary")
	login.WantText("details", "--rp-id "+after.front.host+" --origin "+after.siteURL)
}

// forgetRPID makes the application what older demos made.
func (h *house) forgetRPID(t *testing.T) {
	t.Helper()
	store := h.process.Lasting()
	if _, err := db.Exec(t.Context(), store.Writes(), `UPDATE applications SET rp_id = ''`); err != nil {
		t.Fatal(err)
	}
}

func TestAPasskeyIsAddedOnlyRightAfterAConfirmedLogin(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := newVisitor(t, h.siteURL)
	p := register(t, v)
	wantNone := func(who string) {
		t.Helper()
		if status, page := v.get("/passkey"); status != http.StatusUnauthorized || strings.Contains(page, "data-options") || !strings.Contains(page, "right after a confirmed login") {
			t.Errorf("%s: the page got %d:\n%s", who, status, page)
		}
		if status, _ := v.send(v.post("/passkey", url.Values{"credential": {"{}"}})); status != http.StatusUnauthorized {
			t.Errorf("%s: a passkey got %d", who, status)
		}
	}
	wantNone("a stranger")
	approve(t, v, p, func() { wantNone("somebody who has the password only") })
	if status, page := v.get("/passkey"); status != http.StatusOK || !strings.Contains(page, "data-options") {
		t.Errorf("who confirmed got %d:\n%s", status, page)
	}
	now := time.Now()
	for method, ago := range map[string]time.Duration{"push": freshness, "trusted_browser": 0, "not_enforced": 0} {
		if isFresh(client.Approval{Method: method, DecidedAt: now.Add(-ago)}, now) {
			t.Errorf("%s, %s ago, is fresh", method, ago)
		}
	}
	if !isFresh(client.Approval{Method: "push", DecidedAt: now.Add(time.Second - freshness)}, now) {
		t.Error("a login is too old too early")
	}
}

// approve signs the visitor in, by the phone.
func approve(t *testing.T, v *visitor, p *phone.Phone, meanwhile func()) {
	t.Helper()
	_, page := v.login(demoPassword)
	meanwhile()
	items, err := p.Pending(t.Context(), 10*time.Second, nil)
	if err != nil || len(items) != 1 {
		t.Fatalf("the phone is asked %d questions, %v", len(items), err)
	}
	if _, err := p.Decide(t.Context(), items[0], phone.Approve, found(t, numberShown, page)); err != nil {
		t.Fatal(err)
	}
	if status, _ := v.get("/welcome"); status != http.StatusOK {
		t.Fatalf("the welcome page got %d", status)
	}
}

func TestWhatIsNoPasskeyIsRefusedWithASentenceAndAnotherTry(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := newVisitor(t, h.siteURL)
	approve(t, v, register(t, v), func() {})
	for _, sent := range []string{"", "nonsense", "{}", `{"id":"x","rawId":"x","type":"public-key","response":{}}`} {
		status, page := v.send(v.post("/passkey", url.Values{"credential": {sent}}))
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, "cannot be used") || !strings.Contains(page, "data-options") {
			t.Errorf("%q got %d:\n%s", sent, status, page)
		}
	}
}

func TestThePageWithThePasskeyOfAnotherSaysThatItIsLate(t *testing.T) {
	t.Parallel()
	h := open(t)
	login := newTab(t, h)
	enter(login, demoPassword)
	login.Authenticator()
	login.Click(`a[href="/passkey"]`)
	login.Wait("form button")
	c, err := h.newClient()
	if err == nil {
		_, err = c.StartPasskey(t.Context(), demoAccount) // as another page does
	}
	if err != nil {
		t.Fatal(err)
	}
	login.Click("form button")
	login.WantText(".problem", "another page began anew")
	login.Click("form button")
	login.WantText("h1", "Your passkey is ready")
}
