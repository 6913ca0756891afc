package demo

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/jawort/jawort/edge/browsertest"
)

// noPushService is what a headless browser has: the app works while it is open.
const noPushService = `PushManager.prototype.subscribe = async () => { throw new DOMException("no push service", "AbortError"); }`

// newTab opens the login page in a browser whose other tabs may be phones.
func newTab(t *testing.T, h *house) *browsertest.Tab {
	t.Helper()
	tab := browsertest.New(t)
	tab.Allow(h.phoneURL)
	tab.Go(h.siteURL)
	return tab
}

// app opens the companion app in another tab, where a link leads.
func app(login *browsertest.Tab, link string) *browsertest.Tab {
	login.Helper()
	login.Wait(link)
	tab := login.Beside()
	tab.Authenticator()
	tab.Before(noPushService)
	tab.Go(browsertest.Eval[string](login, `(document.querySelector("jawort-wait")?.shadowRoot ?? document).querySelector('`+link+`').href`))
	return tab
}

// registerIn fills in the app's form and returns the six digits that it shows.
func registerIn(app *browsertest.Tab) string {
	app.Helper()
	app.Type("[name=holder]", "Anna")
	app.Type("[name=label]", "Anna's tab")
	app.Click(".register .primary")
	return strings.Join(strings.Fields(app.Text(".digits")), "")
}

// ready waits until the app says that it is registered, and goes on.
func ready(app *browsertest.Tab) {
	app.Helper()
	app.WantText("h1", "This phone is ready")
	app.Click(".close")
}

func signIn(tab *browsertest.Tab) {
	tab.Helper()
	signInWith(tab, demoPassword)
}

func signInWith(tab *browsertest.Tab, password string) {
	tab.Helper()
	tab.Type("[name=password]", password)
	tab.Click("button")
}

// confirm types the number that the login page shows into the app.
func confirm(login, app *browsertest.Tab) {
	login.Helper()
	app.WantText("h1", "Is this you?")
	for _, digit := range notDigits.ReplaceAllString(login.Text(`[part~="number"]`), "") {
		app.Click(`[data-digit="` + string(digit) + `"]`)
	}
	app.Click(".approve")
}

var notDigits = regexp.MustCompile(`[^0-9]`)

func TestTwoTabsOfOneBrowserGoFromTheLoginPageToAConfirmedLogin(t *testing.T) {
	t.Parallel()
	h := open(t)
	login := newTab(t, h)
	login.WantAccessible()
	login.Click(`a[href="/phone"]`)
	phone := app(login, `a[target="_blank"]`)
	digits := registerIn(phone)
	login.WantAccessible()
	login.Type("[name=digits]", digits)
	login.Press("\r")
	login.WantText("h1", "Your phone is registered")
	login.WantAccessible()
	ready(phone)
	login.Click(".button")
	signIn(login)
	login.WantText(`[part~="delivery"]`, "The question is on the phone.")
	login.WantAccessible()
	confirm(login, phone)
	login.WantText("h1", "Signed in")
	login.WantText(".good", "Anna")
	login.WantAccessible()
}

func TestAFirstLoginSetsUpThePhoneByWhichItIsConfirmed(t *testing.T) {
	t.Parallel()
	h := open(t)
	login := newTab(t, h)
	signIn(login)
	login.Click(`button[data-method="push"]`)
	phone := app(login, "#here")
	digits := registerIn(phone)
	login.Type("#field", digits)
	login.Press("\r")
	confirm(login, phone) // it was asked before it was registered
	login.WantText("h1", "Signed in")
	login.WantText(".good", "Anna")
}

func TestAFirstLoginIsConfirmedByAnAuthenticatorAppToo(t *testing.T) {
	t.Parallel()
	h := open(t)
	login := newTab(t, h)
	signIn(login)
	login.Click(`button[data-method="totp"]`)
	key := strings.ReplaceAll(login.Text(`[part~="key"]`), " ", "")
	code, err := exec.CommandContext(t.Context(), "oathtool", "--totp", "--base32", key).Output()
	if err != nil {
		t.Fatal(err)
	}
	login.Type("#field", strings.TrimSpace(string(code)))
	login.Press("\r")
	login.WantText("h1", "Signed in")
	login.WantText(".good", "by a code of the authenticator app")
}

func TestADeniedLoginStaysOutsideAndMayStartAgain(t *testing.T) {
	t.Parallel()
	h := open(t)
	login := newTab(t, h)
	login.Click(`a[href="/phone"]`)
	phone := app(login, `a[target="_blank"]`)
	login.Type("[name=digits]", registerIn(phone))
	login.Press("\r")
	login.WantText("h1", "Your phone is registered")
	ready(phone)
	login.Click(".button")
	signIn(login)
	phone.WantText("h1", "Is this you?")
	phone.Click(".deny")
	login.Click(`a[slot="again"]`)
	login.WantText("h1", "Sign in")
	login.Go(h.siteURL + "/welcome")
	login.WantText(".problem", "not confirmed")
}

func TestWhoBlocksNotificationsConfirmsWhileTheAppIsOpen(t *testing.T) {
	t.Parallel()
	h := open(t)
	login := newTab(t, h)
	login.Block(h.phoneURL)
	phone := enter(login, demoPassword)
	phone.Go(h.phoneURL)
	phone.WantText("main", "Notifications are blocked")
	phone.WantText("main", "You are asked only while this app is open.")
}
