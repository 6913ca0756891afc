package server_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server"
)

func TestAnExplanationSaysWhatALoginWouldMeetAndAsksNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	w.addAccount(w.app, "bare")
	w.put("4711", "customers", account.GroupPolicy{Interval: account.Interval{Max: 7, Default: 1}})
	for name, c := range map[string]struct {
		body any
		want []string
	}{
		"a login": {map[string]any{"account": "4711", "browser": map[string]any{"ip": "203.0.113.9"}}, []string{
			`"asked":true`, `"methods":[{"method":"push","acr":"aal1","amr":["pop","user","mca"]}]`, `"trusted_for":"1d"`,
			`"reason":{"code":"unknown_browser","bounded_by":"group","interval":"1d"}`,
		}},
		"a transaction": {map[string]any{"account": "4711", "kind": "transaction"}, []string{`"asked":true`, `"trusted_for":"0"`, `"code":"transaction"`}},
		"a first login": {map[string]any{"account": "bare"}, []string{
			`"activate":{"methods":["push","totp","email"],"required":1,"recommended":1}`, `"code":"first_login"`,
		}},
	} {
		a := i.call("POST", "/v1/policy/explain", c.body).want(200, "")
		for _, part := range c.want {
			if !strings.Contains(string(a.raw), part) {
				t.Errorf("%s: %s\nwithout %s", name, a.raw, part)
			}
		}
	}
	login := w.addKey(w.app, account.ScopeLogin)
	i.call("POST", "/v1/policy/explain", map[string]string{"account": "4711"}, bearer(login)).want(200, "")
	if past := w.outcomes(); past != 0 {
		t.Errorf("%d approvals came of explaining", past)
	}
}

func TestAnExplanationSaysOfPushesWhatACreationDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	explained := func() any {
		push, _ := i.call("POST", "/v1/policy/explain", map[string]any{"account": "4711", "browser": map[string]any{"ip": "203.0.113.9"}}).want(200, "").body["push"].(map[string]any)
		return push["reason"]
	}
	for n := range 6 {
		want := explained()
		a := i.call("POST", "/v1/approvals", map[string]any{"account": "4711", "browser": map[string]any{"ip": "203.0.113.9"}}).want(201, "")
		push, _ := a.body["push"].(map[string]any)
		if push["reason"] != want || (n == 5) != (want == "push-limit") {
			t.Errorf("push %d: %v was explained, %v happened", n+1, want, push)
		}
		i.call("POST", "/v1/approvals/"+a.text("id")+"/cancel", nil).want(200, "")
	}
	err := w.lasting.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO report_pauses (approval, account, session, network, paused_at)
			SELECT 'apr_reported', id, '', '203.0.113.0/24', 1 FROM accounts WHERE external_id = '4711'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if why := explained(); why != "reported" {
		t.Errorf("after a report: %v", why)
	}
}

func TestAWrongExplanationIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	stranger := w.addKey(w.addApplication(w.addTenant("Another house"), 2), account.Scopes...)
	i.call("POST", "/v1/policy/explain", map[string]string{"account": "4711"}, bearer(stranger)).want(404, "unknown-account")
	i.call("POST", "/v1/policy/explain", map[string]string{"account": "nobody"}).want(404, "unknown-account")
	for field, body := range map[string]string{
		"account": `{}`, "kind": `{"account":"4711","kind":"payment"}`, "browser.ip": `{"account":"4711","browser":{"user_agent":"x"}}`,
	} {
		if a := i.call("POST", "/v1/policy/explain", body).want(422, "invalid-request"); a.text("field") != field {
			t.Errorf("%s: %s", field, a.raw)
		}
	}
}

// outcomes is how many approvals have ended.
func (w *world) outcomes() (n int) {
	w.must(w.lasting.Reads().QueryRowContext(w.Context(), `SELECT count(*) FROM outcomes`).Scan(&n))
	return n
}

// visitor is somebody at a browser, who brings what it was given.
type visitor struct {
	phone phone
	token string
	asked int
}

// login logs in as a browser does.
func (i *instance) login(v *visitor) {
	i.Helper()
	a := i.call("POST", "/v1/approvals", ask(v.phone.account.ExternalID).trusting(v.token)).want(201, "")
	if a.text("status") != "pending" {
		return
	}
	v.asked++
	_, err := i.decide(v.phone, a.text("id"), approval.Approve)
	i.must(err)
	if token := i.call("GET", "/v1/approvals/"+a.text("id"), nil).want(200, "").text("trust_token"); token != "" {
		v.token = token
	}
}

// past has visitors log in daily for some days, until an hour ago.
func (i *instance) past(days int, visitors ...*visitor) {
	i.Helper()
	for n := range days {
		if n > 0 {
			i.advance(account.Day)
		}
		for _, v := range visitors {
			i.login(v)
		}
	}
	i.advance(time.Hour)
}

func TestADryRunCountsWhoWouldBeAskedMoreOrLess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve(func(o *server.Options) { o.MaxPending = 100 })
	customers := account.GroupPolicy{Interval: account.Interval{Max: 7, Default: 3}}
	var visitors []*visitor
	for externalID, group := range map[string]string{"4711": "customers", "4712": "brokers", "4713": ""} {
		visitors = append(visitors, &visitor{phone: w.addPhone(w.app, externalID, "phone")})
		if group != "" {
			w.put(externalID, group, map[string]account.GroupPolicy{"customers": customers}[group])
		}
	}
	i.past(40, visitors...)
	before := w.outcomes()
	for _, v := range visitors {
		if want := map[string]int{"4711": 14}[v.phone.account.ExternalID]; want > 0 && v.asked != want {
			t.Errorf("somebody was asked %d times in 40 days, want %d", v.asked, want)
		}
	}
	a := i.call("POST", "/v1/policy/dry-run", `{"groups":{"customers":{},"brokers":{"interval":{"min":0,"max":7,"default":5}}}}`).want(200, "")
	if !strings.Contains(string(a.raw), `"groups":[`+
		`{"group":"","logins":30,"asked":30,"would_ask":30,"more":0,"less":0,"estimated":29},`+
		`{"group":"brokers","logins":30,"asked":30,"would_ask":6,"more":0,"less":24,"estimated":29},`+
		`{"group":"customers","logins":30,"asked":10,"would_ask":30,"more":20,"less":0,"estimated":0}]`) {
		t.Errorf("%s", a.raw)
	}
	a = i.call("POST", "/v1/policy/dry-run", `{"applications":{"Portal":{"max_interval":"12h"}}}`).want(200, "")
	if !strings.Contains(string(a.raw), `{"group":"customers","logins":30,"asked":10,"would_ask":30,"more":20,"less":0,"estimated":0}`) {
		t.Errorf("a cap: %s", a.raw)
	}
	groups, err := w.lasting.Groups(t.Context(), w.app.Tenant)
	w.must(err)
	if groups[1].Policy.Interval != customers.Interval || w.outcomes() != before {
		t.Error("a dry run changed something")
	}
}

func TestADryRunOfALooserPolicyTellsBrowsersThatWereNeverGrantedAnything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve(func(o *server.Options) { o.MaxPending = 100 })
	v := &visitor{phone: w.addPhone(w.app, "4711", "phone")}
	w.put("4711", "customers", account.GroupPolicy{})
	for range 3 {
		i.login(v)
		i.advance(time.Minute)
	}
	other := ask("4711")
	other["browser"].(map[string]any)["user_agent"] = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36"
	if token, _ := i.confirm(v.phone, other); token != "" || v.token != "" {
		t.Fatal("always grants a token")
	}
	a := i.call("POST", "/v1/policy/dry-run", `{"groups":{"customers":{"interval":{"min":0,"max":7,"default":7}}}}`).want(200, "")
	if !strings.Contains(string(a.raw), `"logins":4,"estimated":2,"groups":[{"group":"customers","logins":4,"asked":4,"would_ask":2,"more":0,"less":2,"estimated":2}]`) {
		t.Errorf("%s", a.raw)
	}
	i.wantAsked("always", ask("4711")) // recognising a browser lets nobody in
}

func TestADryRunOfWhatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	stranger := w.addKey(w.addApplication(w.addTenant("Another house"), 2), account.Scopes...)
	w.addAccount(w.app, "4711")
	w.put("4711", "customers", account.GroupPolicy{})
	i.call("POST", "/v1/policy/dry-run", `{"groups":{"customers":{}}}`, bearer(stranger)).want(422, "invalid-request")
	for field, body := range map[string]string{
		"groups":                               `{}`,
		"groups.nobody":                        `{"groups":{"nobody":{}}}`,
		"applications.App":                     `{"applications":{"App":{}}}`,
		"groups.customers.interval.max":        `{"groups":{"customers":{"interval":{"min":0,"max":8,"default":0}}}}`,
		"applications.Portal.match.digits":     `{"applications":{"Portal":{"preset":"aal2","match":{"kind":"enter","digits":2}}}}`,
		"applications.Portal.confirmation_set": `{"applications":{"Portal":{"confirmation_set":"app_x"}}}`,
	} {
		if a := i.call("POST", "/v1/policy/dry-run", body).want(422, "invalid-request"); a.text("field") != field {
			t.Errorf("%s: %s", field, a.raw)
		}
	}
	i.call("POST", "/v1/policy/dry-run", `{"applications":{"Portal":{"max_interval":"soon"}}}`).want(422, "invalid-request")
	i.call("POST", "/v1/policy/dry-run", `{"groups":{"customers":{"intervals":{}}}}`).want(422, "invalid-request")
}
