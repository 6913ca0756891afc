package browsertest

import (
	"context"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// Authenticator is the tab's own, as a phone or a laptop has one: it makes passkeys and unlocks them by itself.
type Authenticator struct {
	tab *Tab
	id  webauthn.AuthenticatorID
}

// Authenticator gives the tab an authenticator with user verification.
func (tab *Tab) Authenticator() Authenticator {
	tab.Helper()
	a := Authenticator{tab: tab}
	tab.run(webauthn.Enable(), chromedp.ActionFunc(func(ctx context.Context) (err error) {
		a.id, err = webauthn.AddVirtualAuthenticator(&webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}).Do(ctx)
		return err
	}))
	return a
}

// Refuse makes its person fail to unlock it, or succeed again.
func (a Authenticator) Refuse(refuse bool) {
	a.tab.Helper()
	a.tab.run(webauthn.SetUserVerified(a.id, !refuse))
}

// Forget deletes all its passkeys, as a person can.
func (a Authenticator) Forget() {
	a.tab.Helper()
	a.tab.run(webauthn.ClearCredentials(a.id))
}

// Passkeys is how many it has.
func (a Authenticator) Passkeys() (n int) {
	a.tab.Helper()
	a.tab.run(chromedp.ActionFunc(func(ctx context.Context) error {
		all, err := webauthn.GetCredentials(a.id).Do(ctx)
		n = len(all)
		return err
	}))
	return n
}
