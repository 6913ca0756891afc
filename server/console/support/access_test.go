package support_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server/console/consoletest"
	"github.com/jawort/jawort/server/pages/pagestest"
)

// route is a page or a form of the section.
type route struct {
	method, path string
	roles        []operator.Role
	fresh        bool
}

// routes are all of them, for a tenant's account.
func routes(s *consoletest.Service) []route {
	device := s.House.One(`SELECT d.id FROM devices d WHERE d.account = $1`, s.AccountID())
	everyone, helpers, one := operator.Roles, []operator.Role{operator.Administrator, operator.Support}, person(s)
	return []route{
		{"GET", people(s) + "?q=47", everyone, false}, {"POST", people(s), helpers, false}, {"GET", one, everyone, false},
		{"GET", one + "/devices/" + device, helpers, false}, {"POST", one + "/devices/" + device, helpers, true},
		{"POST", one + "/browsers", helpers, false}, {"POST", one + "/reports", helpers, true}, {"POST", one + "/recoveries/" + s.House.NewID("rec_"), helpers, false},
		{"GET", one + "/reset", helpers, false}, {"POST", one + "/reset", helpers, true}, {"GET", one + "/bypass", helpers, false}, {"POST", one + "/bypass", helpers, true},
		{"GET", one + "/call", helpers, false}, {"POST", one + "/call", helpers, true},
		{"GET", one + "/call/" + s.House.NewID("apr_0"), helpers, false}, {"GET", one + "/call/" + s.House.NewID("apr_0") + "/moved", helpers, false}, {"POST", one + "/call/" + s.House.NewID("apr_0"), helpers, false},
	}
}

var form = url.Values{"reason": {"Showed a passport."}, "hours": {"1"}, "uses": {"1"}, "contact": {"+4915123456789"}}

func send(p *consoletest.Person, r route, headers ...string) pagestest.Page {
	if r.method == http.MethodPost {
		return p.Post(r.path, form, headers...)
	}
	return p.Get(r.path, headers...)
}

// unchanged fails the test where anything was done to the account.
func unchanged(h *consoletest.House, what string) {
	h.Helper()
	if h.Count(`credentials WHERE status = 'active'`) != h.Count(`devices`) || h.Count(`bypass_codes`) > 0 || h.Count(`outbox WHERE actor_kind = 'operator' AND account <> ''`) > 0 {
		h.Fatalf("%s changed something", what)
	}
}

func TestAnAuditorSeesAndChangesNothing(t *testing.T) {
	h := consoletest.New(t)
	h.Phone("Ada")
	p := h.In(operator.Auditor, "")
	for _, r := range routes(h.Service) {
		page := send(p, r)
		if may := slices.Contains(r.roles, operator.Auditor); may != (page.Status == http.StatusOK) || !may && page.Status != http.StatusForbidden {
			t.Errorf("%s %s: %d", r.method, r.path, page.Status)
		}
		unchanged(h, r.method+" "+r.path)
	}
	p.Get(person(h.Service)).Silent("<form method=\"post\" action=\"/console/tenants", "Revoke", "Code from support", "Ask the caller")
}

func TestAnotherTenantsAccountsAreNotThere(t *testing.T) {
	h := consoletest.New(t)
	other := h.NewService("Other AG")
	h.Phone("Ada")
	other.Phone("Bert")
	for _, role := range operator.Roles {
		p := h.In(role, h.Tenant.ID)
		for _, r := range routes(other) {
			if page := send(p, r); page.Status != http.StatusNotFound || strings.Contains(page.Text, "Bert") || strings.Contains(page.Text, "Other AG") {
				t.Errorf("%s: %s %s: %d", role, r.method, r.path, page.Status)
			}
		}
		for _, r := range routes(other) { // under the name of one's own tenant
			r.path = strings.Replace(r.path, other.Tenant.ID, h.Tenant.ID, 1)
			if page := send(p, r); page.Status < 400 && !strings.HasPrefix(r.path, people(h.Service)+"?") && r.path != people(h.Service) {
				t.Errorf("%s: %s %s: %d", role, r.method, r.path, page.Status)
			}
		}
		unchanged(h, string(role))
	}
}

func TestADeviceOfAnotherAccountIsNotRevoked(t *testing.T) {
	h := consoletest.New(t)
	h.Phone("Ada")
	device := h.One(`SELECT id FROM devices`)
	_, err := h.Client.PutAccount(t.Context(), "4712", "Office North")
	h.Must(err)
	north := h.One(`SELECT id FROM accounts WHERE external_id = '4712'`)
	h.In(operator.Administrator, "").Post(people(h.Service)+"/"+north+"/devices/"+device, form).Want(http.StatusNotFound)
	unchanged(h, "it")
}

func TestAFormFromElsewhereChangesNothing(t *testing.T) {
	h := consoletest.New(t)
	h.Phone("Ada")
	p := h.In(operator.Administrator, "")
	for _, r := range routes(h.Service) {
		if r.method != http.MethodPost {
			continue
		}
		for _, from := range [][]string{{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, {"Origin", "null", "Sec-Fetch-Site", "same-site"}} {
			if page := send(p, r, from...); page.Status != http.StatusForbidden {
				t.Errorf("%s from %v: %d", r.path, from, page.Status)
			}
		}
		unchanged(h, r.path)
	}
}

func TestWhatMattersAsksForAPasskeyAgain(t *testing.T) {
	h := consoletest.New(t)
	h.Phone("Ada")
	p := h.In(operator.Administrator, "")
	h.Pass(operator.Fresh + 1)
	for _, r := range routes(h.Service) {
		if !r.fresh {
			continue
		}
		send(p, r).Want(http.StatusUnauthorized).Says("Confirm that it is you", "Showed a passport.")
		unchanged(h, r.path)
	}
}

func TestATenantThatWasRevokedIsLookedAtAndNotChanged(t *testing.T) {
	h := consoletest.New(t)
	h.Phone("Ada")
	all := routes(h.Service)
	h.SQL(`UPDATE tenants SET revoked_at = jawort_now() WHERE id = $1`, h.Tenant.ID)
	p := h.In(operator.Administrator, "")
	for _, r := range all {
		if page := send(p, r); r.method == http.MethodPost && page.Status != http.StatusNotFound {
			t.Errorf("%s: %d", r.path, page.Status)
		}
		unchanged(h, r.path)
	}
}
