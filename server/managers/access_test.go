package managers_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
)

func containsAny(text string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(text, p) {
			return true
		}
	}
	return false
}

// routes are all that the section mounts, as its source has them: a route that is added is attacked too.
func routes(t *testing.T) (all [][2]string) {
	t.Helper()
	source, err := os.ReadFile("managers.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`"(GET|POST) (/portal/[^"]+)"`).FindAllStringSubmatch(string(source), -1) {
		all = append(all, [2]string{m[1], m[2]})
	}
	if len(all) < 19 {
		t.Fatalf("only %d routes were found", len(all))
	}
	return all
}

// forms are what a form of each page could send.
var forms = url.Values{"days": {"0"}, "sms": {"on"}, "phone": {"+491713920099"}, "who": {"all"}}

// at fills a route.
func at(route, id string) string {
	return strings.NewReplacer("{id}", id, "{what}", "invite").Replace(route)
}

func TestAnothersCustomerIsUnknownOnEveryPageAndInEveryForm(t *testing.T) {
	h := brokers(t)
	before := h.one(`SELECT phone || sms_on || COALESCE(interval_days, -1) FROM accounts WHERE external_id = '300001'`)
	strangers := []string{h.id("300001"), h.id("100200"), h.id(broker), "acc_none", "%00"}
	h.account("500001", "Of a sub-broker", account.Edit{Group: account.Set("customers"), Manager: account.Set("100101")}) // who is managed by somebody whom the broker manages
	strangers = append(strangers, h.id("500001"))
	b := h.in(broker)
	for _, r := range routes(t) {
		if !strings.Contains(r[1], "{id}") {
			continue
		}
		for _, id := range strangers {
			form := url.Values(nil)
			if r[0] == http.MethodPost {
				form = forms
			}
			if got := b.Do(r[0], at(r[1], id), form); got.Status != http.StatusNotFound && !(id == "%00" && got.Status == http.StatusBadRequest) {
				t.Errorf("%s %s of %s: %d %s", r[0], r[1], id, got.Status, got.Text)
			}
		}
	}
	for _, address := range []string{"/portal/customers/many", "/portal/customers/many/preview", "/portal/customers/many/set"} {
		for _, days := range []string{"0", "7", ""} {
			b.Post(address, url.Values{"who": {"ticked"}, "days": {days}, "account": {h.id("200001"), h.id("300001")}}).Want(http.StatusNotFound).Silent("Somebody Else's")
		}
	}
	if after := h.one(`SELECT phone || sms_on || COALESCE(interval_days, -1) FROM accounts WHERE external_id = '300001'`); after != before {
		t.Errorf("it is %s, and was %s", after, before)
	}
	if n := h.count(`accounts WHERE interval_days IS NOT NULL`) + h.count(`invitations`) + h.count(`portal_steps`); n != 0 {
		t.Errorf("%d things were changed", n)
	}
}

func TestWhoManagesNobodyDoesNotFindThePages(t *testing.T) {
	h := brokers(t)
	customer := h.in("200001")
	customer.Get("/portal/devices").Want(http.StatusOK).Silent("/portal/customers", "/portal/rollout", "/portal/costs")
	for _, r := range routes(t) {
		if got := customer.Do(r[0], at(r[1], h.id("200002")), forms); got.Status != http.StatusNotFound {
			t.Errorf("%s %s: %d %s", r[0], r[1], got.Status, got.Text)
		}
	}
	if status, answer := h.offer("200001", "customers", "en"); status != http.StatusUnprocessableEntity || answer["field"] != "page" {
		t.Errorf("somebody who manages nobody is sent to customers: %d %v", status, answer)
	}
	if n := h.count(`portal_sessions`); n != 1 {
		t.Errorf("%d sessions were made", n)
	}
	for _, name := range account.ManagerPages {
		status, answer := h.offer(broker, name, "en")
		if status != http.StatusCreated {
			t.Fatalf("%s: %d %v", name, status, answer)
		}
		if to := h.browser().Post(answer["url"].(string), nil).To(); to != "/portal/"+name {
			t.Errorf("%s opens %s", name, to)
		}
	}
}

func TestWhoManagesNobodyAnyMoreLosesThePagesAtTheNextRequestAndAlsoWhatTheyHaveConfirmed(t *testing.T) {
	h := brokers(t)
	b := h.in(broker)
	b.Get("/portal/customers").Want(http.StatusOK)
	planned := b.Post(h.of("200001")+"/interval", url.Values{"days": {"7"}}).Want(http.StatusSeeOther).To()
	h.answer("approve", b.Get(planned).Found(`class="number">([0-9]+)<`))
	h.account("200001", "", account.Edit{Manager: account.Set("100200")})
	b.Get(h.of("200001")).Want(http.StatusNotFound)
	b.Post(planned, nil).Want(http.StatusNotFound)
	if n := h.count(`accounts WHERE interval_days IS NOT NULL`); n != 0 {
		t.Error("the step was taken all the same")
	}
	for _, login := range []string{"200002", "100101"} {
		h.account(login, "", account.Edit{Manager: account.Clear[string]()})
	}
	for _, r := range routes(t) {
		if got := b.Do(r[0], at(r[1], h.id("200002")), forms); got.Status != http.StatusNotFound {
			t.Errorf("%s %s: %d %s", r[0], r[1], got.Status, got.Text)
		}
	}
	b.Get("/portal/devices").Want(http.StatusOK).Silent("/portal/customers")
}

func TestAFormOfAnotherOriginChangesNothing(t *testing.T) {
	h := brokers(t)
	b := h.in(broker)
	for _, r := range routes(t) {
		if r[0] != http.MethodPost {
			continue
		}
		b.Post(at(r[1], h.id("200001")), forms, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site").Want(http.StatusForbidden)
	}
	if n := h.count(`accounts WHERE interval_days IS NOT NULL`) + h.count(`invitations`) + h.count(`portal_steps`) + h.count(`portal_work`); n != 0 {
		t.Errorf("%d things were changed", n)
	}
	for _, r := range routes(t) {
		if got := h.browser().Do(r[0], at(r[1], h.id("200001")), forms); got.Status != http.StatusUnauthorized {
			t.Errorf("somebody who is not in gets %s %s: %d", r[0], r[1], got.Status)
		}
	}
}

func TestWhatIsRefusedOnManagersPagesLeadsBackToTheirList(t *testing.T) {
	h := brokers(t)
	b := h.in(broker)
	for path, status := range map[string]int{
		"/portal/customers?number=maybe": http.StatusUnprocessableEntity, "/portal/customers?after=%00": http.StatusUnprocessableEntity, h.of("300001"): http.StatusNotFound,
		"/portal/rollout?after=%00": http.StatusUnprocessableEntity, "/portal/costs?quarter=x": http.StatusUnprocessableEntity, "/portal/costs?after=x": http.StatusUnprocessableEntity,
	} {
		b.Get(path).Want(status).Says(`href="/portal/customers">Back to the list`).Silent(`href="/portal/devices">Back`)
	}
	b.Send(http.MethodPost, "/portal/customers/many", strings.NewReader("who=%z")).Want(http.StatusBadRequest).Says(`href="/portal/customers">Back to the list`)
	b.Get("/portal/browsers?after=x").Want(http.StatusUnprocessableEntity).Says(`href="/portal/devices">Back to the overview`)
	nobodys := h.in("200001")
	nobodys.Get("/portal/customers").Want(http.StatusNotFound).Says(`href="/portal/devices">Back to the overview`).Silent(`href="/portal/customers"`)
}
