package journeys_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server"
)

// notForSupport is all that only administrators and auditors may do, with what its form says. T is a tenant, A an application of it, K a key, G a group, W a
// receiver of webhooks and O the operator themselves.
var notForSupport = map[string]url.Values{
	"GET /console/new-tenant":                              nil,
	"GET /console/audit":                                   nil,
	"GET /console/audit/check":                             nil,
	"GET /console/audit/export":                            nil,
	"GET /console/operators":                               nil,
	"GET /console/operators/invite":                        nil,
	"GET /console/operators/O":                             nil,
	"GET /console/tenants/T/revoke":                        nil,
	"GET /console/tenants/T/applications":                  nil,
	"GET /console/tenants/T/applications/new":              nil,
	"GET /console/tenants/T/applications/A":                nil,
	"GET /console/tenants/T/applications/A/revoke":         nil,
	"GET /console/tenants/T/applications/A/keys/K/revoke":  nil,
	"GET /console/tenants/T/groups":                        nil,
	"GET /console/tenants/T/groups/new":                    nil,
	"GET /console/tenants/T/groups/G":                      nil,
	"GET /console/tenants/T/groups/G/delete":               nil,
	"GET /console/tenants/T/settings":                      nil,
	"GET /console/tenants/T/import":                        nil,
	"GET /console/tenants/T/webhooks/new":                  nil,
	"GET /console/tenants/T/audit":                         nil,
	"GET /console/tenants/T/audit/check":                   nil,
	"GET /console/tenants/T/audit/export":                  nil,
	"GET /console/tenants/T/costs":                         nil,
	"GET /console/tenants/T/costs/usage.csv":               nil,
	"GET /console/tenants/T/costs/settings":                nil,
	"POST /console/tenants/T/costs/settings/changes":       {"currency": {"EUR"}},
	"POST /console/tenants/T/costs/settings":               {"currency": {"EUR"}},
	"POST /console/new-tenant":                             {"name": {"Taken"}},
	"POST /console/operators/invite":                       {"name": {"Mallory"}, "role": {"administrator"}},
	"POST /console/operators/O/role":                       {"role": {"administrator"}},
	"POST /console/operators/O/end":                        nil,
	"POST /console/tenants/T/revoke":                       nil,
	"POST /console/tenants/T/applications/new":             {"name": {"Taken"}, "preset": {"standard"}, "offline": {"refused"}, "totp_skew": {"1"}},
	"POST /console/tenants/T/applications/A":               {"name": {"Taken"}, "preset": {"standard"}, "offline": {"refused"}, "totp_skew": {"1"}},
	"POST /console/tenants/T/applications/A/try":           {"name": {"Taken"}},
	"POST /console/tenants/T/applications/A/revoke":        nil,
	"POST /console/tenants/T/applications/A/keys":          {"scopes": {"login", "enrol", "admin"}},
	"POST /console/tenants/T/applications/A/keys/K/revoke": nil,
	"POST /console/tenants/T/groups/new":                   {"name": {"Taken"}, "interval.max": {"7"}},
	"POST /console/tenants/T/groups/G":                     {"name": {"Taken"}, "interval.max": {"7"}},
	"POST /console/tenants/T/groups/G/try":                 {"name": {"Taken"}, "interval.max": {"7"}},
	"POST /console/tenants/T/groups/G/delete":              nil,
	"POST /console/tenants/T/settings":                     {"name": {"Taken"}, "language": {"de"}},
	"POST /console/tenants/T/import":                       nil,
	"POST /console/tenants/T/import/apply":                 {"list": {"YWNjb3VudAo0NzEyCg"}, "agreed": {"x"}},
	"POST /console/tenants/T/webhooks/new":                 {"url": {"https://evil.example/"}},
	"POST /console/tenants/T/webhooks/W":                   {"url": {"https://evil.example/"}},
	"POST /console/tenants/T/webhooks/W/rotate":            nil,
	"POST /console/tenants/T/webhooks/W/test":              nil,
	"POST /console/tenants/T/webhooks/W/delete":            nil,
	"POST /console/tenants/T/webhooks/W/retry/whd_none":    nil,
}

func TestSupportIsOfferedAndCanDoNothingThatIsTheAdministrators(t *testing.T) {
	h := newHouse(t)
	h.accountsIn(account.GroupPolicy{Interval: account.Interval{Max: 3, Default: 1}})
	h.simulate("Ada", reachable)
	own := h.config.Server.PublicURL
	ruth := h.operator("Ruth", operator.Administrator, desk)
	if got := sent(ruth.Tab, h.tenantURL()+"/webhooks/new", url.Values{"url": {"https://hooks.example/in"}, "events": {"device.revoked"}}); got != http.StatusOK {
		t.Fatalf("the receiver was answered by %d", got)
	}
	sam := h.operator("Sam", operator.Support, desk)
	ids := strings.NewReplacer("/T", "/"+h.tenant.ID, "/A", "/"+h.one(`SELECT id FROM applications`), "/K", "/"+h.one(`SELECT id FROM api_keys`),
		"/G", "/"+h.one(`SELECT id FROM groups`), "/W", "/"+h.one(`SELECT id FROM webhook_endpoints`), "/O", "/"+h.one(`SELECT id FROM operators WHERE role = 'support'`), "/P", "/"+h.one(`SELECT id FROM accounts`))
	forbidden := forbiddenBy(t, operator.Support, ids)

	seen := sam.reaches("/console", "/console/tenants/"+h.tenant.ID+"/people?q="+login)
	for _, needed := range []string{"GET /console/live", "GET /console/tenants/T/webhooks/W", "POST /console/tenants/T/people/P/reset", "POST /console/tenants/T/people/P/call"} {
		if !slices.Contains(seen, ids.Replace(needed)) {
			t.Errorf("support is not offered %s", needed)
		}
	}
	for _, offered := range seen {
		if forbidden(offered) {
			t.Errorf("support is offered %s", offered)
		}
	}

	before := h.recorded()
	for line, fields := range notForSupport {
		method, address, _ := strings.Cut(ids.Replace(line), " ")
		sam.at("/live") // whose own origin the form comes from
		got := 0
		if method == http.MethodGet {
			got = typed(sam.Tab, own+address)
		} else {
			got = sent(sam.Tab, own+address, fields)
		}
		sam.WantText("main", "Your role does not include this")
		if after := h.recorded(); got != http.StatusForbidden || after != before {
			t.Errorf("%s: %d, and %d things happened", line, got, after-before)
		}
	}
	if got := sent(ruth.Tab, own+"/console/new-tenant", notForSupport["POST /console/new-tenant"]); got != http.StatusOK || h.recorded() == before {
		t.Errorf("the administrator's form was answered by %d", got)
	}
}

// forbiddenBy tells of "GET /path" whether the role may not do it, by the list above: which has to be whole.
func forbiddenBy(t *testing.T, role operator.Role, ids *strings.Replacer) func(string) bool {
	t.Helper()
	routes, refused := http.NewServeMux(), map[string]bool{}
	for _, route := range server.ConsoleRoutes() {
		routes.Handle(route.Pattern, http.NotFoundHandler())
	}
	patternOf := func(line string) string {
		method, address, _ := strings.Cut(line, " ")
		_, pattern := routes.Handler(&http.Request{Method: method, URL: &url.URL{Path: address}})
		return pattern
	}
	for line := range notForSupport {
		refused[patternOf(ids.Replace(line))] = true
	}
	for _, route := range server.ConsoleRoutes() {
		if !slices.Contains(route.Roles, role) && !refused[route.Pattern] {
			t.Errorf("nobody tries %s", route.Pattern)
		}
	}
	return func(line string) bool { return refused[patternOf(line)] }
}

// reaches is all that the pages offer to which links lead from these.
func (s *staff) reaches(next ...string) (all []string) {
	s.Helper()
	been := map[string]bool{}
	for len(next) > 0 {
		address := next[0]
		next = next[1:]
		path, _, _ := strings.Cut(address, "?")
		if been[path] {
			continue
		}
		been[path] = true
		s.Go(s.house.config.Server.PublicURL + address)
		s.Wait("h1")
		for _, offered := range offers(s.Tab) {
			all = append(all, offered)
			if path, get := strings.CutPrefix(offered, "GET "); get && strings.HasPrefix(path, "/console") {
				next = append(next, path)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// recorded counts what happened at one moment: entries are made of events meanwhile.
func (h *house) recorded() (n int) {
	h.Helper()
	h.must(h.process.Lasting().Reads().QueryRowContext(h.Context(),
		`SELECT COUNT(*) FROM (SELECT id FROM outbox WHERE sequenced_at = 0 UNION ALL SELECT CAST(sequence AS TEXT) FROM audit_entries) AS all_of_it`).Scan(&n))
	return n
}
