package journeys_test

import (
	"testing"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
)

func TestEveryScreenIsAccessibleInBothLanguages(t *testing.T) {
	for _, c := range []struct {
		language, ask string
		dark          bool
	}{{"en", "Is this you?", false}, {"de", "Sind Sie das?", true}} {
		t.Run(c.language, func(t *testing.T) {
			h := newHouse(t)
			p := h.barePhone("Ada")
			p.Show(browsertest.Screen{Width: 390, Height: 844, Mobile: true, Language: c.language, Dark: c.dark})
			p.Go(h.url)
			p.Wait(".welcome")
			p.WantAccessible()
			p.Allow(h.url)
			p.Before(noPushService)
			p.screensOfAdding(h.link(login))
			p.screensOfLogins()
			p.screensOfAsking(c.ask)
		})
	}
}

func (p *phone) screensOfAdding(e client.Enrolment) {
	p.Helper()
	p.Go(p.house.url + "/#/add")
	p.Type("[name=link]", "x")
	p.Click("form .secondary")
	p.Wait(".trouble")
	p.WantAccessible()
	p.Before(noScreenLock)
	p.Go(e.Link)
	p.Wait(".lack")
	p.WantAccessible()
	_ = browsertest.Eval[bool](p.Tab, `(PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable = async () => true) !== null`)
	p.Click(".banner .secondary")
	p.Wait(".register")
	p.WantAccessible()
	p.register()
	digits := p.digits()
	p.WantAccessible()
	p.house.confirm(e, digits)
	p.Wait(".active")
	p.WantAccessible()
	p.Click(".close")
}

func (p *phone) screensOfLogins() {
	p.Helper()
	_, err := p.house.client.AnnounceRecovery(p.house.Context(), login, "The phone was stolen.")
	p.house.must(err)
	p.Reload()
	p.Wait(".banner button.danger")
	p.WantAccessible()
	p.Click(".cards button")
	p.Click(".leave")
	p.WantAccessible()
	p.Click(".back")
	p.Click("nav a[href='#/settings']")
	p.Wait(".test")
	p.WantAccessible()
}

func (p *phone) screensOfAsking(ask string) {
	p.Helper()
	a := p.house.ask()
	p.Heading(ask)
	p.WantAccessible()
	p.digitsOf(wrong(a, 1))
	p.Wait(".trouble")
	p.Click(".report")
	p.WantAccessible()
	p.Click(".sure .secondary")
	p.Click(".back")
	p.Wait(".asking")
	p.WantAccessible()
	p.Click(".card.asking")
	p.digitsOf(a.Number)
	p.Wait(".outcome")
	p.WantAccessible()
	p.Click(".close")
	p.house.ask(func(r *client.Request) {
		r.Kind = client.Transaction
		r.Details = []client.Detail{{Label: "Betrag", Value: "4.950,00 €", Role: "amount"}, {Label: "Empfänger", Value: "Muster Bau GmbH", Role: "payee"}}
	})
	p.Wait(".details")
	p.WantAccessible()
	p.Click(".deny")
	p.Wait(".outcome")
	p.WantAccessible()
	p.Click(".close")
	p.Click("nav a[href='#/history']")
	p.Wait(".history li")
	p.WantAccessible()
}
