package server_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
)

func TestALoginIsApprovedAndToldToEverybodyWhoMayKnow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	p := w.addPhone(w.app, "4711", "Ada's phone")

	c := i.create("4711")
	if c.text("status") != "pending" || c.text("kind") != "login" || c.text("account") != "4711" || len(c.text("number")) != 2 || c.body["devices"] != 1.0 {
		t.Fatalf("created %s", c.raw)
	}
	if url := c.text("socket", "url"); url != "ws"+strings.TrimPrefix(i.URL, "http")+"/v1/approvals/"+c.text("id")+"/socket" {
		t.Fatalf("socket at %s", url)
	}
	page := i.wait(c)
	if f := page.next(); f.Type != "state" || f.Status != "pending" || f.Number != c.text("number") || len(f.Methods) != 1 || f.Methods[0] != "push" ||
		f.ExpiresAt.Format(time.RFC3339Nano) != c.text("expires_at") {
		t.Fatalf("first frame %+v", f)
	}
	w.must(w.live.Mark(t.Context(), c.text("id"), p.installation, approval.ProgressReceived))
	if f := page.next(); f.Delivery.Received != 1 {
		t.Fatalf("frame after the phone fetched it: %+v", f)
	}
	pending := i.call("GET", "/v1/approvals/"+c.text("id"), nil).want(200, "")
	if pending.text("status") != "pending" || pending.text("account") != "4711" || pending.text("number") != c.text("number") {
		t.Fatalf("pending %s", pending.raw)
	}

	_, err := w.decide(p, c.text("id"), approval.Approve)
	w.must(err)
	if f := page.next(); f.Status != "approved" || f.Method != "push" || f.Number != "" {
		t.Fatalf("last frame %+v", f)
	}
	if code := page.closed(); code != 1000 {
		t.Fatalf("closed with %d", code)
	}
	got := i.call("GET", "/v1/approvals/"+c.text("id")+"?wait=30", nil).want(200, "")
	if got.text("status") != "approved" || got.text("method") != "push" || got.text("decision") != "approve" || got.text("device", "id") != p.device ||
		got.text("device", "label") != "Ada's phone" || got.text("device", "holder") != "Ada Ada's phone" || got.text("decided_at") == "" || got.text("number") != "" {
		t.Fatalf("approved %s", got.raw)
	}
	narrow := i.call("GET", "/v1/approvals/"+c.text("id"), nil, bearer(c.text("socket", "ticket"))).want(200, "")
	if len(narrow.body) != 3 || narrow.text("status") != "approved" || narrow.text("method") != "push" {
		t.Fatalf("a browser may not be told more than its state: %s", narrow.raw)
	}
	receipt := i.call("GET", "/v1/approvals/"+c.text("id")+"/receipt", nil).want(200, "")
	if receipt.header.Get("Content-Type") != "application/jose" || string(receipt.raw) != "receipt.of."+c.text("id") {
		t.Fatalf("receipt %s", receipt.raw)
	}
}

func TestWhatCannotBeAskedIsRefusedAndNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	with := func(name string, value any) question {
		q := ask("4711")
		q[name] = value
		return q
	}
	browser := func(name string, value any) question {
		q := ask("4711")
		q["browser"].(map[string]any)[name] = value
		return q
	}
	for name, c := range map[string]struct {
		body   any
		status int
		code   string
		field  string
	}{
		"no body":                  {"", 400, "invalid-json", ""},
		"no JSON":                  {"{", 400, "invalid-json", ""},
		"an array":                 {"[]", 400, "invalid-json", ""},
		"a list as account":        {with("account", []int{1}), 422, "invalid-request", "account"},
		"a number as account":      {with("account", 4711), 422, "invalid-request", "account"},
		"no account":               {with("account", ""), 422, "invalid-request", "account"},
		"an unknown account":       {ask("0815"), 404, "unknown-account", ""},
		"an unknown field":         {with("remembering", true), 422, "invalid-request", "remembering"},
		"an unknown inner field":   {browser("cookie", "x"), 422, "invalid-request", "cookie"},
		"an unknown kind":          {with("kind", "payment"), 422, "invalid-request", "kind"},
		"no browser":               {`{"account":"4711"}`, 422, "invalid-request", "browser.ip"},
		"no address":               {browser("ip", "login.example"), 422, "invalid-request", "browser.ip"},
		"an address with a zone":   {browser("ip", "fe80::1%eth0"), 422, "invalid-request", "browser.ip"},
		"an endless user agent":    {browser("user_agent", strings.Repeat("M", 3000)), 422, "invalid-request", "browser.user_agent"},
		"an endless session":       {browser("session", strings.Repeat("s", 300)), 422, "invalid-request", "browser.session"},
		"too short a life":         {with("expires_in", 29), 422, "invalid-request", "expires_in"},
		"no life":                  {with("expires_in", 0), 422, "invalid-request", "expires_in"},
		"too long a life":          {with("expires_in", 601), 422, "invalid-request", "expires_in"},
		"a life without bounds":    {with("expires_in", 1e30), 422, "invalid-request", "expires_in"},
		"half a second":            {with("expires_in", 30.5), 422, "invalid-request", "expires_in"},
		"a transaction of nothing": {with("kind", "transaction"), 422, "invalid-request", "details"},
		"a detail without value":   {with("details", []any{map[string]any{"label": "Amount"}}), 422, "invalid-request", "details[0]"},
		"a detail that deceives":   {with("details", []any{map[string]any{"label": "To", "value": "evil\u202egood"}}), 422, "invalid-request", "details[0].value"},
		"an unknown role":          {with("details", []any{map[string]any{"label": "To", "value": "x", "role": "boss"}}), 422, "invalid-request", "details[0].role"},
		"more than 64 KiB":         {with("account", strings.Repeat("4", 70_000)), 413, "too-large", ""},
	} {
		a := i.call("POST", "/v1/approvals", c.body)
		if a.status != c.status || a.text("type") != "urn:jawort:problem:"+c.code || a.text("field") != c.field {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
	}
	i.call("POST", "/v1/approvals", "{}", header("Content-Type", "text/plain")).want(415, "unsupported-media-type")
	if left, err := w.live.PendingOf(t.Context(), []string{w.addAccount(w.app, "4711").ID}); err != nil || len(left) != 0 {
		t.Errorf("refused questions were asked: %v %v", left, err)
	}
}

func TestAnAccountWithoutAMethodIsOfferedWhatItMayActivate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addAccount(w.app, "4711")
	i.wantFirstLogin("4711")
	payment := ask("4711")
	payment["kind"], payment["details"] = "transaction", []any{map[string]any{"label": "Amount", "value": "1 €"}}
	a := i.call("POST", "/v1/approvals", payment).want(409, "no-method")
	if a.text("obstacle") != "no_method" {
		t.Errorf("a payment without a method: %s", a.raw)
	}
}

// wantFirstLogin wants the account to have nothing that could confirm.
func (i *instance) wantFirstLogin(externalID string) {
	i.Helper()
	a := i.call("POST", "/v1/approvals", ask(externalID)).want(201, "")
	if a.text("reason", "code") != "first_login" || len(a.body["methods"].([]any)) != 0 || a.body["activate"] == nil {
		i.Errorf("an account without a method is asked: %s", a.raw)
	}
}

func TestTheDocumentSaysWhatTheLoginServiceSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	q := ask("4711")
	q["kind"] = "transaction"
	q["expires_in"] = 45
	q["details"] = []approval.Detail{{Label: "Betrag", Value: "10 €", Role: approval.RoleAmount}}
	c := i.call("POST", "/v1/approvals", q).want(201, "")
	p, err := w.live.Pending(t.Context(), c.text("id"))
	w.must(err)
	d, err := approval.ParseDocument(p.Document)
	w.must(err)
	if d.ID != c.text("id") || d.Kind != approval.Transaction || d.Tenant.Name != "House of Cards" || d.Application.Name != "Portal" ||
		d.Account.Label != "Desk 4711" || len(d.Details) != 1 || d.Details[0].Value != "10 €" || d.Match != (approval.Match{Kind: "enter", Digits: 2}) ||
		d.Browser != (approval.Browser{IP: "203.0.113.9", OS: "Windows", Name: "Firefox"}) || d.ExpiresAt.Sub(d.CreatedAt) != 45*time.Second {
		t.Errorf("document %s", p.Document)
	}
	if strings.Contains(string(p.Document), p.Number) && strings.Contains(string(p.Document), `"number"`) {
		t.Errorf("the number stands in the document: %s", p.Document)
	}
}

func TestAnApplicationWithoutNumbersHasOneQuestionAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	bare := w.addApplication(account.Tenant{ID: w.app.Tenant}, 0)
	key := bearer(w.addKey(bare, account.ScopeLogin))
	w.addPhone(w.app, "4711", "phone")
	c := i.call("POST", "/v1/approvals", ask("4711"), key).want(201, "")
	if _, there := c.body["number"]; there {
		t.Errorf("a number where none is matched: %s", c.raw)
	}
	i.call("POST", "/v1/approvals", ask("4711"), key).want(429, "too-many-approvals")
}

func TestNoMoreThanThreeArePendingAndEachEndMakesRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	first := i.create("4711")
	i.create("4711")
	i.create("4711")
	i.call("POST", "/v1/approvals", ask("4711")).want(429, "too-many-approvals")
	i.call("POST", "/v1/approvals/"+first.text("id")+"/cancel", nil).want(200, "")
	i.create("4711")
}

func TestANewLoginOfTheSameSessionTakesThePlaceOfTheOld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	old := i.call("POST", "/v1/approvals", ask("4711").session("tab")).want(201, "")
	other := i.call("POST", "/v1/approvals", ask("4711").session("another tab")).want(201, "")
	page := i.wait(old)
	page.until("pending")
	i.call("POST", "/v1/approvals", ask("4711").session("tab")).want(201, "")
	page.until("superseded")
	if code := page.closed(); code != 1000 {
		t.Errorf("closed with %d", code)
	}
	if got := i.call("GET", "/v1/approvals/"+old.text("id"), nil).want(200, ""); got.text("status") != "superseded" {
		t.Errorf("old %s", got.raw)
	}
	if got := i.call("GET", "/v1/approvals/"+other.text("id"), nil).want(200, ""); got.text("status") != "pending" {
		t.Errorf("other session %s", got.raw)
	}
}

func TestATransactionTakesNobodysPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	login := i.call("POST", "/v1/approvals", ask("4711").session("tab")).want(201, "")
	var asked []string
	for range 2 {
		q := ask("4711").session("tab")
		q["kind"], q["details"] = "transaction", []map[string]string{{"label": "Amount", "value": "5 €", "role": "amount"}}
		asked = append(asked, i.call("POST", "/v1/approvals", q).want(201, "").text("id"))
	}
	for _, id := range append(asked, login.text("id")) {
		if got := i.call("GET", "/v1/approvals/"+id, nil).want(200, ""); got.text("status") != "pending" {
			t.Errorf("after other questions of its browser it is %s", got.raw)
		}
	}
}

func TestARepeatedRequestGetsTheFirstAnswerWithAFreshTicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	key := header("Idempotency-Key", "attempt 1")
	first := i.call("POST", "/v1/approvals", ask("4711"), key).want(201, "")
	again := i.call("POST", "/v1/approvals", ask("4711"), key).want(201, "")
	if first.text("id") != again.text("id") || first.text("number") != again.text("number") || first.text("expires_at") != again.text("expires_at") {
		t.Errorf("first %s\nagain %s", first.raw, again.raw)
	}
	if first.text("socket", "ticket") == again.text("socket", "ticket") {
		t.Error("the ticket was kept somewhere")
	}
	if f := i.wait(again).next(); f.Status != "pending" {
		t.Errorf("frame %+v", f)
	}
	other := ask("4711")
	other["expires_in"] = 60
	i.call("POST", "/v1/approvals", other, key).want(422, "idempotency-key-reused")
	for name, bad := range map[string]string{"empty": "", "too long": strings.Repeat("k", 256), "not ASCII": "schlüssel"} {
		if a := i.call("POST", "/v1/approvals", ask("4711"), header("Idempotency-Key", bad)); a.status != 422 {
			t.Errorf("%s key: %d %s", name, a.status, a.raw)
		}
	}
}

func TestALongPollAnswersWhenTheApprovalEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	p := w.addPhone(w.app, "4711", "phone")
	c := i.create("4711")
	got := make(chan answer)
	go func() {
		a, err := i.try("GET", "/v1/approvals/"+c.text("id")+"?wait=60", nil)
		if err != nil {
			a = answer{}
		}
		got <- a
	}()
	i.ticks.awaited(4 * time.Second)
	_, err := w.decide(p, c.text("id"), approval.Deny)
	w.must(err)
	if a := <-got; a.text("status") != "denied" {
		t.Errorf("long-poll %s", a.raw)
	}
	i.call("GET", "/v1/approvals/"+c.text("id")+"?wait=soon", nil).want(422, "invalid-request")
}

func TestCancellingIsFinalAndNeverUndoesADecision(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	p := w.addPhone(w.app, "4711", "phone")
	c := i.create("4711")
	page := i.wait(c)
	page.until("pending")
	for range 2 {
		if a := i.call("POST", "/v1/approvals/"+c.text("id")+"/cancel", nil).want(200, ""); a.text("status") != "cancelled" {
			t.Fatalf("cancel %s", a.raw)
		}
	}
	page.until("cancelled")
	if v, err := w.decide(p, c.text("id"), approval.Approve); err != nil || v.Own || v.Outcome.Status != approval.StatusCancelled {
		t.Errorf("decision after the cancel: %+v %v", v, err)
	}
	c = i.create("4711")
	_, err := w.decide(p, c.text("id"), approval.Approve)
	w.must(err)
	a := i.call("POST", "/v1/approvals/"+c.text("id")+"/cancel", nil).want(409, "not-pending")
	if a.text("ended") != "approved" {
		t.Errorf("cancel after the decision %s", a.raw)
	}
}

func TestACancelThatRacesWithADecisionHasOneWinner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	for n := range 20 {
		externalID := strconv.Itoa(n)
		p := w.addPhone(w.app, externalID, "phone")
		c := i.create(externalID)
		cancelled := make(chan answer)
		go func() {
			a, err := i.try("POST", "/v1/approvals/"+c.text("id")+"/cancel", nil)
			if err != nil {
				a = answer{}
			}
			cancelled <- a
		}()
		v, err := w.decide(p, c.text("id"), approval.Approve)
		w.must(err)
		a := <-cancelled
		end := i.call("GET", "/v1/approvals/"+c.text("id"), nil).want(200, "").text("status")
		if v.Own != (end == "approved") || (a.status == 200) != (end == "cancelled") || (end != "approved" && end != "cancelled") {
			t.Fatalf("ended %s, decision won: %v, cancel got %d", end, v.Own, a.status)
		}
	}
}

func TestAPushIsSentAgainOnlySoOften(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	p := w.addPhone(w.app, "4711", "phone")
	q := ask("4711")
	q["expires_in"] = 600
	c := i.call("POST", "/v1/approvals", q).want(201, "")
	path := "/v1/approvals/" + c.text("id") + "/resend"
	a := i.call("POST", path, nil)
	if a.status == 429 { // counted from the creation
		a.want(429, "resend-too-soon")
		w.advance(21 * time.Second)
		a = i.call("POST", path, nil, header("Idempotency-Key", "one"))
	}
	a.want(200, "")
	tooSoon := i.call("POST", path, nil).want(429, "resend-too-soon")
	if tooSoon.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	for range 2 {
		w.advance(21 * time.Second)
		i.call("POST", path, nil, bearer(c.text("socket", "ticket"))).want(200, "")
	}
	w.advance(21 * time.Second)
	i.call("POST", path, nil).want(429, "resend-limit")
	_, err := w.decide(p, c.text("id"), approval.Deny)
	w.must(err)
	i.call("POST", path, nil).want(409, "not-pending")
}

func TestWhoAsksAfterTheTimeIsOverLearnsThatItExpired(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	c := i.create("4711")
	w.advance(121 * time.Second)
	if a := i.call("GET", "/v1/approvals/"+c.text("id"), nil).want(200, ""); a.text("status") != "expired" {
		t.Errorf("late %s", a.raw)
	}
}

func TestThereIsNoReceiptWhereNobodySigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	c := i.create("4711")
	i.call("GET", "/v1/approvals/"+c.text("id")+"/receipt", nil).want(404, "no-receipt")
	i.call("POST", "/v1/approvals/"+c.text("id")+"/cancel", nil).want(200, "")
	i.call("GET", "/v1/approvals/"+c.text("id")+"/receipt", nil).want(404, "no-receipt")
}

func TestALateReportIsShownBesideTheOutcome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	ada, bob := w.addPhone(w.app, "4711", "Ada's phone"), w.addPhone(w.app, "4711", "Bob's phone")
	c := i.create("4711")
	_, err := w.decide(ada, c.text("id"), approval.Approve)
	w.must(err)
	_, err = w.decide(bob, c.text("id"), approval.Report)
	w.must(err)
	a := i.call("GET", "/v1/approvals/"+c.text("id"), nil).want(200, "")
	reports, _ := a.body["late_reports"].([]any)
	if a.text("status") != "approved" || len(reports) != 1 || reports[0].(map[string]any)["device"] != bob.device {
		t.Errorf("after the late report %s", a.raw)
	}
}

func TestReceiptKeysArePublished(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	public, err := w.keys.ReceiptPublic()
	w.must(err)
	w.must(w.lasting.RegisterReceiptKey(t.Context(), w.keys.Receipt().KeyID, public[w.keys.Receipt().KeyID]))
	a := i.call("GET", "/.well-known/jwks.json", nil, func(r *http.Request) { r.Header.Del("Authorization") }).want(200, "")
	published, _ := a.body["keys"].([]any)
	if len(published) != 1 || published[0].(map[string]any)["kid"] != w.keys.Receipt().KeyID || published[0].(map[string]any)["d"] != nil {
		t.Errorf("published %s", a.raw)
	}
}
