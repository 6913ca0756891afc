package journeys_test

import (
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
)

// address is one that the login service was given for the portal, and has not sent anybody to.
func (p *portal) address() string {
	p.Helper()
	s, err := p.house.client.CreatePortalSession(p.Context(), client.NewPortalSession{Account: login, ReturnURL: p.site + "/", Locale: "en", Page: "logins"})
	p.house.must(err)
	return s.URL
}

// over wants the page that lets nobody in, tells nothing of the account and leads back to the login service, which has another address.
func (p *portal) over() {
	p.Helper()
	p.WantText("h1", "This does not lead on at the moment")
	p.Gone("nav")
	p.WantAccessible()
	p.Click("main a.primary")
	p.WantText("h1", "Signed in")
}

func TestAnAddressThatHasExpiredLetsNobodyInAndLeadsBackToTheLoginService(t *testing.T) {
	h := newHouse(t)
	p := h.atTheSite(desk)
	late := p.address()
	h.pass(account.PortalOpens + time.Second)
	p.Go(late)
	p.over()
	p.Go(h.config.Server.PublicURL + "/portal/devices")
	p.WantText("h1", "Your session is over")

	p.Go(p.site)
	p.Click("a")
	p.WantText("h1", "Phones")
}

func TestAnAddressThatIsLookedAtInTimeAndOpenedTooLateLetsNobodyIn(t *testing.T) {
	h := newHouse(t)
	p := h.atTheSite(desk)
	p.Scripts(false) // which would press the button
	p.Go(p.address())
	p.Wait("main button.primary")
	h.pass(account.PortalOpens + time.Second)
	p.Click("main button.primary")
	p.WantText("h1", "This does not lead on at the moment")
	p.Go(h.config.Server.PublicURL + "/portal/devices")
	p.WantText("h1", "Your session is over")
}

func TestThePortalIsOverAfterAQuarterOfAnHourAlsoForThePageThatIsOpen(t *testing.T) {
	h := newHouse(t)
	h.simulate("Ada", nil)
	p := h.atTheSite(desk)
	p.Click("a")
	p.Click(`a[aria-label="Rename Ada's phone"]`)
	p.Type("#label", "Renamed too late")
	h.pass(account.PortalLife + time.Second)
	p.Click("main button.primary")
	p.WantText("h1", "Your session is over")
	if label := h.one(`SELECT label FROM devices`); label != "Ada's phone" {
		t.Errorf("the phone is called %s", label)
	}
}
