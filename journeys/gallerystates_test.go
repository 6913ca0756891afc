package journeys_test

import (
	"fmt"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
)

// browsers are what a person's may be or lack. The page is in one for as long as its session says so.
const browsers = `({
	lock: () => { ` + noScreenLock + `; },
	clock: () => { const real = Date.now; Date.now = () => real() + 420000; },
	unasked: () => { Object.defineProperty(Notification, "permission", { get: () => "default" }); },
	iphone: () => { ` + iPhone + `; },
	none: () => { delete window.PublicKeyCredential; },
})[sessionStorage.browser]?.()`

// as opens an address in such a browser; empty: in the person's own.
func (g gallery) as(browser, address string) {
	g.Helper()
	_ = browsertest.Eval[bool](g.Tab, fmt.Sprintf(`(sessionStorage.browser = %q) !== null`, browser))
	g.Go(g.house.url + "/v1/nothing")
	g.Go(address)
}

// unfit are browsers in which a phone cannot be registered as it is.
func (g gallery) unfit(e client.Enrolment) {
	g.Helper()
	for browser, lack := range map[string]string{"none": "passkeys", "iphone": "home-screen"} {
		g.as(browser, e.Link)
		g.Wait(fmt.Sprintf(".lack[data-lack=%s]", lack))
		g.look("add-no-" + lack)
		g.Click(".back")
	}
	g.as("", g.house.url)
	g.Wait(".welcome")
}

// hints are what the list of logins says of the phone it is on.
func (g gallery) hints() {
	g.Helper()
	for browser, hint := range map[string]string{
		"lock": ".banner.danger", "clock": ".banner + .banner", "unasked": ".banner .link", "iphone": ".banner.warning",
	} {
		g.as(browser, g.house.url)
		g.Wait(".cards")
		g.Wait(hint)
		g.look("home-hint-" + browser)
	}
	g.as("", g.house.url)
	g.Wait(".cards")
}
