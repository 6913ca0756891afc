package journeys_test

import (
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
)

// sees is what check does where pages run no scripts of their own: the page that is there is looked at all the same.
func (p *portal) sees() {
	p.Helper()
	p.Scripts(true)
	p.check()
	p.Scripts(false)
}

func TestWithoutScriptsThePortalOpensIsReadAndChangesThings(t *testing.T) {
	h := newHouse(t)
	h.accountsIn(account.GroupPolicy{Interval: account.Interval{Max: 3, Default: 1}})
	ada := h.simulate("Ada", nil)
	h.simulate("Bert", nil)
	a := h.ask()
	h.approve(ada, a.Number)
	h.want(a, client.Approved)
	p := h.atTheSite(phoneScreen("en", true))
	p.Scripts(false)
	p.Go(p.site)
	p.Click("a")
	p.WantText("h1", "Your account")
	p.sees()
	p.Click("main button.primary")
	p.WantText("h1", "Phones")
	for _, page := range []string{"devices", "add", "interval", "logins", "browsers", "methods", "data"} {
		p.Go(h.config.Server.PublicURL + "/portal/" + page)
		p.Wait("h1")
		p.sees()
	}

	p.menu("devices")
	p.Click(`a[aria-label="Rename Ada's phone"]`)
	p.Type("#label", "Ada's new phone")
	p.Click("main button.primary")
	p.WantText(".note.good", "The name is changed.")

	p.Click(`a[aria-label="Remove Bert's phone"]`)
	p.Click("button.danger")
	p.WantText("h1", "Please confirm")
	p.sees()
	h.approve(ada, p.Text(".number"))
	p.Click("jawort-wait a.button") // I have confirmed
	p.WantText("main", "you have confirmed this")
	p.sees()
	p.Click("main button.primary")
	p.WantText(".note.good", "The phone is removed.")
	if left := browsertest.Eval[int](p.Tab, `document.querySelectorAll(".card").length`); left != 1 {
		t.Errorf("%d phones are left", left)
	}

	p.menu("browsers")
	p.Click("main button.danger")
	p.WantText(".note.good", "All browsers ask again next time.")
	p.menu("logins")
	p.WantText(".card", "Not a login")
	p.Click(".house button")
	p.WantText("h1", "Signed in")
}
