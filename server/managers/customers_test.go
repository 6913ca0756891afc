package managers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
)

func TestAManagerSeesThoseWhomTheyManageAndNobodyElse(t *testing.T) {
	h := brokers(t)
	b := h.in(broker)
	b.Get("/portal/devices").Says("Customers", "Roll-out", "SMS costs")
	b.Get("/portal/customers").Want(http.StatusOK).Says("Assistant", "Erika Muster", "Max Muster", "200001", "no phone number", "nothing set up", "never used", "+49 ••• ••10").
		Silent("Somebody Else's", "Office South</a>", "1713920010")
}

func TestTheListIsSearchedAndNarrowedDown(t *testing.T) {
	h := brokers(t)
	h.enrol("200001", "Erika")
	other, _ := h.application("App")
	h.sql(`INSERT INTO account_uses (account, application, used_at) VALUES ($1, $2, $3)`, h.id("200002"), other.ID, h.now().Add(-40*24*time.Hour).UnixMicro())
	b := h.in(broker)
	const erika, max, assistant = "Erika Muster", "Max Muster", "Assistant"
	for query, found := range map[string][]string{
		"q=muster": {erika, max}, "q=ERIKA": {erika}, "q=00002": {max}, "q=%25": {}, "q=_": {}, `q=\`: {}, "q=Else": {}, "q=300001": {},
		"number=without": {assistant, max}, "number=with": {erika}, "enrolled=nothing": {assistant, max}, "enrolled=something": {erika},
		"way=push": {erika}, "way=totp": {}, "group=employees": {assistant}, "group=customers&number=without": {max},
		"application=App": {max}, "application=Web+Portal": {}, "application=App&idle=30": {assistant, erika, max}, "application=App&idle=90": {assistant, erika},
		"idle=30": {assistant, erika, max}, "idle=never": {assistant, erika}, "sms=on": {}, "sms=off": {assistant, erika, max}, "q=&group=&number=": {assistant, erika, max},
	} {
		p := b.Get("/portal/customers?" + query).Want(http.StatusOK)
		for _, name := range []string{erika, max, assistant, "Somebody Else's"} {
			wanted := false
			for _, f := range found {
				wanted = wanted || f == name
			}
			if wanted {
				p.Says(">" + name + "<")
			} else {
				p.Silent(">" + name + "<")
			}
		}
	}
	for _, odd := range []string{"number=maybe", "way=bypass", "idle=7", "sms=perhaps", "enrolled=x", "group=nobodys", "application=none", "q=%00", "q=%E2%80%AE"} {
		b.Get("/portal/customers?" + odd).Want(http.StatusUnprocessableEntity)
	}
}

func TestALongListGoesOnFromPageToPage(t *testing.T) {
	h := brokers(t)
	for i := range 60 {
		h.account(fmt.Sprintf("4%05d", i), fmt.Sprintf("Long %d", i), account.Edit{Manager: account.Set(broker)})
	}
	b := h.in(broker)
	first := b.Get("/portal/customers?q=Long").Says("Long 0<", "Long 49<").Silent("Long 50<", "Back to the beginning")
	second := b.Get(first.Found(`href="(/portal/customers\?[^"]*after=[^"]*)"`)).Says("Long 50<", "Long 59<", "Back to the beginning").Silent("Long 49<", ">More<")
	if got := second.Found(`href="([^"]*)">Back to the beginning`); got != "/portal/customers?q=Long" {
		t.Errorf("back leads to %s", got)
	}
}

func TestOnesCustomerIsShownWithAllThatMatters(t *testing.T) {
	h := brokers(t)
	h.account("200001", "", account.Edit{Interval: account.Set(3)})
	b := h.in(broker)
	b.Get(h.of("200001")).Want(http.StatusOK).Says("Erika Muster", "200001", "customers", "+49 ••• ••10", "does not ask again for 3 days", "That is what was chosen for this account.",
		"Codes by SMS are switched off.", "Not invited yet.", "e•••").Silent("1713920010", "erika@post.example")
	b.Get(h.of("100101")).Says("They are asked at every login.", "That is what is set for the whole group.", "do not ask for a day").Silent("do not ask for 2 days")
}

func TestScriptInNamesIsText(t *testing.T) {
	h := brokers(t)
	const script = `<script>alert(1)</script>`
	h.group(script, account.GroupPolicy{Interval: account.Interval{Max: 7}})
	h.account(script, `"><img src=x onerror=alert(2)>`, account.Edit{Manager: account.Set(broker), Group: account.Set(script), Email: account.Set("x@post.example")})
	b := h.in(broker)
	at := "/portal/customers/" + h.one(`SELECT id FROM accounts WHERE external_id = $1`, script)
	for _, address := range []string{"/portal/customers", at, at + "/phone", at + "/sms", "/portal/customers/many", "/portal/customers/many?group=" + url.QueryEscape(script), "/portal/rollout", "/portal/customers?q=" + url.QueryEscape(script)} {
		p := b.Get(address).Want(http.StatusOK)
		if raw := p.Text; containsAny(raw, "<script>alert", "<img src=x") {
			t.Errorf("%s: %s", address, raw)
		}
	}
}

func TestChoosingForAllSaysThatItIsForMoreThanThoseFound(t *testing.T) {
	h := brokers(t)
	b := h.in(broker)
	b.Get("/portal/customers").Says("Choose for all<").Silent("only for those found", "found only")
	for _, narrowed := range []string{"?number=without", "?q=a", "?group=customers&number=with"} {
		b.Get("/portal/customers"+narrowed).Says("Choose for all, not only for those found", "select them in the list", `href="/portal/customers/many"`).Silent("many?group=")
	}
	b.Get("/portal/customers?group=customers").Says("Choose for all of the group customers", `href="/portal/customers/many?group=customers"`).Silent("not only for those found")
}
