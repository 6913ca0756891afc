package journeys_test

import (
	"slices"
	"testing"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
)

func TestEveryScreenIsAccessibleInBothLanguagesAndSizesOfText(t *testing.T) {
	for name, c := range map[string]struct {
		screen browsertest.Screen
		text   int64 // pixels that the person chose; 16 is what most have
		ask    string
	}{
		"English, light":                 {phoneScreen("en", false), 16, "Is this you?"},
		"German, dark":                   {phoneScreen("de", true), 16, "Sind Sie das?"},
		"German, text twice as large":    {phoneScreen("de", false), 32, "Sind Sie das?"},
		"English, a desk at 200 % zoom":  {browsertest.Screen{Width: 640, Height: 400, Language: "en"}, 16, "Is this you?"},
		"German, a narrow phone at 200%": {browsertest.Screen{Width: 320, Height: 568, Mobile: true, Language: "de"}, 32, "Sind Sie das?"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			p := h.barePhone("Ada")
			p.Show(c.screen)
			p.TextSize(c.text)
			p.Go(h.url)
			p.Wait(".welcome")
			p.look()
			p.Allow(h.url)
			p.Before(noPushService)
			p.screensOfAdding(h.link(login))
			p.screensOfLogins()
			p.screensOfAsking(c.ask)
		})
	}
}

func phoneScreen(language string, dark bool) browsertest.Screen {
	return browsertest.Screen{Width: 390, Height: 844, Mobile: true, Language: language, Dark: dark}
}

// look looks at a screen as those do who cannot see it, or not well.
func (p *phone) look() {
	p.Helper()
	p.WantAccessible()
	p.WantNothingCutOff()
}

func TestAScreenReaderSaysWhatIsAskedAndEveryAnswer(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	h.ask()
	p.Heading("Is this you?")
	p.Wait(".approve")
	want := []string{
		"button Back", "heading Is this you?", "progressbar Time left",
		"heading Type the number that is shown where you sign in", "image 0 of 2 digits typed", "group Type the number that is shown where you sign in",
		"button 1", "button 2", "button 3", "button 4", "button 5", "button 6", "button 7", "button 8", "button 9", "button 0", "button Delete the last digit",
		"button Confirm", "button Not mine", "button This is fraud", "status",
	}
	if got := p.Read(); !slices.Equal(got, want) {
		t.Errorf("it says\n%q", got)
	}
	if focused := browsertest.Eval[string](p.Tab, `document.activeElement.innerText`); focused != "Is this you?" {
		t.Errorf("it begins at %q", focused)
	}
	p.keys("1")
	p.WantText("#said", "1 of 2 digits typed")
	p.Click(".report")
	p.Wait(".sure")
	if got := p.Read(); !slices.Contains(got, "alertdialog Report this as fraud?") {
		t.Errorf("it says\n%q", got)
	}
}

func (p *phone) screensOfAdding(e client.Enrolment) {
	p.Helper()
	p.Go(p.house.url + "/#/add")
	p.Type("[name=link]", "x")
	p.Click("form .secondary")
	p.Wait(".trouble")
	p.look()
	p.Before(noScreenLock)
	p.Go(e.Link)
	p.Wait(".lack")
	p.look()
	_ = browsertest.Eval[bool](p.Tab, `(PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable = async () => true) !== null`)
	p.Click(".banner .secondary")
	p.Wait(".register")
	p.look()
	p.register()
	digits := p.digits()
	p.look()
	p.house.confirm(e, digits)
	p.Wait(".active")
	p.look()
	p.Click(".close")
}

func (p *phone) screensOfLogins() {
	p.Helper()
	_, err := p.house.client.AnnounceRecovery(p.house.Context(), login, "The phone was stolen.")
	p.house.must(err)
	p.Reload()
	p.Wait(".banner button.danger")
	p.look()
	p.Click(".cards button")
	p.Click(".leave")
	p.look()
	p.Click(".back")
	p.Click("nav a[href='#/settings']")
	p.Wait(".test")
	p.look()
}

func (p *phone) screensOfAsking(ask string) {
	p.Helper()
	a := p.house.ask()
	p.Heading(ask)
	p.look()
	p.digitsOf(wrong(a, 1))
	p.Wait(".trouble")
	p.Click(".report")
	p.look()
	p.Click(".sure .secondary")
	p.Click(".back")
	p.Wait(".asking")
	p.look()
	p.Click(".card.asking")
	p.digitsOf(a.Number)
	p.Wait(".outcome")
	p.look()
	p.Click(".close")
	p.house.ask(func(r *client.Request) {
		r.Kind = client.Transaction
		r.Details = []client.Detail{{Label: "Betrag", Value: "4.950,00 €", Role: "amount"}, {Label: "Empfänger", Value: "Muster Bau GmbH", Role: "payee"}}
	})
	p.Wait(".details")
	p.look()
	p.Click(".deny")
	p.Wait(".outcome")
	p.look()
	p.Click(".close")
	p.Click("nav a[href='#/history']")
	p.Wait(".history li")
	p.look()
	p.Click(".history .check")
	p.Wait(".late")
	p.look()
}
