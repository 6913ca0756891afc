package server_test

import (
	"context"
	"database/sql"
	"encoding/csv"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/server"
	"github.com/jawort/jawort/server/directory"
)

func (w *world) addGroup(name string, i account.Interval) {
	_, err := w.lasting.PutGroup(w.Context(), w.lasting.Writes(), account.Group{
		ID: w.newID(id.Group), Tenant: w.app.Tenant, Name: name, Policy: account.GroupPolicy{Interval: i},
	})
	w.must(err)
}

// settle changes what the world's tenant says of itself.
func (w *world) settle(p account.TenantPolicy) {
	w.must(w.lasting.UpdateTenant(w.Context(), w.lasting.Writes(), account.Tenant{ID: w.app.Tenant, Name: "House of Cards", Policy: p}))
}

func TestAnAccountIsKeptInFull(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addGroup("customer", account.Interval{Max: 7, Default: 7})
	w.addAccount(w.app, "boss")
	w.settle(account.TenantPolicy{Region: "DE"})
	made := i.call("PUT", "/v1/accounts/4711", `{"label":"Desk","group":"customer","manager":"boss","phone":"0151 23456789","email":"Anna@Example.COM",
		"language":"de","interval":3,"sms":true}`).want(201, "")
	if made.text("phone") != "+4915123456789" || made.text("email") != "Anna@example.com" || made.text("group") != "customer" || made.text("manager") != "boss" ||
		made.body["interval"] != 3.0 || made.body["sms"] != true || made.body["devices"] != 0.0 || made.text("phone_changed_at") != "" {
		t.Errorf("made %s", made.raw)
	}
	w.addPhone(w.app, "4711", "phone")
	moved := i.call("PUT", "/v1/accounts/4711", `{"phone":"+49 151 98765432"}`, header("Jawort-Operator", "Jürgen")).want(200, "")
	if moved.text("phone") != "+4915198765432" || moved.text("phone_changed_at") == "" || moved.text("label") != "Desk 4711" && moved.text("label") != "Desk" {
		t.Errorf("moved %s", moved.raw)
	}
	cleared := i.call("PUT", "/v1/accounts/4711", `{"phone":null,"interval":null,"manager":null,"group":null,"email":null,"language":null,"sms":null,"label":null}`).want(200, "")
	if cleared.text("phone")+cleared.text("email")+cleared.text("manager")+cleared.text("group") != "" || cleared.body["interval"] != nil ||
		cleared.body["sms"] != false || cleared.text("label") != "4711" {
		t.Errorf("cleared %s", cleared.raw)
	}
}

func TestWhatIsWrongWithAnAccountIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addGroup("broker", account.Interval{Max: 1})
	for body, want := range map[string]struct{ field, code string }{
		`{"label":7}`:                     {"label", "invalid-request"},
		`{"phone":"0151 23456789"}`:       {"phone", "invalid-request"}, // no country, and the tenant has no region
		`{"phone":"+49 151"}`:             {"phone", "invalid-request"},
		`{"phone":""}`:                    {"phone", "invalid-request"},
		`{"phone":"+49 30 303986300"}`:    {"phone", "cannot-receive-sms"},
		`{"email":"anna"}`:                {"email", "invalid-request"},
		`{"email":"a@b.de\nBcc:x@y.de"}`:  {"email", "invalid-request"},
		`{"language":"fr"}`:               {"language", "invalid-request"},
		`{"interval":8}`:                  {"interval", "invalid-request"},
		`{"interval":"1"}`:                {"interval", "invalid-request"},
		`{"interval":1}`:                  {"interval", "invalid-request"},
		`{"group":"broker","interval":2}`: {"interval", "invalid-request"},
		`{"group":"none"}`:                {"group", "invalid-request"},
		`{"manager":"none"}`:              {"manager", "invalid-request"},
		`{"manager":"4711"}`:              {"manager", "invalid-request"},
		`{"sms":"on"}`:                    {"sms", "invalid-request"},
	} {
		a := i.call("PUT", "/v1/accounts/4711", body)
		if a.status != 422 || a.text("field") != want.field || a.text("type") != "urn:jawort:problem:"+want.code {
			t.Errorf("%s: %d %s", body, a.status, a.raw)
		}
	}
	for _, name := range []string{strings.Repeat("x", 129), "a\u202eb", "\xff"} {
		if a := i.call("PUT", "/v1/accounts/4711", `{}`, header("Jawort-Operator", name)); a.status != 422 || a.text("field") != "Jawort-Operator" {
			t.Errorf("operator %q: %d %s", name, a.status, a.raw)
		}
	}
	i.call("GET", "/v1/accounts/4711", nil).want(404, "unknown-account")
	i.call("PUT", "/v1/accounts/4711", `{"group":"broker"}`).want(201, "")
	i.call("PUT", "/v1/accounts/4711/interval", `{"days":1}`).want(200, "")
	a := i.call("PUT", "/v1/accounts/4711/interval", `{"days":2}`).want(422, "invalid-request")
	if a.text("group") != "broker" || a.body["max"] != 1.0 || !strings.Contains(a.text("detail"), "broker allows 0 to 1 days") {
		t.Errorf("the bound is not named: %s", a.raw)
	}
	for _, days := range []string{"-1", "9"} { // out of any group's bounds: its own are named all the same
		a := i.call("PUT", "/v1/accounts/4711/interval", `{"days":`+days+`}`).want(422, "invalid-request")
		if a.body["min"] != 0.0 || a.body["max"] != 1.0 || a.text("bounded_by") != "group" || a.text("group") != "broker" {
			t.Errorf("%s days: the bounds are not named: %s", days, a.raw)
		}
	}
	for _, body := range []string{`{}`, `{"days":"1"}`} {
		if a := i.call("PUT", "/v1/accounts/4711/interval", body).want(422, "invalid-request"); a.text("field") != "days" {
			t.Errorf("%s: %s", body, a.raw)
		}
	}
}

func TestAListIsFilteredByWhatIsAskedAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addGroup("broker", account.Interval{Max: 1})
	i.call("PUT", "/v1/accounts/boss", `{"group":"broker","label":"Ärger AG"}`).want(201, "")
	i.call("PUT", "/v1/accounts/c1", `{"manager":"boss","phone":"+4915123456789","sms":true}`).want(201, "")
	i.call("PUT", "/v1/accounts/c2", `{"manager":"boss"}`).want(201, "")
	w.addPhone(w.app, "c2", "phone")
	week := url.QueryEscape(time.Now().Add(-7 * 24 * time.Hour).Format(time.RFC3339))
	for query, want := range map[string]string{
		"": "boss c1 c2", "q=%C3%A4rger": "boss", "q=C": "c1 c2", "manager=boss": "c1 c2", "manager=boss&lacks=phone": "c2", "has=device,push": "c2", "group=broker": "boss",
		"lacks=any": "boss c1", "sms=on": "c1", "sms=off&prefix=c": "c2", "interval=default": "boss c1 c2", "interval=1": "", "has=totp": "",
		"application=Portal&used=never": "boss c1 c2", "application=" + w.app.ID + "&used=since:" + week: "", "limit=2&after=boss": "c1 c2",
	} {
		if got := listed(i.call("GET", "/v1/accounts?"+query, nil).want(200, "")); got != want {
			t.Errorf("%s lists %q, want %q", query, got, want)
		}
	}
	if got := listed(i.call("GET", "/v1/accounts/boss/managed?lacks=phone", nil).want(200, "")); got != "c2" {
		t.Errorf("managed are %q", got)
	}
	for query, field := range map[string]string{
		"lack=phone": "lack", "has=all": "has", "lacks=": "", "used=never": "used", "application=Portal": "used", "application=Portal&used=yesterday": "used",
		"application=None&used=never": "application", "application=Portal&used=since:1969-01-01T00:00:00Z": "used", "sms=yes": "sms", "interval=8": "interval",
		"group=none": "group", "manager=none": "manager", "format=xml": "format", "limit=0": "limit", "q=%00": "q", "sms=on&sms=off": "sms",
	} {
		a := i.call("GET", "/v1/accounts?"+query, nil)
		if field == "" {
			a.want(200, "")
		} else if a.status != 422 || a.text("field") != field {
			t.Errorf("%s: %d %s", query, a.status, a.raw)
		}
	}
	i.call("GET", "/v1/accounts/nobody/managed", nil).want(404, "unknown-account")
}

func listed(a answer) string {
	var all []string
	for _, one := range a.body["accounts"].([]any) {
		all = append(all, one.(map[string]any)["account"].(string))
	}
	return strings.Join(all, " ")
}

func TestAListIsReadByASpreadsheetInFullAndHarmlessly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addGroup("broker", account.Interval{Max: 1})
	for n := range 1203 {
		w.addAccount(w.app, fmt.Sprintf("N%04d", n))
	}
	i.call("PUT", "/v1/accounts/N0001", map[string]any{"label": `=HYPERLINK("http://evil.example","x")`, "group": "broker", "phone": "+4915123456789"}).want(200, "")
	i.call("PUT", "/v1/accounts/N0002", map[string]any{"label": "a;=1+1"}).want(200, "")
	w.addAccount(w.addApplication(w.addTenant("Another house"), 2), "N9999")
	for _, a := range []answer{
		i.call("GET", "/v1/accounts?format=csv&prefix=N", nil).want(200, ""),
		i.call("GET", "/v1/accounts?prefix=N", nil, header("Accept", "text/csv")).want(200, ""),
	} {
		rows, err := csv.NewReader(strings.NewReader(string(a.raw))).ReadAll()
		w.must(err)
		if len(rows) != 1204 || rows[1][0] != "N0000" || rows[1203][0] != "N1202" || rows[2][1] != `'=HYPERLINK("http://evil.example","x")` || rows[2][4] != "'+4915123456789" {
			t.Errorf("%d rows, the second is %q", len(rows), rows[2])
		}
		if !strings.Contains(string(a.raw), `,"a;=1+1",`) {
			t.Error("where semicolons separate, a label brings a formula")
		}
		if !strings.HasPrefix(a.header.Get("Content-Type"), "text/csv") {
			t.Errorf("it is %s", a.header.Get("Content-Type"))
		}
	}
}

func TestWhatAnAccountLastUsedFollowsFromItsApprovals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	p := w.addPhone(w.app, "4711", "phone")
	c := i.create("4711")
	_, err := w.decide(p, c.text("id"), approval.Approve)
	w.must(err)
	denied := i.create("4711")
	_, err = w.decide(p, denied.text("id"), approval.Deny)
	w.must(err)
	i.ticks.done(time.Second)
	i.eventually(func() bool {
		return listed(i.call("GET", "/v1/accounts?application=Portal&used=never", nil).want(200, "")) == ""
	})
	used := i.call("GET", "/v1/accounts/4711", nil).want(200, "").body["used"].([]any)
	if len(used) != 1 || used[0].(map[string]any)["application"] != w.app.ID || used[0].(map[string]any)["name"] != "Portal" {
		t.Errorf("used is %v", used)
	}
}

func TestTheIntervalOfAllThatOneManagesIsSetTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addGroup("customer", account.Interval{Max: 7})
	w.addGroup("strict", account.Interval{})
	w.addAccount(w.app, "boss")
	for _, name := range []string{"c1", "c2", "c3"} {
		i.call("PUT", "/v1/accounts/"+name, `{"manager":"boss","group":"customer"}`).want(201, "")
	}
	a := i.call("PUT", "/v1/accounts/boss/managed/interval", `{"days":7}`).want(200, "")
	if a.body["managed"] != 3.0 || a.body["changed"] != 3.0 || a.body["days"] != 7.0 {
		t.Errorf("set %s", a.raw)
	}
	i.call("PUT", "/v1/accounts/c2", `{"group":"strict","interval":null}`).want(200, "")
	if a := i.call("PUT", "/v1/accounts/boss/managed/interval", `{"days":1}`).want(422, "invalid-request"); a.text("group") != "strict" {
		t.Errorf("refused %s", a.raw)
	}
	if got := listed(i.call("GET", "/v1/accounts?interval=7", nil).want(200, "")); got != "c1 c3" {
		t.Errorf("after the refusal %q have 7 days", got)
	}
	a = i.call("PUT", "/v1/accounts/boss/managed/interval", `{"days":1,"group":"customer"}`).want(200, "")
	if a.body["managed"] != 2.0 || a.body["changed"] != 2.0 || a.text("group") != "customer" {
		t.Errorf("set for a group %s", a.raw)
	}
	if got := listed(i.call("GET", "/v1/accounts?interval=1", nil).want(200, "")); got != "c1 c3" {
		t.Errorf("%q have 1 day", got)
	}
	for body, detail := range map[string]string{
		`{"days":0,"group":"nobody"}`: `"nobody"`, `{"days":0,"group":""}`: "name of a group", `{"days":0,"group":null}`: "name of a group",
		`{"days":0,"group":"a\u0000b"}`: "group", `{"days":8,"group":"customer"}`: "days",
	} {
		if a := i.call("PUT", "/v1/accounts/boss/managed/interval", body).want(422, "invalid-request"); !strings.Contains(a.text("detail"), detail) {
			t.Errorf("%s: %s", body, a.raw)
		}
	}
	if got := listed(i.call("GET", "/v1/accounts?interval=0", nil).want(200, "")); got != "" {
		t.Errorf("after the refusals %q are always asked", got)
	}
	i.call("PUT", "/v1/accounts/boss/managed/interval", `{"days":null}`).want(200, "")
}

// others are stores that keep something of accounts, too.
type others struct {
	mu    sync.Mutex
	ended []string
	mail  []courier.Message
}

func (o *others) note(what string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ended = append(o.ended, what)
	return nil
}

func (o *others) Reset(_ context.Context, _ *sql.Tx, account string) error {
	return o.note("methods " + account)
}

func (o *others) Put(_ context.Context, _ *sql.Tx, m courier.Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.mail = append(o.mail, m)
	return m.Validate()
}

func (w *world) serveWith(o *others) *instance {
	return w.serve(func(opts *server.Options) {
		opts.Messages = o
		opts.Also = directory.Also{
			Methods: o,
			Export:  map[string]directory.Dossier{"messages": func(context.Context, account.Account) (any, error) { return []string{"one"}, nil }},
		}
	})
}

func TestSupportResetsAnAccount(t *testing.T) {
	t.Parallel()
	w, o := newWorld(t), &others{}
	i := w.serveWith(o)
	p := w.addPhone(w.app, "4711", "phone")
	i.call("POST", "/v1/accounts/4711/reset", `{}`).want(422, "invalid-request")
	i.call("POST", "/v1/accounts/4711/reset", `{"reason":"lost the phone"}`, header("Jawort-Operator", "Erika")).want(204, "")
	i.call("POST", "/v1/accounts/4711/password-changed", nil).want(204, "")
	if got, want := strings.Join(o.ended, "|"), "methods "+p.account.ID; got != want {
		t.Errorf("ended %s, want %s", got, want)
	}
	if a := i.call("GET", "/v1/accounts/4711", nil).want(200, ""); a.body["devices"] != 0.0 {
		t.Errorf("after the reset %s", a.raw)
	}
	if strings.Contains(i.log.String(), "Erika") || strings.Contains(i.log.String(), "lost the phone") {
		t.Error("the log names who and why")
	}
}

func TestAPersonIsToldAllAndForgotten(t *testing.T) {
	t.Parallel()
	w, o := newWorld(t), &others{}
	i := w.serveWith(o)
	p := w.addPhone(w.app, "4711", "Ada's phone")
	i.call("PUT", "/v1/accounts/4711", `{"phone":"+4915123456789"}`).want(200, "")
	c := i.create("4711")
	_, err := w.decide(p, c.text("id"), approval.Approve)
	w.must(err)
	told := i.call("GET", "/v1/accounts/4711/export", nil).want(200, "")
	for _, word := range []string{"+4915123456789", "Ada's phone", "203.0.113.9", "Fairphone", c.text("id"), `"messages":["one"]`} {
		if !strings.Contains(string(told.raw), word) {
			t.Errorf("nothing is told of %s: %s", word, told.raw)
		}
	}
	for _, word := range []string{"sealed", "cose", "thumb_"} {
		if strings.Contains(string(told.raw), word) {
			t.Errorf("it tells %s", word)
		}
	}
	i.call("POST", "/v1/accounts/4711/erase", nil).want(204, "")
	i.call("POST", "/v1/accounts/4711/erase", nil).want(404, "unknown-account")
	i.call("GET", "/v1/accounts/4711/export", nil).want(404, "unknown-account")
	a := i.call("GET", "/v1/approvals/"+c.text("id"), nil).want(200, "")
	if a.text("status") != "approved" || strings.Contains(string(a.raw), "Ada") || a.text("account") == "4711" {
		t.Errorf("the approval still tells %s", a.raw)
	}
	i.call("GET", "/v1/approvals/"+c.text("id")+"/receipt", nil).want(404, "no-receipt")
}

func TestPeopleAreAskedToEnrolInTheTenantsWords(t *testing.T) {
	t.Parallel()
	w, o := newWorld(t), &others{}
	i := w.serveWith(o)
	w.settle(account.TenantPolicy{Language: "de", Invitation: account.Letter{Subject: account.Texts{German: "Bitte einrichten"}, Text: account.Texts{German: "Liebe Kunden"}}})
	w.addGroup("broker", account.Interval{Max: 1})
	i.call("PUT", "/v1/accounts/a", `{"email":"a@example.com","group":"broker"}`).want(201, "")
	i.call("PUT", "/v1/accounts/b", `{"email":"b@example.com","language":"en"}`).want(201, "")
	i.call("PUT", "/v1/accounts/c", `{}`).want(201, "")
	a := i.call("POST", "/v1/invitations", `{"accounts":["a","c","nobody"]}`).want(200, "")
	if a.body["queued"] != 1.0 || !strings.Contains(string(a.raw), `{"account":"c","reason":"no-email"},{"account":"nobody","reason":"unknown-account"}`) {
		t.Errorf("invited %s", a.raw)
	}
	if a := i.call("POST", "/v1/invitations", `{"filter":{}}`).want(200, ""); a.body["queued"] != 1.0 || !strings.Contains(string(a.raw), `"recently"`) {
		t.Errorf("invited by filter %s", a.raw)
	}
	w.advance(25 * time.Hour)
	if a := i.call("POST", "/v1/invitations/remind", `{"filter":{"group":"broker"}}`).want(200, ""); a.body["queued"] != 1.0 {
		t.Errorf("reminded %s", a.raw)
	}
	if len(o.mail) != 3 || o.mail[0].Subject != "Bitte einrichten" || o.mail[0].Text != "Liebe Kunden" || o.mail[0].Address != "a@example.com" {
		t.Fatalf("%d letters, the first %q", len(o.mail), o.mail[0].Subject)
	}
	for _, m := range o.mail {
		if strings.Contains(m.Text, "enrol#") || strings.Contains(m.Text, "http") || m.Purpose != courier.PurposeInvitation || m.Channel != courier.Email {
			t.Errorf("a letter says %q", m.Text)
		}
	}
	p := i.call("GET", "/v1/invitations?group=broker", nil).want(200, "")
	if p.body["invited"] != 1.0 || p.body["left"] != 1.0 || p.body["enrolled"] != 0.0 || listed(p) != "a" {
		t.Errorf("progress %s", p.raw)
	}
	if p := i.call("GET", "/v1/invitations?limit=1", nil).want(200, ""); p.text("next") != "a" {
		t.Errorf("first page %s", p.raw)
	}
	for body, field := range map[string]string{
		`{}`: "accounts", `{"accounts":["a"],"filter":{}}`: "accounts", `{"accounts":[""]}`: "accounts[0]", `{"filter":{"group":"none"}}`: "group",
		`{"filter":{"prefix":"a\u0000"}}`: "filter.prefix",
	} {
		if a := i.call("POST", "/v1/invitations", body); a.status != 422 || a.text("field") != field {
			t.Errorf("%s: %d %s", body, a.status, a.raw)
		}
	}
	i.call("GET", "/v1/invitations?q=x", nil).want(422, "invalid-request")
	w.serve().call("POST", "/v1/invitations", `{"accounts":["a"]}`).want(409, "mail-not-configured")
}

// old counts what it was told to erase.
type old struct {
	mu     sync.Mutex
	before []time.Time
}

func (o *old) EraseBefore(_ context.Context, _ string, before time.Time, _ int) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.before = append(o.before, before)
	return 0, nil
}

func TestRetentionIsCarriedOutByOneOfTheServers(t *testing.T) {
	t.Parallel()
	w, o := newWorld(t), &old{}
	retained := func(opts *server.Options) { opts.Also.Retained = []directory.Retained{o} }
	i, another := w.serve(retained), w.serve(retained)
	p := w.addPhone(w.app, "4711", "phone")
	c := i.create("4711")
	_, err := w.decide(p, c.text("id"), approval.Approve)
	w.must(err)
	w.settle(account.TenantPolicy{Retention: account.Retention{Outcomes: 2, PersonalData: 1}})
	w.advance(20 * 24 * time.Hour)
	i.ticks.done(directory.RetainEvery)
	if a := i.call("GET", "/v1/approvals/"+c.text("id"), nil).want(200, ""); a.text("device", "holder") == "" {
		t.Errorf("erased too early: %s", a.raw)
	}
	w.advance(20 * 24 * time.Hour)
	another.ticks.done(directory.RetainEvery)
	i.ticks.done(directory.RetainEvery)
	if a := i.call("GET", "/v1/approvals/"+c.text("id"), nil).want(200, ""); a.text("status") != "approved" || a.text("device", "holder") != "" {
		t.Errorf("not erased: %s", a.raw)
	}
	if len(o.before) != 2 {
		t.Errorf("others were told %d times", len(o.before))
	}
}
