package demo

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/store/operators"
	"github.com/jawort/jawort/store/outbox"
)

const localSteps = `1. Open %[1]s/phone and follow it: another tab becomes the phone.
2. Open %[1]s, sign in, and type the number into the app.
3. Signed in, add a passkey, and confirm the next login by it.
4. Look after phones, logins and passkeys in the portal: Security settings.
`

const broker = "\nLogin number %s, with the same password, is a broker: the portal has customers, roll-out and costs there.\n"

const publicSteps = `1. Open %[2]s on the phone. On an iPhone, put it on the home screen and open it from there.
2. Open %[1]s on a computer, sign in, and choose the companion app. Scan the QR code with the app.
3. Type the app's six digits into the page, and the page's number into the app.

Whoever knows the password may sign in. docs/try-on-your-phone.md has every step, and what to do where one fails.
`

// announce says where everything is, and what to do now.
func (h *house) announce(ctx context.Context, o Options) error {
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
	fmt.Fprintf(&b, broker, brokerAccount)
	into, err := h.console(ctx)
	if err != nil && ctx.Err() == nil { // who ends it at once needs no link
		return err
	}
	b.WriteString(into)
	fmt.Fprintf(&b, "\nCtrl-C ends it. %s\n", h.left(o))
	_, err = fmt.Fprint(o.Out, b.String())
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

// console says how to get into it: by a link that makes somebody its administrator, where nobody is yet.
func (h *house) console(ctx context.Context) (string, error) {
	store := &operators.Store{DB: h.process.Lasting().DB}
	there, err := store.List(ctx, "", "", 100)
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(there, func(o operator.Operator) bool { return !o.JoinedAt.IsZero() && o.EndedAt.IsZero() }) {
		return "\nThe console is at " + h.serverURL + "/console; sign in with your passkey.\n", nil
	}
	_, link, err := console.Invite(ctx, store, operator.Operator{Name: "Demo", Role: operator.Administrator}, h.serverURL, rand.Reader, outbox.Actor{Kind: outbox.ByCommand, ID: "jawort"})
	return "\nAdministrators have a console. This link registers a passkey for it, once and within an hour:\n  " + link + "\n", err
}
