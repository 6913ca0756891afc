package journeys_test

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/operator"
)

// tabTo moves the focus on by the keyboard until it is at an element, which then is seen to have it.
func tabTo(tab *browsertest.Tab, selector string) {
	tab.Helper()
	tab.Wait(selector)
	const all = 80 // more than any page has
	for range all {
		tab.Press(kb.Tab)
		if browsertest.Eval[bool](tab, `document.activeElement.matches(`+"`"+selector+"`"+`)`) {
			if browsertest.Eval[bool](tab, `(() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle === "none" && s.boxShadow === "none"; })()`) {
				tab.Errorf("nobody sees that %s has the focus", selector)
			}
			return
		}
	}
	tab.Fatalf("the keyboard does not reach %s", selector)
}

// enter activates what has the focus.
func enter(tab *browsertest.Tab, selector string) {
	tab.Helper()
	tabTo(tab, selector)
	tab.Press(kb.Enter)
}

func TestThePortalIsUsedByTheKeyboardAlone(t *testing.T) {
	h := newHouse(t)
	h.accountsIn(account.GroupPolicy{Interval: account.Interval{Max: 3, Default: 1}})
	ada := h.simulate("Ada", nil)
	h.simulate("Bert", nil)
	p := h.atTheSite(desk)
	enter(p.Tab, "a")
	p.WantText("h1", "Phones")
	p.Press(kb.Tab)
	if first := browsertest.Eval[string](p.Tab, `document.activeElement.getAttribute("href")`); first != "#main" {
		t.Errorf("the first thing that the keyboard reaches is %q, and not the way past the menu", first)
	}
	enter(p.Tab, `a[aria-label="Rename Ada's phone"]`)
	tabTo(p.Tab, "#label")
	p.Press("Ada’s old phone")
	p.Press(kb.Enter)
	p.WantText(".note.good", "The name is changed.")

	enter(p.Tab, `nav a[href="/portal/interval"]`)
	p.WantText("h1", "How often you are asked")
	enter(p.Tab, `nav a[href="/portal/devices"]`)
	p.WantText("h1", "Phones")
	enter(p.Tab, `a[aria-label="Remove Bert's phone"]`)
	p.WantText("h1", "Remove this phone?")
	enter(p.Tab, "button.danger")
	p.Wait(`[part~="number"]`)
	h.approve(ada, p.Text(`[part~="number"] [aria-hidden]`))
	p.WantText(".note.good", "The phone is removed.")
}

func TestTheConsoleIsUsedByTheKeyboardAlone(t *testing.T) {
	h := newHouse(t)
	ada := h.simulate("Ada", reachable)
	s := h.invited("Anna, Desk 2", operator.Administrator, desk)
	enter(s.Tab, "main button.primary")
	s.Wait("nav")
	s.at("/tenants/" + h.tenant.ID)
	enter(s.Tab, `nav a[href$="/people"]`)
	s.WantText("h1", "Look up an account")
	tabTo(s.Tab, "#q")
	s.Press(login)
	s.Press(kb.Enter)
	enter(s.Tab, ".card a")
	s.WantText("h1", "Account")
	enter(s.Tab, `a[href$="/call"]`)
	s.WantText("h1", "Is this really the caller?")
	enter(s.Tab, "main form button.primary")
	s.Wait("p.number")
	h.approve(ada, s.Text("p.number"))
	s.WantText(".note.good", "It is really the person.")
}
