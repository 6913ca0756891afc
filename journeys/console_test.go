package journeys_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/edge/browsertest/album"
	"github.com/jawort/jawort/operator"
)

// choose puts a list into the field for a file.
func (d *staff) choose(list string) {
	d.Helper()
	browsertest.Eval[bool](d.Tab, `(() => { const d = new DataTransfer(); d.items.add(new File([`+strconv.Quote(list)+`], "accounts.csv", { type: "text/csv" })); document.querySelector("#table").files = d.files; return true })()`)
}

func TestAnAdministratorSetsATenantUpInTheConsole(t *testing.T) {
	h := newHouse(t)
	d := h.invited("Ada <script>alert(1)</script>", operator.Administrator, desk)
	d.WantText("h1", "Welcome to the console")
	d.authenticator.Refuse(true)
	d.Click("main button.primary")
	d.Wait("[data-failed]:not([hidden])")
	d.authenticator.Refuse(false)
	d.Click("main button.primary")
	d.WantText("h1", "Tenants")
	d.Click(".house button")
	d.WantText("h1", "Sign in to the console")
	d.Click("main button.primary")
	d.WantText("h1", "Tenants")

	d.Click(`a[href="/console/new-tenant"]`)
	d.Type("#name", "Verlag Süd")
	d.Click("main button.primary")
	d.WantText(".card h2", "Verlag Süd")
	d.Click(`.below a[href$="/applications"]`)
	d.Click(`a[href$="/applications/new"]`)
	d.Type("#field-0", "Portal")
	d.Type("#field-1", "https://login.example")
	d.Click("main button.primary")
	d.WantText(".note.good", "Saved.")
	d.Click(`form[action$="/keys"] button`)
	d.WantText("h1", "The key is created")
	d.Wait(".secret")

	d.Click(`.below a[href$="/groups"]`)
	d.Click(`a[href$="/groups/new"]`)
	d.Type("#field-0", "Customers")
	d.Click("main button.primary")
	d.WantText(".note.good", "Saved.")
	d.Click(`input[name="remember"]`)
	d.Click("button[formaction]")
	d.WantText("#outlook", "What this would change")
	d.WantText("section.card li .code", "remember")
	d.Click("main button.primary")
	d.WantText(".note.good", "Saved.")

	d.Click(`.below a[href$="/import"]`)
	d.Wait("#table")
	d.choose("account;label;group\n4711;<img src=x onerror=alert(1)>;Customers\n4712;Office;Customers\n")
	d.Click("main form[enctype] button")
	d.WantText("#plan", "What would change")
	d.Click(`form[action$="/import/apply"] button`)
	d.WantText(".note.good", "The list is imported.")
}

func TestAStepInTheConsoleGoesOnOnceThePasskeyHasAnswered(t *testing.T) {
	h := newHouse(t)
	d := h.operator("Ada", operator.Administrator, desk)
	d.WantText("h1", "Tenants")
	_, err := h.process.Lasting().Writes().ExecContext(t.Context(), `UPDATE operator_sessions SET confirmed_at = 1`)
	h.must(err)
	d.at("/operators/invite")
	d.Type("#name", "Bo")
	d.Click("main button.primary")
	d.WantText("h1", "Confirm that it is you")
	d.check()
	d.Click("main button.primary")
	d.WantText("h1", "Invited")
	d.check()
}

// ofTheConsole opens the album of its screens, without ids and times, which differ from run to run.
func ofTheConsole(tab *browsertest.Tab, view string) *album.Album {
	tab.Helper()
	return album.Open(tab, "console", view, map[string]string{".code": "ten22222222222222222222222222", ".number": "42", ".secret": "BCDF-GHJK"})
}

// screen names the page at an address below the tenant's, or the console's.
func screen(path string) string {
	path, _, _ = strings.Cut(strings.Trim(path, "/"), "?")
	if path == "" {
		return "tenant"
	}
	return strings.ReplaceAll(path, "/", "-")
}

func TestEveryPageOfTheConsoleIsAccessible(t *testing.T) {
	for name, w := range pageWalks() {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			d := h.invited("Ada", operator.Administrator, w.screen)
			d.TextSize(w.text)
			kept := ofTheConsole(d.Tab, name)
			see := func(name string) {
				d.check()
				kept.Show(name)
			}
			see("join")
			d.Click("main button.primary")
			d.Wait("nav")
			of := "/tenants/" + h.tenant.ID
			for _, path := range []string{
				"/sign-in", "/tenants", "/new-tenant", of, of + "/applications", of + "/applications/new", of + "/groups", of + "/groups/new", of + "/settings", of + "/import",
				of + "/webhooks", of + "/webhooks/new", of + "/revoke", "/operators", "/operators/invite", "/passkeys", "/nothing",
			} {
				d.at(path)
				see(screen(strings.TrimPrefix(path, of)))
			}
			d.at(of + "/groups?q=nobody") // which asks how names begin, as a long list does
			d.check()
			d.at(of + "/applications")
			d.Click(".card a")
			d.Wait("#field-0")
			see("application")
		})
	}
}
