package server_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/live"
)

// subjects are things of w.app, one for every kind of id in a path.
type subjects struct {
	approval, ticket, enrolment, recovery, webhook, delivery string
	phone                                                    phone
}

func byOperator(externalID string) map[string]string {
	return map[string]string{"account": externalID, "authorize": "operator", "reason": "test"}
}

func lostPhone(externalID string) map[string]string {
	return map[string]string{"account": externalID, "reason": "the phone is lost"}
}

func (i *instance) subjects() subjects {
	p := i.addPhone(i.app, "4711", "phone")
	c := i.create("4711")
	e := i.call("POST", "/v1/enrolments", byOperator("4711")).want(201, "")
	back := i.call("POST", "/v1/recoveries", lostPhone("4711")).want(201, "").text("id")
	hook := i.call("POST", "/v1/webhooks", map[string]string{"url": "https://portal.example/"}).want(201, "").text("id")
	ping := i.call("POST", "/v1/webhooks/"+hook+"/test", nil).want(202, "").text("id")
	return subjects{approval: c.text("id"), ticket: c.text("socket", "ticket"), enrolment: e.text("id"), recovery: back, phone: p, webhook: hook, delivery: ping}
}

// path fills the ids into a route's pattern.
func (s subjects) path(pattern string) string {
	p := strings.NewReplacer("{external_id}", "4711", "{method}", "totp", "{enrolment}", s.enrolment).Replace(pattern)
	switch {
	case strings.HasPrefix(p, "/v1/recoveries/"):
		return strings.ReplaceAll(p, "{id}", s.recovery)
	case strings.HasPrefix(p, "/v1/approvals/"):
		return strings.ReplaceAll(p, "{id}", s.approval)
	case strings.HasPrefix(p, "/v1/enrolments/"):
		return strings.ReplaceAll(p, "{id}", s.enrolment)
	case strings.HasPrefix(p, "/v1/webhooks/deliveries/"):
		return strings.ReplaceAll(p, "{id}", s.delivery)
	case strings.HasPrefix(p, "/v1/webhooks/"):
		return strings.ReplaceAll(p, "{id}", s.webhook)
	default:
		return strings.ReplaceAll(p, "{id}", s.phone.device)
	}
}

// bodies that the routes accept.
var bodies = map[string]any{
	"POST /v1/approvals":                                       ask("4711"),
	"POST /v1/enrolments":                                      map[string]string{"account": "4711"},
	"POST /v1/enrolments/{id}/confirm":                         map[string]string{"code": "123456"},
	"PUT /v1/accounts/{external_id}":                           map[string]string{"label": "Desk"},
	"POST /v1/policy/explain":                                  map[string]string{"account": "4711"},
	"POST /v1/policy/dry-run":                                  map[string]any{"applications": map[string]any{"Portal": map[string]any{}}},
	"PUT /v1/accounts/{external_id}/interval":                  map[string]int{"days": 0},
	"PUT /v1/accounts/{external_id}/managed/interval":          map[string]int{"days": 0},
	"POST /v1/accounts/{external_id}/reset":                    map[string]string{"reason": "lost"},
	"POST /v1/invitations":                                     map[string]any{"accounts": []string{"4711"}},
	"POST /v1/invitations/remind":                              map[string]any{"accounts": []string{"4711"}},
	"POST /v1/approvals/{id}/codes":                            map[string]string{"method": "sms"},
	"POST /v1/approvals/{id}/code":                             map[string]string{"method": "totp", "code": "123456"},
	"POST /v1/approvals/{id}/passkey":                          map[string]any{"credential": map[string]any{}},
	"POST /v1/approvals/{id}/activations/passkey":              map[string]any{"credential": map[string]any{}},
	"POST /v1/accounts/{external_id}/methods/passkey/confirm":  map[string]any{"credential": map[string]any{}},
	"POST /v1/approvals/{id}/activations":                      map[string]string{"method": "totp"},
	"POST /v1/approvals/{id}/activations/{method}":             map[string]string{"code": "123456"},
	"POST /v1/accounts/{external_id}/methods/{method}":         map[string]string{},
	"POST /v1/accounts/{external_id}/methods/{method}/confirm": map[string]string{"code": "123456"},
	"POST /v1/accounts/{external_id}/bypass-codes":             map[string]any{"reason": "lost", "expires_in": 600, "uses": 1},
	"POST /v1/webhooks":                                        map[string]string{"url": "https://portal.example/"},
	"PATCH /v1/webhooks/{id}":                                  map[string]string{"description": "changed"},
	"POST /v1/approvals/{id}/enrolments/{enrolment}/confirm":   map[string]string{"code": "123456"},
	"POST /v1/recoveries":                                      lostPhone("4711"),
}

// scopeOf is the scope that a route asks for; empty: none.
func scopeOf(pattern string) account.Scope {
	switch {
	case strings.HasPrefix(pattern, "/v1/sms/receipts/"):
		return "" // signed by the carrier
	case strings.HasSuffix(pattern, "/socket"), strings.HasPrefix(pattern, "/.well-known/"), strings.HasPrefix(pattern, "/wait/"):
		return ""
	case strings.HasPrefix(pattern, "/v1/approvals"):
		return account.ScopeLogin
	case strings.HasPrefix(pattern, "/v1/enrolments"), strings.HasPrefix(pattern, "/v1/recoveries/"), strings.Contains(pattern, "/methods"), strings.HasSuffix(pattern, "/recovery-codes"):
		return account.ScopeEnrol
	default:
		return account.ScopeAdmin
	}
}

// makes reports whether a call makes what its path names.
func makes(method, pattern string) bool {
	return method == http.MethodPut && strings.HasSuffix(pattern, "/{external_id}")
}

// also are scopes that a route takes beside the one that it asks for.
var also = map[string][]account.Scope{"/v1/policy/explain": {account.ScopeLogin}}

// guarded calls f for every route that needs a key.
func (i *instance) guarded(f func(method, pattern string)) {
	routes := i.Config.Handler.(interface{ Routes() []string }).Routes()
	if len(routes) < 16 {
		i.Fatalf("only %d routes", len(routes))
	}
	for _, route := range routes {
		method, pattern, _ := strings.Cut(route, " ")
		if scopeOf(pattern) != "" {
			f(method, pattern)
		}
	}
}

func TestEveryRouteWantsAKeyThatIsActiveAndCarriesTheScope(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	s := i.subjects()
	revoked, keyID := w.addNamedKey(w.app, account.Scopes...)
	i.call("GET", "/v1/accounts", nil, bearer(revoked)).want(200, "")
	w.must(w.lasting.RevokeKey(t.Context(), keyID))
	i.guarded(func(method, pattern string) {
		body, path := bodies[method+" "+pattern], s.path(pattern)
		var others []account.Scope
		for _, scope := range account.Scopes {
			if scope != scopeOf(pattern) && !slices.Contains(also[pattern], scope) {
				others = append(others, scope)
			}
		}
		for name, c := range map[string]struct {
			option option
			status int
			code   string
		}{
			"no key":          {func(r *http.Request) { r.Header.Del("Authorization") }, 401, "unauthorized"},
			"another scheme":  {header("Authorization", "Basic "+w.key), 401, "unauthorized"},
			"an unknown key":  {bearer("jw_unknown"), 401, "unauthorized"},
			"a revoked key":   {bearer(revoked), 401, "unauthorized"},
			"a forged ticket": {bearer("jt_AAAA"), 401, ""},
			"another scope":   {bearer(w.addKey(w.app, others...)), 403, "scope-missing"},
		} {
			if a := i.call(method, path, body, c.option); a.status != c.status || (c.code != "" && a.text("type") != "urn:jawort:problem:"+c.code) {
				t.Errorf("%s %s with %s: %d %s", method, pattern, name, a.status, a.raw)
			}
		}
	})
	if a := i.call("GET", "/v1/approvals/"+s.approval, nil).want(200, ""); a.text("status") != "pending" {
		t.Errorf("a refused caller changed the approval: %s", a.raw)
	}
}

func TestForeignIDsAreAsUnknownAsNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	s := i.subjects()
	stranger := w.addApplication(w.addTenant("Another house"), 2)
	w.addPhone(stranger, "4711", "their phone")
	sibling := w.addApplication(account.Tenant{ID: w.app.Tenant}, 2)
	nothing := subjects{approval: "apr_x", enrolment: "enr_x", recovery: "rec_x", phone: phone{device: "dev_x"}, webhook: "whk_x", delivery: "whd_x"}
	w.addPhone(w.app, "only-ours", "phone")
	for _, path := range []string{"/v1/approvals", "/v1/enrolments"} {
		body := maps.Clone(ask("only-ours"))
		if path == "/v1/enrolments" {
			body = question{"account": "only-ours"}
		}
		i.call("POST", path, body, bearer(w.addKey(stranger, account.Scopes...))).want(404, "unknown-account")
	}
	theirs := i.call("GET", "/v1/accounts", nil, bearer(w.addKey(stranger, account.Scopes...))).want(200, "")
	if strings.Contains(string(theirs.raw), "only-ours") {
		t.Errorf("the list of another tenant: %s", theirs.raw)
	}
	i.guarded(func(method, pattern string) {
		if !strings.Contains(pattern, "{") || makes(method, pattern) {
			return
		}
		body, path := bodies[method+" "+pattern], s.path(pattern)
		if strings.Contains(pattern, "{external_id}") && !strings.Contains(pattern, "{id}") {
			path = strings.Replace(path, "4711", "only-ours", 1)
		}
		w.addAccount(w.app, "only-ours")
		none := strings.Replace(nothing.path(pattern), "4711", "nobody", strings.Count(path, "only-ours"))
		unknown := i.call(method, none, body).want(404, "").uniform()
		a := i.call(method, path, body, bearer(w.addKey(stranger, account.Scopes...)))
		if a.status != 404 || a.uniform() != unknown {
			t.Errorf("another tenant: %s %s: %d %s, want %s", method, pattern, a.status, a.raw, unknown)
		}
		if scopeOf(pattern) == account.ScopeAdmin || strings.Contains(pattern, "{external_id}") || strings.HasPrefix(pattern, "/v1/recoveries/") {
			return // the directory is the tenant's
		}
		if a := i.call(method, path, body, bearer(w.addKey(sibling, account.Scopes...))); a.status != 404 || a.uniform() != unknown {
			t.Errorf("another application: %s %s: %d %s", method, pattern, a.status, a.raw)
		}
		for _, nonsense := range []string{"apr_x", "enr_aaaaaaaaaaaaaaaaaaaaaaaaaa", "%00", "..%2F..", strings.Repeat("a", 500)} {
			at := strings.Replace(pattern, "{id}", nonsense, 1)
			if a := i.call(method, at, body); a.status != 404 {
				t.Errorf("nonsense: %s %s: %d %s", method, at, a.status, a.raw)
			}
		}
	})
	if a := i.call("GET", "/v1/approvals/"+s.approval, nil).want(200, ""); a.text("status") != "pending" {
		t.Errorf("a stranger changed the approval: %s", a.raw)
	}
	if d, err := w.lasting.Devices(t.Context(), w.app.Tenant, "4711"); err != nil || len(d) != 1 {
		t.Errorf("a stranger changed the devices: %v %v", d, err)
	}
}

func TestATicketOpensItsOwnApprovalAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	s := i.subjects()
	other := i.create("4711")
	ticket := bearer(s.ticket)
	i.guarded(func(method, pattern string) {
		a := i.call(method, s.path(pattern), bodies[method+" "+pattern], ticket)
		switch method + " " + pattern {
		case "GET /v1/approvals/{id}/enrolments/{enrolment}":
			if a.status != 404 {
				t.Errorf("the ticket shows an enrolment that its page did not begin: %d %s", a.status, a.raw)
			}
		case "GET /v1/approvals/{id}", "POST /v1/approvals/{id}/cancel", "POST /v1/approvals/{id}/resend", "POST /v1/approvals/{id}/codes",
			"POST /v1/approvals/{id}/code", "POST /v1/approvals/{id}/activations", "POST /v1/approvals/{id}/activations/{method}",
			"POST /v1/approvals/{id}/passkey/options", "POST /v1/approvals/{id}/passkey", "POST /v1/approvals/{id}/activations/passkey",
			"POST /v1/approvals/{id}/enrolments", "POST /v1/approvals/{id}/enrolments/{enrolment}/confirm":
			if a.status == 401 || a.status == 403 || a.status == 404 {
				t.Errorf("its own approval: %s %s: %d %s", method, pattern, a.status, a.raw)
			}
			foreign := subjects{approval: other.text("id"), enrolment: s.enrolment}.path(pattern)
			if a := i.call(method, foreign, bodies[method+" "+pattern], ticket); a.status != 404 {
				t.Errorf("another approval: %s %s: %d %s", method, pattern, a.status, a.raw)
			}
		default:
			if a.status != 401 {
				t.Errorf("a ticket opens %s %s: %d %s", method, pattern, a.status, a.raw)
			}
		}
	})
	if a := i.call("GET", "/v1/approvals/"+other.text("id"), nil).want(200, ""); a.text("status") != "pending" {
		t.Errorf("the ticket changed another approval: %s", a.raw)
	}
}

func TestATicketEndsTwoMinutesAfterItsApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	c := i.create("4711")
	ticket := bearer(c.text("socket", "ticket"))
	w.advance(120*time.Second + 119*time.Second)
	i.call("GET", "/v1/approvals/"+c.text("id"), nil, ticket).want(200, "")
	w.advance(2 * time.Second)
	i.call("GET", "/v1/approvals/"+c.text("id"), nil, ticket).want(401, "bad-ticket")
	i.call("POST", "/v1/approvals/"+c.text("id")+"/cancel", nil, ticket).want(401, "bad-ticket")
}

func TestTheTicketOfARevokedApplicationIsWorthless(t *testing.T) {
	t.Parallel()
	for name, revoke := range map[string]func(*world) error{
		"application": func(w *world) error { return w.lasting.RevokeApplication(t.Context(), w.app.ID) },
		"tenant":      func(w *world) error { return w.lasting.RevokeTenant(t.Context(), w.app.Tenant) },
	} {
		w := newWorld(t)
		i := w.serve()
		w.addPhone(w.app, "4711", "phone")
		c := i.create("4711")
		path, ticket := "/v1/approvals/"+c.text("id"), c.text("socket", "ticket")
		i.call("GET", path, nil, bearer(ticket)).want(200, "") // whoever remembers it now is wrong soon
		i.wait(c).until("pending")
		w.must(revoke(w))
		for at, method := range map[string]string{path: "GET", path + "/cancel": "POST", path + "/resend": "POST"} {
			if a := i.call(method, at, nil, bearer(ticket)); a.status != 401 {
				t.Errorf("%s %s after the %s was revoked: %d %s", method, at, name, a.status, a.raw)
			}
		}
		p, err := i.open(c.text("id"), ticket, origin)
		w.must(err)
		if code := p.closed(); code != 4401 {
			t.Errorf("closed with %d after the %s was revoked", code, name)
		}
	}
}

func TestPagesOfTheApplicationsOriginsMayAsk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	c := i.create("4711")
	path := "/v1/approvals/" + c.text("id")
	anonymous := func(r *http.Request) { r.Header.Del("Authorization") }
	preflight := func(path, from string) answer {
		return i.call("OPTIONS", path, nil, anonymous, header("Origin", from), header("Access-Control-Request-Method", "POST"))
	}
	for _, at := range []string{path, path + "/cancel", path + "/resend"} {
		a := preflight(at, origin)
		if a.status != 204 || a.header.Get("Access-Control-Allow-Origin") != origin || !strings.Contains(a.header.Get("Access-Control-Allow-Headers"), "Authorization") {
			t.Errorf("preflight of %s: %d %v", at, a.status, a.header)
		}
	}
	unknownPath := "/v1/approvals/" + strings.Replace(c.text("id"), c.text("id")[10:12], "aa", 1)
	for name, a := range map[string]answer{
		"a foreign origin":    preflight(path, "https://evil.example"),
		"an unknown approval": preflight(unknownPath, origin),
		"a route for keys":    preflight("/v1/accounts", origin),
	} {
		if a.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s is allowed: %v", name, a.header)
		}
	}
	ticket := bearer(c.text("socket", "ticket"))
	own := i.call("GET", path, nil, ticket, header("Origin", origin)).want(200, "")
	if own.header.Get("Access-Control-Allow-Origin") != origin || own.header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("answer to the page %v", own.header)
	}
	foreign := i.call("POST", path+"/cancel", nil, ticket, header("Origin", "https://evil.example")).want(403, "origin-not-allowed")
	if foreign.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("answer to a foreign page %v", foreign.header)
	}
	i.call("POST", path+"/cancel", nil, ticket, header("Origin", origin)).want(200, "")
	if a := preflight(path, origin); a.header.Get("Access-Control-Allow-Origin") != origin {
		t.Errorf("preflight after the end %v", a.header)
	}
}

func TestWhatIsNoTextIsUnknownAtEveryRoute(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, live.Embedded, pgtest.New(t))
	i := w.serve()
	s := i.subjects()
	asked := 0
	i.guarded(func(method, pattern string) {
		for _, odd := range []string{"%00", "4711%00", "%ff", "enr_%c3", "apr_%00"} {
			for _, name := range []string{"{id}", "{external_id}"} {
				if !strings.Contains(pattern, name) {
					continue
				}
				at := s.path(strings.Replace(pattern, name, odd, 1))
				wanted := 404
				if makes(method, pattern) {
					wanted = 422 // it would be made
				}
				asked++
				i.call(method, at, bodies[method+" "+pattern]).want(wanted, "")
			}
		}
	})
	if asked < 50 {
		t.Errorf("only %d questions", asked)
	}
	for _, odd := range []string{"%00", "%ff"} {
		i.call("GET", "/v1/accounts?prefix="+odd, nil).want(422, "invalid-request")
		i.call("GET", "/v1/accounts?after="+odd, nil).want(422, "invalid-request")
	}
	for _, path := range []string{"/v1/approvals", "/v1/enrolments"} {
		i.call("POST", path, `{"account":"\u0000","browser":{"ip":"::1"}}`).want(422, "invalid-request")
	}
}
