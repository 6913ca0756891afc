package journeys_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/store/lasting"
)

const noSuchLogin = "There is no such account with you, or not any more."

const rival = "4712" // manages others than the broker does

// hand gives an account to another manager.
func (h *house) hand(externalID, manager string) {
	h.Helper()
	_, _, err := h.process.Lasting().ChangeAccount(h.Context(), lasting.Put{Tenant: h.tenant.ID, ExternalID: externalID, Change: account.Edit{Manager: account.Set(manager)}}, lasting.By{})
	h.must(err)
}

// page of a customer in the portal.
func (h *house) page(externalID string) string {
	h.Helper()
	a, err := h.process.Lasting().Account(h.Context(), h.tenant.ID, externalID)
	h.must(err)
	return h.config.Server.PublicURL + "/portal/customers/" + a.ID
}

// kept is all that a manager could change of an account.
func (h *house) kept(externalID string) string {
	h.Helper()
	a, err := h.process.Lasting().Account(h.Context(), h.tenant.ID, externalID)
	h.must(err)
	return h.one(`SELECT phone || '/' || sms_on || '/' || COALESCE(interval_days, -1) || '/' || (SELECT COUNT(*) FROM invitations WHERE account = '` + a.ID + `') FROM accounts WHERE id = '` + a.ID + `'`)
}

func TestAManagerNeitherSeesNorChangesAnothersCustomer(t *testing.T) {
	h := newHouse(t)
	o := h.office(desk)
	h.account(rival, "Office North")
	h.customer("200009", "Depot Fremd", "+491713920099")
	h.hand("200009", rival)
	before, questions := h.kept("200009"), h.one(`SELECT COUNT(*) FROM portal_steps`)
	if list := o.Text(".lines"); strings.Contains(list, "Depot Fremd") {
		t.Errorf("the list has another's customer: %s", list)
	}
	foreign, list := h.page("200009"), h.config.Server.PublicURL+"/portal/customers"
	id := foreign[strings.LastIndex(foreign, "/")+1:]
	refused := func(what string, status int) {
		t.Helper()
		o.WantText("main", noSuchLogin)
		if shown := o.Text("body"); status != http.StatusNotFound || strings.Contains(shown, "Fremd") || strings.Contains(shown, "200009") {
			t.Errorf("%s: %d %s", what, status, shown)
		}
	}
	for _, page := range []string{"", "/sms", "/phone"} {
		refused(page, typed(o.Tab, foreign+page))
	}
	ticked := url.Values{"who": {"ticked"}, "days": {"7"}, "account": {id}}
	for address, form := range map[string]url.Values{
		foreign + "/interval": {"days": {"7"}}, foreign + "/sms": {"sms": {"on"}}, foreign + "/phone": {"phone": {"+491713920001"}}, foreign + "/invite": nil, foreign + "/remind": nil,
		list + "/many": ticked, list + "/many/preview": ticked, list + "/many/set": ticked,
	} {
		o.Go(list)
		refused(address, sent(o.Tab, address, form))
	}
	if after := h.kept("200009"); after != before || h.one(`SELECT COUNT(*) FROM portal_steps`) != questions {
		t.Errorf("the customer is %s, and was %s", after, before)
	}
}

func TestACustomerWhoIsHandedOnIsGoneFromThePageThatIsOpenAndFromWhatIsBeingConfirmed(t *testing.T) {
	h := newHouse(t)
	o := h.office(desk)
	h.account(rival, "Office North")

	o.Go(h.page("200001"))
	o.Wait("#days")
	before := h.kept("200001")
	h.hand("200001", rival)
	_ = browsertest.Eval[bool](o.Tab, `(document.querySelector("#days").value = "0", true)`) // less than before takes no confirmation
	o.Click(`form[action$="/interval"] button`)
	o.WantText("main", noSuchLogin)
	refusedNow := typed(o.Tab, h.page("200001"))
	if after := h.kept("200001"); after != before || refusedNow != http.StatusNotFound {
		t.Errorf("the customer is %s, and was %s; the page answers %d", after, before, refusedNow)
	}
	o.Go(h.config.Server.PublicURL + "/portal/customers")
	o.WantText(".lines", "Max Muster")
	if list := o.Text(".lines"); strings.Contains(list, "Erika Muster") {
		t.Errorf("the customer is still in the list: %s", list)
	}

	o.Go(h.page("200003") + "/phone")
	o.Type("#phone", "+49 171 3920098")
	o.Click("main button.primary")
	o.Wait(`[part~="number"]`)
	before = h.kept("200003")
	h.hand("200003", rival)
	h.approve(o.phone, o.Text(`[part~="number"] [aria-hidden]`))
	o.WantText("main", noSuchLogin)
	if after := h.kept("200003"); after != before {
		t.Errorf("the customer is %s, and was %s", after, before)
	}
}
