package demo

import (
	"fmt"
	"strings"
)

const localSteps = `1. Open %[1]s/phone and follow it: another tab becomes the phone.
2. Open %[1]s, sign in, and type the number into the app.
3. Signed in, add a passkey, and confirm the next login by it.
4. Look after phones, logins and passkeys in the portal: Security settings.
`

const publicSteps = `1. Open %[2]s on the phone. On an iPhone, put it on the home screen and open it from there.
2. Open %[1]s on a computer, sign in, and choose the companion app. Scan the QR code with the app.
3. Type the app's six digits into the page, and the page's number into the app.

Whoever knows the password may sign in. docs/try-on-your-phone.md has every step, and what to do where one fails.
`

// announce says where everything is, and what to do now.
func (h *house) announce(o Options) error {
	steps, doubt := localSteps, ""
	if h.front.public() {
		steps, doubt = publicSteps, h.front.cert.doubt()
	}
	var b strings.Builder
	fmt.Fprintf(&b, `Jawort is running, all in this process:

  login page     %s      login number %s, password %s
  for services   %s
  for phones     %s
  admin          http://%s/metrics
%s
`, h.siteURL, demoAccount, h.places("").password, h.serverURL, h.phoneURL, h.process.Addrs().Admin, doubt)
	fmt.Fprintf(&b, steps, h.siteURL, h.phoneURL)
	fmt.Fprintf(&b, "\nCtrl-C ends it. %s\n", h.left(o))
	_, err := fmt.Fprint(o.Out, b.String())
	return err
}

// left says what is left behind.
func (h *house) left(o Options) string {
	switch {
	case h.folder.kept:
		return "Phones, password and keys stay in " + h.folder.path + "; started again with it, the demo goes on."
	case o.Database != "":
		return "Tenant, application, account and phones stay in the database, the keys do not: phones must be registered anew."
	}
	return "Nothing is kept but what phones keep themselves."
}
