package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server"
	"github.com/jawort/jawort/server/console"
)

// may says what a page has to answer an operator who is bound to a tenant, or to none: 0, that it lets them in.
func may(route console.Route, o operator.Operator, tenant string) (refused int) {
	switch {
	case route.Reach == console.OfTenant && !o.Sees(tenant), route.Reach == console.OfHouse && o.Tenant != "":
		return http.StatusNotFound
	case !slices.Contains(route.Roles, o.Role), route.All && o.Tenant != "":
		return http.StatusForbidden
	}
	return 0
}

// path fills the address of a page: with the tenant, and with what there is not.
func path(route console.Route, tenant string) (method, address string) {
	method, address, _ = strings.Cut(route.Pattern, " ")
	address = strings.ReplaceAll(address, "{rest...}", "nothing")
	parts := strings.Split(address, "/")
	for i, part := range parts {
		switch {
		case part == "{tenant}":
			parts[i] = tenant
		case strings.HasPrefix(part, "{"):
			parts[i] = "x"
		}
	}
	return method, strings.Join(parts, "/")
}

func TestEveryPageOpensForItsRolesAndItsTenantsAloneAndARefusedFormChangesNothing(t *testing.T) {
	h := newHouse(t)
	other := h.newTenant("Another AG")
	routes := server.ConsoleRoutes()
	if len(routes) < 10 {
		t.Fatalf("only %d pages were found", len(routes))
	}
	for _, role := range operator.Roles {
		for _, tenant := range []string{"", h.Tenant.ID, other.ID} {
			p := h.In(role, tenant)
			for _, route := range routes {
				method, address := path(route, h.Tenant.ID)
				name := fmt.Sprintf("%s of %q: %s %s", role, tenant, method, address)
				refused := may(route, operator.Operator{Role: role, Tenant: tenant}, h.Tenant.ID)
				if refused == 0 && method != http.MethodGet {
					continue // other tests send those forms
				}
				before := h.recorded()
				var form url.Values
				if method == http.MethodPost {
					form = url.Values{"name": {"Mallory"}, "role": {"administrator"}}
				}
				got := p.Do(method, address, form)
				switch {
				case refused != 0 && got.Status != refused:
					t.Errorf("%s answered %d, want %d", name, got.Status, refused)
				case refused != 0 && (strings.Contains(got.Text, "Muster") && tenant == other.ID):
					t.Errorf("%s tells of the tenant", name)
				case refused == 0 && (got.Status == http.StatusForbidden || got.Status == http.StatusUnauthorized || got.Status >= 500 || strings.Contains(got.To(), "sign-in")):
					t.Errorf("%s answered %d %s", name, got.Status, got.To())
				}
				if after := h.recorded(); after != before && !(refused == 0 && strings.HasSuffix(address, "/audit/export")) { // who takes the log is written down
					t.Errorf("%s wrote something", name)
				}
			}
		}
	}
}

func TestNobodyWhoIsNotSignedInSeesAPage(t *testing.T) {
	h := newHouse(t)
	b := h.Browser()
	for _, route := range server.ConsoleRoutes() {
		method, address := path(route, h.Tenant.ID)
		want := http.StatusSeeOther
		if method == http.MethodPost {
			want = http.StatusUnauthorized
		}
		if got := b.Do(method, address, url.Values{}); got.Status != want || strings.Contains(got.Text, "Muster") {
			t.Errorf("%s %s: %d %s", method, address, got.Status, got.Text)
		}
	}
}

// recorded counts what happened at one moment: entries are made of events meanwhile.
func (h *house) recorded() int {
	h.Helper()
	return h.Count(`(SELECT id FROM outbox WHERE sequenced_at = 0 UNION ALL SELECT sequence FROM audit_entries) AS all_of_it`)
}
