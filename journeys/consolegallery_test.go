package journeys_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/edge/browsertest/album"
	"github.com/jawort/jawort/operator"
	simulated "github.com/jawort/jawort/phone"
)

// floor walks through pages of the console, and remembers by their headings which it came to.
type floor struct {
	*staff
	album    *album.Album
	language string
	headings map[string]bool
}

// floor opens the album of a part of the console.
func (s *staff) floor(part, view string, w walk) floor {
	s.Helper()
	s.TextSize(w.text)
	places := map[string]string{".number:not([data-figure])": "42", `.secret:not([aria-label*="Link"])`: "BCDFGHJK"}
	return floor{s, album.Open(s.Tab, part, view, places), w.screen.Language, map[string]bool{}}
}

// see looks at the page that is there, under a name.
func (f floor) see(name string) {
	f.Helper()
	f.seeDownTo(name, "")
}

// seeDownTo takes a picture of the upper part of a long page.
func (f floor) seeDownTo(name, selector string) {
	f.Helper()
	f.check()
	f.headings[f.Text("h1")] = true
	f.album.ShowDownTo(name, selector)
	if f.Failed() {
		f.Fatalf("at %s", name)
	}
}

// sent looks at what a form leads to, once an element of it is there.
func (f floor) sent(button, next, name string) {
	f.Helper()
	f.Click(button)
	f.Wait(next)
	f.see(name)
}

// wantAll wants a look at each page of sections of the console.
func (f floor) wantAll(sections ...string) {
	f.Helper()
	for _, section := range sections {
		pages, err := filepath.Glob(filepath.Join("../server/console", section, "templates/*.html"))
		if err != nil || len(pages) == 0 {
			f.Fatalf("%s has %d pages, %v", section, len(pages), err)
		}
		texts := f.texts(section)
		for _, page := range pages {
			name := strings.TrimSuffix(filepath.Base(page), ".html")
			if !strings.HasPrefix(name, "_") && !f.headings[cmp.Or(texts[name+".given.title"], texts[name+".title"])] {
				f.Errorf("nobody looks at %s", page)
			}
		}
	}
}

func (f floor) texts(section string) (texts map[string]string) {
	f.Helper()
	file, err := os.ReadFile(filepath.Join("../server/console", section, "texts", f.language+".json"))
	f.house.must(err)
	f.house.must(json.Unmarshal(file, &texts))
	return texts
}

// screen names the page at an address below the tenant's, or the console's.
func screen(path string) string {
	path, _, _ = strings.Cut(strings.Trim(path, "/"), "?")
	if path == "" {
		return "tenant"
	}
	return strings.ReplaceAll(path, "/", "-")
}

func (f floor) walk() {
	f.Helper()
	f.see("join")
	f.Click("main button.primary")
	f.Wait("nav")
	of := "/tenants/" + f.house.tenant.ID
	for _, path := range []string{
		"/sign-in", "/tenants", "/new-tenant", of, of + "/applications", of + "/applications/new", of + "/groups", of + "/groups/new", of + "/settings", of + "/import",
		of + "/webhooks", of + "/webhooks/new", of + "/revoke", "/operators", "/operators/invite", "/passkeys", "/nothing",
	} {
		f.at(path)
		f.see(screen(strings.TrimPrefix(path, of)))
	}
	f.at(of + "/groups?q=nobody") // which asks how names begin, as a long list does
	f.check()
	f.application(of)
	f.group(of)
	f.list(of)
	f.receiver(of)
	f.colleague()
	f.passkey()
}

func (f floor) application(of string) {
	f.Helper()
	f.at(of + "/applications/new")
	f.Type("#field-0", "Online shop")
	f.Type("#field-1", "https://login.example")
	f.seeDownTo("applications-filled", "#hint-2")
	f.first(of + "/applications")
	f.seeDownTo("application", "main section")
	f.sent(`form[action$="/keys"] button`, ".secret", "key-created")
	f.Click("main a.primary")
	f.Wait("button[formaction]")
	f.Click(`a[href*="/keys/"]`)
	f.Wait("button.danger")
	f.see("key-revoke")
	f.first(of + "/applications")
	f.Click(`a[href$="/revoke"]:not([href*="/keys/"])`)
	f.Wait("button.danger")
	f.see("application-revoke")
}

// first opens the form of the first one of a list.
func (f floor) first(list string) {
	f.Helper()
	f.at(list)
	f.Click(".card a")
	f.Wait("button[formaction]")
}

func (f floor) group(of string) {
	f.Helper()
	f.first(of + "/groups")
	_ = browsertest.Eval[bool](f.Tab, `(document.querySelector('[name="interval.default"]').value = "0") === "0"`)
	f.Click("button[formaction]")
	f.Wait("#outlook")
	f.seeDownTo("group-outlook", "main section")
	f.first(of + "/groups")
	f.Click(`a[href$="/delete"]`)
	f.Wait("main .button.primary")
	f.see("group-delete")
}

func (f floor) list(of string) {
	f.Helper()
	f.at(of + "/import")
	f.choose("account;label;group;phone\n200001;Erika Muster;Nobody;+49 171 3920010\n200002;Depot Süd;Brokers;12\n")
	f.sent("main form[enctype] button", "table", "import-mistakes")
	f.choose("account;label;group;phone\n200001;Erika Muster;Brokers;+49 171 3920010\n200002;Depot Süd;Brokers;\n4711;Office South-West;Brokers;\n")
	f.sent("main form[enctype] button", "#plan", "import-plan")
	var long strings.Builder
	long.WriteString("account;label\n")
	for i := range 120 {
		fmt.Fprintf(&long, "3%05d;Customer %d\n", i, i)
	}
	f.choose(long.String())
	f.Click("main form[enctype] button")
	f.WantText("main", "120")
	f.Click(`form[action$="/import/apply"] button`)
	f.Wait("main .note.good") // the page says in parts how far it is
	f.see("importing")
}

func (f floor) receiver(of string) {
	f.Helper()
	f.at(of + "/webhooks/new")
	f.Type("#url", "https://crm.example/jawort")
	f.Type("#description", "CRM")
	f.Click(`[value="account.reset"]`) // which nobody does here: nothing is sent
	f.Click(`[value="device.revoked"]`)
	f.sent("main button.primary", ".secret", "webhook-secret")
	f.house.delivered("device.revoked", "delivered", 200)
	f.house.delivered("account.reset", "failed", 503, 503, 503)
	f.Click("main a.primary")
	f.Wait("button.primary")
	f.Click("main details summary")
	f.seeDownTo("webhook", "main .cards")
}

// delivered is what was sent to the only receiver, with the answers to each attempt.
func (h *house) delivered(event, state string, answers ...int) {
	h.Helper()
	delivery, now := h.newID("whd_"), h.now()
	h.sql(`INSERT INTO webhook_deliveries (id, endpoint, event, type, payload, state, attempts, next_at, created_at, ended_at)
		SELECT $1, id, $2, $2, '{}', $3, $4, 0, $5, $5 FROM webhook_endpoints`, delivery, event, state, len(answers), now.UnixMicro())
	for i, status := range answers {
		h.sql(`INSERT INTO webhook_attempts (delivery, number, at, took, status, reason) VALUES ($1, $2, $3, 42000, $4, '')`, delivery, i+1, now.UnixMicro(), status)
	}
}

// colleague is invited; the passkey has to answer once more before.
func (f floor) colleague() {
	f.Helper()
	f.at("/operators/invite")
	f.Type("#name", "Bo Berg")
	f.house.sql(`UPDATE operator_sessions SET confirmed_at = 1`)
	f.sent("main button.primary", "form[data-passkey]", "step-up")
	f.sent("main button.primary", ".secret", "operators-invited")
	f.at("/operators")
	f.Click(".card:has(.tag) a")
	f.Wait("button.danger")
	f.see("operator")
}

// passkey is a second one, and then a session that is over.
func (f floor) passkey() {
	f.Helper()
	f.at("/passkeys")
	f.Click("main button.primary")
	f.Wait(`form[data-passkey="get"]`)
	f.Click("main button.primary")
	f.Wait(`form[data-passkey="create"]`)
	f.see("passkey-new")
	f.at("/new-tenant")
	f.Type("#name", "Verlag Süd")
	f.house.sql(`DELETE FROM operator_sessions`)
	f.sent("main button.primary", "main a.primary", "signed-out")
}

// past is what a group's logins were: one was confirmed, and the browser was trusted for the others.
func (h *house) past() {
	h.Helper()
	h.accountsIn(account.GroupPolicy{Interval: account.Interval{Max: 3, Default: 1}})
	ada, a := h.simulate("Ada", nil), h.ask()
	h.approve(ada, a.Number)
	token := h.want(a, client.Approved).TrustToken
	for range 3 {
		h.want(h.ask(func(r *client.Request) { r.Browser.TrustToken = token }), client.Approved)
	}
}

func TestEveryPageOfTheConsoleIsAccessible(t *testing.T) {
	for name, w := range pageWalks() {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.past()
			f := h.invited("Ada", operator.Administrator, w.screen).floor("console", name, w)
			f.walk()
			f.wantAll("", "tenancy", "receivers", "staff")
		})
	}
}

func TestEveryPageOfSupportAndAuditIsAccessible(t *testing.T) {
	for name, w := range pageWalks() {
		t.Run(name, func(t *testing.T) {
			h := newHouseAt(t, "2026-03-02 09:41") // its pages name quarters
			h.accountsIn(account.GroupPolicy{Interval: account.Interval{Max: 3, Default: 1}})
			h.customers()
			ada := h.simulate("Ada", reachable)
			a := h.ask()
			h.approve(ada, a.Number)
			h.want(a, client.Approved)
			f := h.operator("Anna, Desk 2", operator.Administrator, w.screen).floor("support", name, w)
			f.help(ada)
			f.wantAll("support", "auditing", "costs", "live")
		})
	}
}

// prices are set for the first time.
func (f floor) prices(tenant string) {
	f.Helper()
	f.Go(tenant + "/costs/settings")
	f.Type("#price-prefix-0", "+49")
	f.Type("#price-amount-0", "0.0755")
	f.seeDownTo("costs-settings", "#price-amount-0")
	f.sent("main form button.primary", "main dl", "costs-changes")
}

// help walks through what support and auditors do.
func (f floor) help(phone *simulated.Phone) {
	f.Helper()
	at := func(name, url string) {
		f.Go(url)
		f.Wait("h1")
		f.see(name)
	}
	person, device, tenant := f.house.person(), f.house.one(`SELECT id FROM devices`), f.house.tenantURL()
	for _, page := range [][2]string{
		{"found", "/people?q=47"}, {"not-found", "/people?q=nobody"}, {"audit", "/audit?account=" + login}, {"audit-check", "/audit/check"}, {"audit-checked", "/audit/check?run=1"}, {"costs", "/costs"},
	} {
		at(page[0], tenant+page[1])
	}
	f.prices(tenant)
	at("account", person)
	at("revoking", person+"/devices/"+device)
	at("resetting", person+"/reset")
	at("live", f.house.config.Server.PublicURL+"/console/live")
	at("calling", person+"/call")
	f.sent("main form button.primary", "p.number", "called")
	f.house.approve(phone, f.Text("p.number"))
	f.Wait(".note.good")
	f.see("called-approved")
	at("bypass", person+"/bypass")
	f.Type("#reason", because)
	f.sent("main form button.primary", ".secret", "bypass-given")
}
