package console_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/console/consoletest"
	"github.com/jawort/jawort/server/pages/pagestest"
)

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

func TestEveryPageSaysWhoMayOpenItAsIsWrittenDown(t *testing.T) {
	t.Parallel()
	served := map[string]bool{}
	for _, route := range server.ConsoleRoutes() {
		served[route.Pattern] = true
		if p, known := whoMay[route.Pattern]; !known {
			t.Errorf("nobody has written down who may open %s", route.Pattern)
		} else if !p.is(route.Access) {
			t.Errorf("%s: it says %+v, and %+v is written down", route.Pattern, route.Access, p)
		}
	}
	for pattern := range whoMay {
		if !served[pattern] {
			t.Errorf("there is no %s", pattern)
		}
	}
}

func TestEveryPageOpensForItsRolesAndItsTenantsAloneAndARefusedFormChangesNothing(t *testing.T) {
	h := newHouse(t)
	other := h.newTenant("Another AG")
	for _, role := range operator.Roles {
		for _, tenant := range []string{"", h.Tenant.ID, other.ID} {
			p := h.In(role, tenant)
			h.SQL(`UPDATE operator_sessions SET confirmed_at = 1`)
			for _, route := range server.ConsoleRoutes() {
				h.walk(p, route, tenant == other.ID)
			}
		}
	}
}

// walk sends somebody to a page whose passkey has not answered for long.
func (h *house) walk(p *consoletest.Person, route console.Route, stranger bool) {
	h.Helper()
	must := whoMay[route.Pattern]
	method, address := path(route, h.Tenant.ID)
	refused := must.refuses(p.Operator, h.Tenant.ID)
	form, want := url.Values(nil), refused
	if method == http.MethodPost {
		if refused == 0 && must.passkey == signedIn {
			return // other tests send those forms
		}
		form = url.Values{"name": {"Mallory"}, "role": {"administrator"}}
		if refused == 0 {
			want = http.StatusUnauthorized
		}
	}
	before := h.recorded()
	got := p.Do(method, address, form)
	name := fmt.Sprintf("%s of %q: %s %s", p.Operator.Role, p.Operator.Tenant, method, address)
	switch {
	case want != 0 && got.Status != want:
		h.Errorf("%s answered %d, want %d", name, got.Status, want)
	case stranger && strings.Contains(got.Text, "Muster"):
		h.Errorf("%s tells of the tenant", name)
	case want == 0 && (got.Status == http.StatusForbidden || got.Status == http.StatusUnauthorized || got.Status >= 500 || strings.Contains(got.To(), "sign-in")):
		h.Errorf("%s answered %d %s", name, got.Status, got.To())
	}
	if after := h.recorded(); after != before && !(want == 0 && strings.HasSuffix(address, "/audit/export")) { // who takes the log is written down
		h.Errorf("%s wrote something", name)
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

func TestNoPageOffersWhatItsReaderWouldBeRefused(t *testing.T) {
	const fewest = 12 // pages that anybody finds
	h := newFurnished(t)
	for _, role := range operator.Roles {
		for _, tenant := range []string{"", h.Tenant.ID} {
			p := h.In(role, tenant)
			all := pagesFrom(p, "/console/tenants/"+h.Tenant.ID+"/people?q="+consoletest.Login, "/console")
			if len(all) < fewest {
				t.Errorf("%s of %q found %d pages only", role, tenant, len(all))
			}
			for address, page := range all {
				for _, to := range offered(page) {
					must, known := permitOf(to.method, to.address)
					if !known || must.refuses(p.Operator, h.Tenant.ID) != 0 {
						t.Errorf("%s of %q is offered %s %s on %s", role, tenant, to.method, to.address, address)
					}
				}
			}
		}
	}
}

// newFurnished is a house with one of each thing that pages lead to.
func newFurnished(t *testing.T) *consoletest.House {
	t.Helper()
	h := consoletest.New(t)
	h.Phone("Ada")
	ada := h.Join("Ada Lovelace", operator.Administrator, "")
	base := "/console/tenants/" + h.Tenant.ID
	ada.Post(base+"/groups/new", with(url.Values{}, customers...)).Want(http.StatusSeeOther)
	ada.Post(base+"/webhooks/new", url.Values{"url": {"https://hooks.example/in"}, "events": {"device.revoked"}}).Want(http.StatusOK)
	return h
}

// pagesFrom are all pages to which links lead from these, by address. What they are asked for does not matter.
func pagesFrom(p *consoletest.Person, next ...string) map[string]pagestest.Page {
	p.Helper()
	seen := map[string]pagestest.Page{}
	for len(next) > 0 {
		address := next[0]
		next = next[1:]
		path, _, _ := strings.Cut(address, "?")
		if _, been := seen[path]; been {
			continue
		}
		page := p.Get(address)
		if seen[path] = page; page.Status >= http.StatusBadRequest {
			p.Errorf("a page leads to %s, which answered %d", address, page.Status)
		}
		if to := page.To(); to != "" {
			next = append(next, to)
		}
		for _, to := range offered(page) {
			if to.method == http.MethodGet {
				next = append(next, to.address)
			}
		}
	}
	return seen
}

// offer is a link or the button of a form.
type offer struct{ method, address string }

var (
	links   = regexp.MustCompile(`href="(/console[^"]*)"`)
	forms   = regexp.MustCompile(`(?s)<form.*?</form>`)
	actions = regexp.MustCompile(`action="([^"]*)"`)
	others  = regexp.MustCompile(`formaction="([^"]*)"`)
)

// offered is all that a page offers. A form without a button is one to be read.
func offered(p pagestest.Page) (all []offer) {
	for _, m := range links.FindAllStringSubmatch(p.Text, -1) {
		all = append(all, offer{http.MethodGet, html.UnescapeString(m[1])})
	}
	for _, form := range forms.FindAllString(p.Text, -1) {
		if m := actions.FindStringSubmatch(form); m != nil && strings.Contains(form, `method="post"`) && strings.Contains(form, "<button") {
			all = append(all, offer{http.MethodPost, html.UnescapeString(m[1])})
		}
	}
	for _, m := range others.FindAllStringSubmatch(p.Text, -1) {
		all = append(all, offer{http.MethodPost, html.UnescapeString(m[1])})
	}
	return all
}

// recorded counts what happened at one moment: entries are made of events meanwhile.
func (h *house) recorded() int {
	h.Helper()
	return h.Count(`(SELECT id FROM outbox WHERE sequenced_at = 0 UNION ALL SELECT sequence FROM audit_entries) AS all_of_it`)
}
