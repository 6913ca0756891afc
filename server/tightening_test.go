package server_test

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	domain "github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/store/ledger"
	"github.com/jawort/jawort/store/organisation"
	"github.com/jawort/jawort/store/outbox"
)

// apply applies a file that says so of the tenant.
func (w *world) apply(text string) {
	w.Helper()
	f, err := domain.Read(strings.NewReader("tenant: {name: House of Cards}\n" + text))
	w.must(err)
	s := organisation.Store{
		Lasting: w.lasting, SMS: &ledger.Store{DB: w.lasting.DB}, Random: rand.Reader, By: outbox.Actor{Kind: outbox.ByCommand, ID: "jawort"},
	}
	_, err = s.Apply(w.Context(), f.Mistakes, f.Sources()...)
	w.must(err)
}

// policies are a tighter policy and, to go back to, the one before; each is put in force by the function.
type policies struct {
	tighter, before string
	put             func(i *instance, to string)
}

func applied(tighter, before string) policies {
	return policies{tighter, before, func(i *instance, to string) { i.apply(to) }}
}

func called(path, tighter, before string) policies {
	return policies{tighter, before, func(i *instance, to string) { i.call("PUT", path, to).want(200, "") }}
}

const (
	customers = `groups: [{name: customer, interval: {min: 0, max: 7, default: 1}, remember: true}]`
	portal    = `applications: [{name: Portal, origins: ["https://login.example"], remember: 30d}]`
	own       = `accounts: [{account: "4711", group: customer, interval: 2, manager: boss}]`
)

func TestATighterPolicyEndsTrustAndALooserOneDoesNotReviveIt(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]policies{
		"the group is always asked":            applied(`groups: [{name: customer, interval: {min: 0, max: 0, default: 0}, remember: true}]`, customers),
		"the group's default is shorter":       applied(`groups: [{name: customer, interval: {min: 0, max: 7, default: 0}, remember: true}]`, customers),
		"the group forbids remembering":        applied(`groups: [{name: customer, interval: {min: 0, max: 7, default: 1}}]`, customers),
		"the group forbids the method":         applied(`groups: [{name: customer, interval: {min: 0, max: 7, default: 1}, remember: true, methods: [totp]}]`, customers),
		"the application has a cap":            applied(strings.Replace(portal, "remember", "max_interval: 12h, remember", 1), portal),
		"the application remembers for less":   applied(strings.Replace(portal, "30d", "1d", 1), portal),
		"the application has another preset":   applied(`applications: [{name: Portal, origins: ["https://login.example"], preset: aal2}]`, portal),
		"the application is of another set":    applied(strings.Replace(portal, "remember", "confirmation_set: office, remember", 1), portal),
		"the application forbids the method":   applied(strings.Replace(portal, "remember", "methods: [totp], remember", 1), portal),
		"the account is always asked":          called("/v1/accounts/4711/interval", `{"days":0}`, `{"days":2}`),
		"the account's interval is shorter":    called("/v1/accounts/4711/interval", `{"days":1}`, `{"days":2}`),
		"the account's record says so":         called("/v1/accounts/4711", `{"interval":1}`, `{"interval":2}`),
		"the account is given up to its group": called("/v1/accounts/4711", `{"interval":null}`, `{"interval":2}`),
		"the account leaves its group":         called("/v1/accounts/4711", `{"group":null,"interval":null}`, `{"group":"customer","interval":2}`),
		"a file shortens the account's":        applied(strings.Replace(own, "2", "1", 1), own),
		"a file moves the account": applied(
			"groups: [{name: another, interval: {min: 0, max: 7, default: 7}}]\n"+strings.Replace(own, "customer", "another", 1), own),
		"its manager shortens it":         called("/v1/accounts/boss/managed/interval", `{"days":1}`, `{"days":2}`),
		"its manager gives up the choice": called("/v1/accounts/boss/managed/interval", `{"days":null}`, `{"days":2}`),
		"its manager has it always asked": called("/v1/accounts/boss/managed/interval", `{"days":0}`, `{"days":2}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i, phone := daily(t)
			i.addAccount(i.app, "boss")
			i.apply(strings.Join([]string{customers, portal, own}, "\n"))
			token, _ := i.confirm(phone, ask("4711"))
			wish := ask("4711")
			wish["remember"] = true
			remembered, _ := i.confirm(phone, wish)
			i.wantTrusted("trusted", ask("4711").trusting(token))
			i.wantTrusted("remembered", ask("4711").trusting(remembered))
			begun := i.create("4711").text("id")

			p.put(i, p.tighter)
			i.wantPending(ask("4711").trusting(token))
			i.wantPending(ask("4711").trusting(remembered))
			p.put(i, p.before)
			i.wantAsked("unknown_browser", ask("4711").trusting(token))
			i.wantAsked("unknown_browser", ask("4711").trusting(remembered))
			if left := i.call("GET", "/v1/accounts/4711/browsers", nil).want(200, "").body["browsers"].([]any); len(left) > 0 {
				t.Errorf("listed as trusted: %v", left)
			}
			_, err := i.decide(phone, begun, approval.Approve)
			i.must(err)
			if a := i.call("GET", "/v1/approvals/"+begun, nil).want(200, ""); a.text("status") != "approved" || a.text("trust_token") != "" {
				t.Errorf("what was asked under the looser policy is trusted: %s", a.raw)
			}
			fresh, _ := i.confirm(phone, ask("4711"))
			i.wantTrusted("trusted", ask("4711").trusting(fresh))
		})
	}
}

// wantPending wants the question to be asked, for whatever reason.
func (i *instance) wantPending(q question) {
	i.Helper()
	a := i.call("POST", "/v1/approvals", q)
	if a.status == 201 && a.text("status") != "pending" {
		i.Errorf("want to be asked: %s", a.raw)
	}
	if a.status == 201 {
		i.call("POST", "/v1/approvals/"+a.text("id")+"/cancel", nil).want(200, "")
	}
}

func TestALooserPolicyLeavesTrustAsItWasGranted(t *testing.T) {
	t.Parallel()
	i, phone := daily(t)
	token, _ := i.confirm(phone, ask("4711"))
	i.put("4711", "customer", account.GroupPolicy{Interval: account.Interval{Max: 7, Default: 7}, Remember: true})
	i.wantTrusted("trusted", ask("4711").trusting(token))
	i.advance(25 * time.Hour)
	i.wantAsked("expired", ask("4711").trusting(token))
}

func TestAnotherApplicationsTighterPolicyEndsTrustThereAlone(t *testing.T) {
	t.Parallel()
	i, phone := daily(t)
	other := i.addApplication(account.Tenant{ID: i.app.Tenant, Name: i.app.TenantName}, 2)
	share := func(cap time.Duration) account.ApplicationPolicy {
		return account.ApplicationPolicy{Match: account.MatchDigits(2), ConfirmationSet: "office", MaxInterval: account.Duration(cap)}
	}
	i.setPolicy(func(p *account.ApplicationPolicy) { *p = share(0) })
	change := func(cap time.Duration) {
		other.Policy = share(cap)
		i.must(i.lasting.UpdateApplication(t.Context(), i.lasting.Writes(), other))
	}
	change(0)
	key := bearer(i.addKey(other, account.ScopeLogin))
	token, _ := i.confirm(phone, ask("4711"))
	there := func(want string) {
		t.Helper()
		if a := i.call("POST", "/v1/approvals", ask("4711").trusting(token), key).want(201, ""); a.text("status") != want {
			t.Errorf("want %s: %s", want, a.raw)
		}
	}
	there("approved")
	change(time.Hour)
	change(0)
	there("pending")
	i.wantTrusted("trusted", ask("4711").trusting(token))
}
