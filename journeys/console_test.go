package journeys_test

import (
	"strconv"
	"testing"

	"github.com/jawort/jawort/edge/browsertest"
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
	d.WantText("#outlook + ul", "remember this browser")
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
