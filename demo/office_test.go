package demo

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge/browsertest"
)

// furnished waits until the last customer is there, with what was given to those before.
func furnished(t *testing.T, h *house) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; <-time.After(20 * time.Millisecond) {
		if _, err := h.process.Lasting().Account(t.Context(), h.application.Tenant, customers[len(customers)-1].login); err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the broker's customers do not come")
		}
	}
}

// asBroker signs in as the broker, with a first phone.
func asBroker(t *testing.T, h *house) *browsertest.Tab {
	t.Helper()
	furnished(t, h)
	tab := browsertest.New(t)
	tab.Show(browsertest.Screen{Width: 1280, Height: 900, Language: "en"})
	tab.Allow(h.phoneURL)
	tab.Go(h.siteURL)
	tab.Wait("form")
	tab.Type("[name=account]", brokerAccount)
	signIn(tab)
	tab.Click(`button[data-method="push"]`)
	first := app(tab, "#here")
	tab.Type("#field", registerIn(first))
	tab.Press("\r")
	tab.Wait("[data-at=received]")
	confirm(tab, first)
	tab.Wait(`a[href="/security"]`)
	return tab
}

func TestTheBrokerFindsCustomersTheirRollOutAndCostsInThePortal(t *testing.T) {
	t.Parallel()
	tab := asBroker(t, open(t))
	tab.Click(`a[href="/security"]`)
	tab.Click(`nav a[href="/portal/customers"]`)
	tab.Until(`document.querySelectorAll(".lines li").length === 10`)
	tab.Click("main summary")
	_ = browsertest.Eval[bool](tab, `(document.querySelector("#number").value = "without", true)`)
	tab.Click(`form[role="search"] button`)
	tab.Until(`document.querySelectorAll(".lines li").length === 2`)
	tab.Click(`nav a[href="/portal/rollout"]`)
	tab.Until(`document.querySelector("main").innerText.includes("4 of 10")`)
	tab.Click(`nav a[href="/portal/costs"]`)
	tab.WantText("dd strong", "1.20 EUR")
	tab.Click(`nav a[href="/portal/interval"]`)
	tab.Until(`document.querySelectorAll("main input[type=radio]").length === 3`)
}

func TestTheFirstLoginMayChooseAWeekInThePortal(t *testing.T) {
	t.Parallel()
	h := open(t)
	furnished(t, h)
	a, err := h.process.Lasting().Account(t.Context(), h.application.Tenant, demoAccount)
	if err != nil || a.Group == "" || a.Interval != nil {
		t.Fatalf("%+v, %v", a, err)
	}
	groups, err := h.process.Lasting().Groups(t.Context(), a.Tenant)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		if g.ID == a.Group && (g.Policy.Interval.Max != 7 || g.Policy.Interval.Default != 0) {
			t.Errorf("the group is %+v", g)
		}
	}
}

func TestWhoSignsInAsTheBrokerActsForNobodyElse(t *testing.T) {
	t.Parallel()
	h := open(t)
	furnished(t, h)
	v := newVisitor(t, h.siteURL)
	first := register(t, v)
	approve(t, v, first, func() {})
	for login, want := range map[string]int{customers[0].login: http.StatusUnauthorized, "": http.StatusUnauthorized, brokerAccount: http.StatusOK} {
		if status, _ := v.send(v.post("/login", url.Values{"account": {login}, "password": {demoPassword}})); status != want {
			t.Errorf("login %q got %d", login, status)
		}
	}
	for _, path := range []string{"/security", "/passkey", "/receipt"} {
		if status, _ := v.get(path); status != http.StatusUnauthorized {
			t.Errorf("before the broker has confirmed, %s got %d", path, status)
		}
	}
	second := register(t, v)
	if logins := second.Logins(); len(logins) != 1 || logins[0].Account != "Makler Süd" {
		t.Errorf("the phone was registered for %+v", logins)
	}
}

func TestTheBrokersLoginIsShownWhereTheFirstOneIs(t *testing.T) {
	t.Parallel()
	h := open(t)
	var printed strings.Builder
	if err := h.announce(t.Context(), Options{Out: &printed}); err != nil {
		t.Fatal(err)
	}
	_, page := newVisitor(t, h.siteURL).get("/")
	for where, text := range map[string]string{"printed": printed.String(), "shown": page} {
		first, second := strings.Index(text, demoAccount), strings.Index(text, brokerAccount)
		if first < 0 || second < first || strings.Count(text, brokerAccount) != 1 {
			t.Errorf("%s is %s", where, text)
		}
	}
}

func TestAConfirmationHoldsForThisBrowserAndLoginAsLongAsWasChosen(t *testing.T) {
	t.Parallel()
	h := open(t)
	furnished(t, h)
	if _, err := h.put(t.Context(), demoAccount, account.Edit{Interval: account.Set(7)}); err != nil {
		t.Fatal(err)
	}
	v, other := newVisitor(t, h.siteURL), newVisitor(t, h.siteURL)
	approve(t, v, register(t, v), func() {})
	v.get("/") // signs out
	if status, page := v.login(demoPassword); status != http.StatusOK || !strings.Contains(page, "this browser is trusted") {
		t.Errorf("the same browser got %d: %s", status, page)
	}
	if _, page := other.login(demoPassword); !strings.Contains(page, "<jawort-wait") {
		t.Errorf("another browser is not asked: %s", page)
	}
	if _, page := v.send(v.post("/login", url.Values{"account": {brokerAccount}, "password": {demoPassword}})); !strings.Contains(page, "<jawort-wait") {
		t.Errorf("another login is not asked: %s", page)
	}
}
