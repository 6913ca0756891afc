package server_test

import (
	"encoding/json"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/server"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

// weekly is a group whose accounts are asked once a week, by default once a day.
var weekly = account.GroupPolicy{Interval: account.Interval{Max: 7, Default: 1}, Remember: true}

// put moves an account into a group with this policy, which it changes where it exists.
func (w *world) put(externalID, group string, policy account.GroupPolicy) {
	w.Helper()
	g, err := w.lasting.PutGroup(w.Context(), w.lasting.Writes(), account.Group{ID: w.newID(id.Group), Tenant: w.app.Tenant, Name: group, Policy: policy})
	w.must(err)
	w.sql(`UPDATE accounts SET group_id = $1 WHERE external_id = $2`, g.ID, externalID)
}

func (w *world) sql(statement string, args ...any) {
	w.Helper()
	_, err := w.lasting.Writes().ExecContext(w.Context(), statement, args...)
	w.must(err)
}

func (w *world) setPolicy(change func(*account.ApplicationPolicy)) {
	w.Helper()
	app, err := w.lasting.Application(w.Context(), w.app.ID)
	w.must(err)
	change(&app.Policy)
	w.must(w.lasting.UpdateApplication(w.Context(), w.lasting.Writes(), app))
}

func (q question) trusting(token string) question {
	q["browser"].(map[string]any)["trust_token"] = token
	return q
}

// confirm lets the phone approve a login and returns the token that the browser got; empty: none.
func (i *instance) confirm(p phone, q question) (token, approvalID string) {
	i.Helper()
	a := i.call("POST", "/v1/approvals", q).want(201, "")
	_, err := i.decide(p, a.text("id"), approval.Approve)
	i.must(err)
	return i.call("GET", "/v1/approvals/"+a.text("id"), nil).want(200, "").text("trust_token"), a.text("id")
}

// wantAsked wants the question to be asked, for this reason.
func (i *instance) wantAsked(reason string, q question) {
	i.Helper()
	a := i.call("POST", "/v1/approvals", q).want(201, "")
	if a.text("status") != "pending" || a.text("reason", "code") != reason {
		i.Errorf("want to be asked because of %s: %s", reason, a.raw)
	}
	i.call("POST", "/v1/approvals/"+a.text("id")+"/cancel", nil) // a moved clock may have forgotten it already
}

func (i *instance) wantTrusted(reason string, q question) answer {
	i.Helper()
	a := i.call("POST", "/v1/approvals", q).want(201, "")
	if a.text("status") != "approved" || a.text("method") != "trusted_browser" || a.text("reason", "code") != reason || a.body["socket"] != nil || a.body["number"] != nil {
		i.Errorf("want to be trusted because of %s: %s", reason, a.raw)
	}
	return a
}

// daily is an installation where account 4711 has a phone and is asked once a day.
func daily(t *testing.T) (*instance, phone) {
	w := newWorld(t)
	i := w.serve(func(o *server.Options) { o.MaxPending = 100 }) // what was decided past the phone API waits for a sweeper here
	p := w.addPhone(w.app, "4711", "Ada's phone")
	w.put("4711", "customer", weekly)
	return i, p
}

func TestABrowserThatConfirmedIsNotAskedAgainUntilTheIntervalIsOver(t *testing.T) {
	t.Parallel()
	i, p := daily(t)
	i.wantAsked("unknown_browser", ask("4711"))
	token, _ := i.confirm(p, ask("4711"))
	a := i.wantTrusted("trusted", ask("4711").trusting(token))
	got := i.call("GET", "/v1/approvals/"+a.text("id"), nil).want(200, "")
	if got.text("status") != "approved" || got.text("method") != "trusted_browser" || got.text("acr") != "aal1" || got.text("trust_token") != "" {
		t.Errorf("let in %s", got.raw)
	}
	i.advance(24*time.Hour - time.Minute)
	i.wantTrusted("trusted", ask("4711").trusting(token))
	i.advance(time.Minute)
	i.wantAsked("interval_over", ask("4711").trusting(token))
	i.wantAsked("unknown_browser", ask("4711").trusting("jb_made-up"))
}

func TestATrustTokenIsGivenToTheLoginServiceAloneUntilItIsUsed(t *testing.T) {
	t.Parallel()
	i, p := daily(t)
	asked := i.create("4711")
	_, err := i.decide(p, asked.text("id"), approval.Approve)
	i.must(err)
	path := "/v1/approvals/" + asked.text("id")
	if a := i.call("GET", path, nil, bearer(asked.text("socket", "ticket"))).want(200, ""); a.body["trust_token"] != nil {
		t.Errorf("the browser's ticket got %s", a.raw)
	}
	first := i.call("GET", path, nil).want(200, "").text("trust_token")
	if first == "" || i.call("GET", path, nil).text("trust_token") != first {
		t.Error("the token was not given again")
	}
	i.wantTrusted("trusted", ask("4711").trusting(first))
	if again := i.call("GET", path, nil).want(200, ""); again.text("trust_token") != "" {
		t.Errorf("the token was given after it had been used: %s", again.raw)
	}
	i.wantTrusted("trusted", ask("4711").trusting(first))
}

func TestATrustedBrowserIsAskedFromAnotherFamilyAndForAnotherAccountOrApplication(t *testing.T) {
	t.Parallel()
	i, p := daily(t)
	token, _ := i.confirm(p, ask("4711"))
	stolen := ask("4711").trusting(token)
	stolen["browser"].(map[string]any)["user_agent"] = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36"
	i.wantAsked("browser_changed", stolen)
	i.wantSuspected(p, "browser_changed")
	i.addPhone(i.app, "0815", "Eve's phone")
	i.put("0815", "customer", weekly)
	i.wantAsked("other_account", ask("0815").trusting(token))

	other := i.addApplication(account.Tenant{ID: i.app.Tenant, Name: i.app.TenantName}, 2)
	key := bearer(i.addKey(other, account.ScopeLogin))
	if a := i.call("POST", "/v1/approvals", ask("4711").trusting(token), key).want(201, ""); a.text("reason", "code") != "other_set" {
		t.Errorf("another application trusts it: %s", a.raw)
	}
	foreign := i.addApplication(i.addTenant("Another house"), 2)
	i.addPhone(foreign, "4711", "Foreign phone")
	if a := i.call("POST", "/v1/approvals", ask("4711").trusting(token), bearer(i.addKey(foreign, account.ScopeLogin))).want(201, ""); a.text("reason", "code") != "always" || a.text("status") != "pending" {
		t.Errorf("another tenant knows it: %s", a.raw)
	}
}

func TestATransactionIsAskedWhateverTheBrowserBrings(t *testing.T) {
	t.Parallel()
	i, p := daily(t)
	token, _ := i.confirm(p, ask("4711"))
	payment := ask("4711").trusting(token)
	payment["kind"], payment["details"] = "transaction", []any{map[string]any{"label": "Amount", "value": "1 €"}}
	i.wantAsked("transaction", payment)
}

func TestWhatEndsTrustedBrowsersEndsThemFromTheNextLoginOn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end func(i *instance, p phone, approvalID string)
		one bool // it ends the one browser alone
		// code: the browser is confirmed by a recovery code, so that it would outlast the phone.
		code bool
	}{
		"the phone that confirmed is revoked": {end: func(i *instance, p phone, _ string) {
			i.addPhone(i.app, "4711", "Second phone")
			i.call("DELETE", "/v1/accounts/4711/devices/"+p.device, nil).want(204, "")
		}},
		"the password was changed": {end: func(i *instance, _ phone, _ string) {
			i.call("POST", "/v1/accounts/4711/password-changed", nil).want(204, "")
		}},
		"the account is reset, and has a phone again": {code: true, end: func(i *instance, _ phone, _ string) {
			i.call("POST", "/v1/accounts/4711/reset", `{"reason":"lost the phone"}`).want(204, "")
			i.addPhone(i.app, "4711", "New phone")
		}},
		"the account is erased, and another is called so": {code: true, end: func(i *instance, _ phone, _ string) {
			i.call("POST", "/v1/accounts/4711/erase", nil).want(204, "")
			i.addPhone(i.app, "4711", "Somebody else's phone")
			i.put("4711", "customer", weekly)
		}},
		"all of the account's end": {end: func(i *instance, _ phone, _ string) {
			i.call("DELETE", "/v1/accounts/4711/browsers", nil).want(204, "")
		}},
		"it is ended by itself": {one: true, end: func(i *instance, _ phone, approvalID string) {
			id, err := db.One(i.Context(), i.lasting.Reads(), db.ScanString, `SELECT id FROM trusted_browsers WHERE approval = $1`, approvalID)
			i.must(err)
			for range 2 {
				i.call("DELETE", "/v1/accounts/4711/browsers/"+id, nil).want(204, "")
			}
		}},
		"the login is reported afterwards": {one: true, end: func(i *instance, p phone, approvalID string) {
			_, err := i.decide(p, approvalID, approval.Report)
			i.must(err)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i, p := daily(t)
			token, approvalID := i.confirm(p, ask("4711"))
			if c.code {
				approvalID, _ = i.recover(i.newCodes()[0])
				token = i.call("GET", "/v1/approvals/"+approvalID, nil).want(200, "").text("trust_token")
			}
			other, _ := i.confirm(p, ask("4711"))
			lateID := i.create("4711").text("id") // confirmed before, fetched after
			_, err := i.decide(p, lateID, approval.Approve)
			i.must(err)
			i.wantTrusted("trusted", ask("4711").trusting(token))
			c.end(i, p, approvalID)
			i.wantAsked("unknown_browser", ask("4711").trusting(token))
			late := i.call("GET", "/v1/approvals/"+lateID, nil).text("trust_token")
			if c.one {
				i.wantTrusted("trusted", ask("4711").trusting(other))
				i.wantTrusted("trusted", ask("4711").trusting(late))
				return
			}
			i.wantAsked("unknown_browser", ask("4711").trusting(other))
			if late != "" {
				t.Error("a browser that confirmed before got its token afterwards")
			}
		})
	}
}

func TestARememberedBrowserOutlastsTheCapOfTheApplication(t *testing.T) {
	t.Parallel()
	i, p := daily(t)
	i.setPolicy(func(a *account.ApplicationPolicy) {
		a.MaxInterval, a.Remember, a.Offline = account.Duration(12*time.Hour), account.Duration(30*account.Day), account.OfflineAllowed
	})
	offered := i.create("4711")
	if offered.text("offline") != "allowed" || offered.body["remember"].(map[string]any)["days"] != 30.0 {
		t.Errorf("offered %s", offered.raw)
	}
	if hours := offered.body["remember"].(map[string]any)["hours"]; hours != 720.0 {
		t.Errorf("offered for %v hours", hours)
	}
	plain, _ := i.confirm(p, ask("4711"))
	wish := ask("4711")
	wish["remember"] = true
	remembered, _ := i.confirm(p, wish)
	i.advance(12 * time.Hour)
	i.wantAsked("interval_over", ask("4711").trusting(plain))
	i.advance(29 * 24 * time.Hour)
	i.wantTrusted("remembered", ask("4711").trusting(remembered))
	i.advance(24 * time.Hour)
	i.wantAsked("interval_over", ask("4711").trusting(remembered))
}

func TestTheSameRequestIsLetInOnce(t *testing.T) {
	t.Parallel()
	i, p := daily(t)
	token, _ := i.confirm(p, ask("4711"))
	first := i.call("POST", "/v1/approvals", ask("4711").trusting(token), header("Idempotency-Key", "once")).want(201, "")
	again := i.call("POST", "/v1/approvals", ask("4711").trusting(token), header("Idempotency-Key", "once")).want(201, "")
	if first.text("id") != again.text("id") || first.text("status") != "approved" {
		t.Errorf("first %s\nagain %s", first.raw, again.raw)
	}
	i.call("POST", "/v1/approvals", ask("4711"), header("Idempotency-Key", "once")).want(422, "idempotency-key-reused")
}

func TestBeforeEnforcementAnAccountWithoutAMethodPassesAndOneWithAMethodIsAsked(t *testing.T) {
	t.Parallel()
	i, _ := daily(t)
	later := weekly
	later.EnforcedFrom = map[string]account.Date{"Portal": account.DateOf(i.clock.Now().Add(48 * time.Hour))}
	i.addAccount(i.app, "0815")
	i.put("4711", "soon", later)
	i.put("0815", "soon", later)
	a := i.call("POST", "/v1/approvals", ask("0815")).want(201, "")
	if a.text("method") != "not_enforced" || a.text("reason", "code") != "not_enforced" || a.text("reason", "enforced_from") == "" {
		t.Errorf("before enforcement %s", a.raw)
	}
	got := i.call("GET", "/v1/approvals/"+a.text("id"), nil).want(200, "")
	if got.body["acr"] != nil || len(got.body["amr"].([]any)) != 0 {
		t.Errorf("it claims to have confirmed: %s", got.raw)
	}
	i.wantAsked("unknown_browser", ask("4711"))
	i.advance(49 * time.Hour)
	i.wantFirstLogin("0815")
}

func TestAfterAReportLoginsOfTheSameNetworkOrSessionWakeNobodyUntilItIsLifted(t *testing.T) {
	t.Parallel()
	i, p := daily(t)
	reported := i.call("POST", "/v1/approvals", ask("4711").session("evil")).want(201, "")
	_, err := i.decide(p, reported.text("id"), approval.Report)
	i.must(err)
	elsewhere := func(q question) question {
		q["browser"].(map[string]any)["ip"] = "198.51.100.7"
		return q
	}
	wantPush := func(sent bool, q question) {
		t.Helper()
		a := i.call("POST", "/v1/approvals", q).want(201, "")
		push := a.body["push"].(map[string]any)
		if push["sent"] != sent || (!sent && push["reason"] != "reported") {
			t.Errorf("push %v: %s", sent, a.raw)
		}
		i.call("POST", "/v1/approvals/"+a.text("id")+"/cancel", `{}`).want(200, "")
	}
	wantPush(false, ask("4711"))
	wantPush(false, elsewhere(ask("4711").session("evil")))
	wantPush(true, elsewhere(ask("4711").session("good")))
	if a := i.call("POST", "/v1/accounts/4711/reports/lift", nil).want(200, ""); a.body["lifted"] != 1.0 {
		t.Errorf("lifted %s", a.raw)
	}
	wantPush(true, ask("4711"))
}

func TestWhereOneDenyIsEnoughTheOtherPhonesAreNotWaitedFor(t *testing.T) {
	t.Parallel()
	i, p := daily(t)
	i.addPhone(i.app, "4711", "Second phone")
	for deny, want := range map[account.Deny]string{account.DenyAll: "pending", account.DenyAny: "denied"} {
		policy := weekly
		policy.Deny = deny
		i.put("4711", "customer", policy)
		a := i.create("4711")
		_, err := i.decide(p, a.text("id"), approval.Deny)
		i.must(err)
		if got := i.call("GET", "/v1/approvals/"+a.text("id"), nil).want(200, ""); got.text("status") != want {
			t.Errorf("deny %s: %s", deny, got.raw)
		}
	}
}

func TestATrustTokenInAnAddressIsNoToken(t *testing.T) {
	t.Parallel()
	i, p := daily(t)
	token, _ := i.confirm(p, ask("4711"))
	i.call("POST", "/v1/approvals?trust_token="+url.QueryEscape(token), ask("4711")).want(201, "")
	i.wantAsked("unknown_browser", ask("4711"))
}

func TestTrustedBrowsersAreListedWithPlaceAndTimeAndBelongToTheirAccount(t *testing.T) {
	t.Parallel()
	i, p := daily(t)
	token, _ := i.confirm(p, ask("4711"))
	i.wantTrusted("trusted", ask("4711").trusting(token))
	list := i.call("GET", "/v1/accounts/4711/browsers", nil).want(200, "").body["browsers"].([]any)
	one := list[0].(map[string]any)
	if len(list) != 1 || one["browser"] != "Firefox" || one["system"] != "Windows" || one["method"] != "push" || one["device"] != p.device ||
		one["remembered"] != false || one["confirmed_at"] == nil || one["trust_until"] == nil || one["last_used_at"] == nil {
		t.Errorf("listed %v", list)
	}
	i.addAccount(i.app, "0815")
	i.call("DELETE", "/v1/accounts/0815/browsers/"+one["id"].(string), nil).want(404, "unknown-browser")
	i.call("DELETE", "/v1/accounts/none/browsers/"+one["id"].(string), nil).want(404, "unknown-account")
	i.call("DELETE", "/v1/accounts/none/browsers", nil).want(404, "unknown-account")
	i.call("POST", "/v1/accounts/none/reports/lift", nil).want(404, "unknown-account")
	i.wantTrusted("trusted", ask("4711").trusting(token))
}

// somewhere lies in one country, and everywhere else in another.
type somewhere struct{}

func (somewhere) Of(addr netip.Addr) string {
	if addr == netip.MustParseAddr("203.0.113.9") {
		return "DE"
	}
	return "FR"
}

func TestATrustedBrowserFromAnotherCountryIsAskedAndTheTenantIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve(func(o *server.Options) { o.Countries = somewhere{} })
	p := w.addPhone(w.app, "4711", "Ada's phone")
	w.put("4711", "customer", weekly)
	token, _ := i.confirm(p, ask("4711"))
	i.wantTrusted("trusted", ask("4711").trusting(token))
	abroad := ask("4711").trusting(token)
	abroad["browser"].(map[string]any)["ip"] = "198.51.100.7"
	i.wantAsked("country_changed", abroad)
	i.wantSuspected(p, "country_changed")
}

// wantSuspected wants the tenant to have been told once that a browser of the phone's account is not what it was.
func (w *world) wantSuspected(p phone, reason string) {
	w.Helper()
	events, err := outbox.Unsequenced(w.Context(), w.lasting.Reads(), 100)
	w.must(err)
	var told []string
	for _, e := range events {
		if e.Kind == lasting.BrowserSuspectedEvent && e.Account == p.account.ID {
			told = append(told, string(e.Data.(json.RawMessage)))
		}
	}
	if len(told) != 1 || !strings.Contains(told[0], `"reason":"`+reason+`"`) {
		w.Errorf("told %q, want once %s", told, reason)
	}
}
