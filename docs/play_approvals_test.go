package docs_test

import (
	"time"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/phone"
)

func (h *house) playCreation() {
	ctx := h.Context()
	a, err := h.client.CreateApproval(ctx, client.Request{
		Account: "AB1234", Kind: client.Transaction, ExpiresIn: time.Minute,
		Details: []client.Detail{{Label: "Amount", Value: "1,250.00 EUR", Role: "amount"}, {Label: "For", Value: "rent"}},
		Browser: client.Browser{IP: "2001:db8::7", UserAgent: "Mozilla/5.0", Session: "s"},
	})
	h.must(err)
	_, err = h.client.Receipt(ctx, a.ID)
	h.refused("no-receipt", err)
	h.must(h.client.CancelApproval(ctx, a.ID))
	h.must(h.client.CancelApproval(ctx, a.ID))
	_, err = h.client.CreateApproval(ctx, client.Request{
		Account: "CD5678", Kind: client.Transaction, Details: []client.Detail{{Label: "Amount", Value: "1 €"}}, Browser: client.Browser{IP: "203.0.113.9"},
	})
	h.refused("no-method", err)

	key := header("Idempotency-Key", "once")
	body := `{"account":"AB1234","browser":{"ip":"203.0.113.9"}}`
	h.say("201", "POST", h.url+"/v1/approvals", body, bearer(h.key), key)
	h.say("201", "POST", h.url+"/v1/approvals", body, bearer(h.key), key)
	h.say("422 idempotency-key-reused", "POST", h.url+"/v1/approvals", `{"account":"AB1234","kind":"login","browser":{"ip":"203.0.113.8"}}`, bearer(h.key), key)
	h.pass(3 * time.Minute)
}

// playDecisions has one approval answered in all ways.
func (h *house) playDecisions(anna, bernd *phone.Phone) {
	ctx := h.Context()
	const reported = "198.51.100.9"
	a := h.askFrom(reported)
	annas, bernds := h.item(anna, a), h.item(bernd, a)
	_, err := bernd.Decide(ctx, bernds, phone.Approve, otherThan(a.Number))
	h.refused("wrong-number", err)
	h.decided("pending")(anna.Decide(ctx, annas, phone.Deny, ""))
	h.decided("approved")(bernd.Decide(ctx, bernds, phone.Approve, a.Number))
	_, err = anna.Decide(ctx, annas, phone.Approve, a.Number)
	h.refused("already-decided", err)
	_, err = anna.Approval(ctx, h.phone, a.ID)
	h.refused("already-decided", err)
	h.decided("approved")(anna.Decide(ctx, annas, phone.Report, ""))
	h.refused("not-pending", h.client.CancelApproval(ctx, a.ID))
	h.refused("not-pending", h.client.ResendPush(ctx, a.ID))
	_, err = h.client.Receipt(ctx, a.ID)
	h.must(err)
	end, err := h.client.Approval(ctx, a.ID)
	h.must(err)
	if end.Status != client.Approved || end.Device == nil || len(end.LateReports) != 1 {
		h.Errorf("the end: %+v", end)
	}
	paused := h.askFrom(reported)
	if paused.Push.Sent || paused.Push.Reason != "reported" {
		h.Errorf("after a report: %+v", paused.Push)
	}
	h.refused("push-paused", h.client.ResendPush(ctx, paused.ID))
	h.pass(3 * time.Minute) // until then it may count as pending, as long as its outcome has not been followed up
}

func (h *house) decided(want string) func(phone.Answer, error) {
	return func(a phone.Answer, err error) {
		h.Helper()
		if err != nil || a.Status != want {
			h.Errorf("decided %q, %v; want %s", a.Status, err, want)
		}
	}
}

func (h *house) playLimits() {
	ctx := h.Context()
	a := h.ask()
	h.must(h.client.ResendPush(ctx, a.ID))
	h.refused("resend-too-soon", h.client.ResendPush(ctx, a.ID))
	for range 2 {
		h.pass(21 * time.Second)
		h.must(h.client.ResendPush(ctx, a.ID))
	}
	h.pass(21 * time.Second)
	h.refused("resend-limit", h.client.ResendPush(ctx, a.ID))
	fifth := h.ask()
	h.pass(21 * time.Second)
	h.refused("push-limit", h.client.ResendPush(ctx, fifth.ID))
	h.ask()
	_, err := h.client.CreateApproval(ctx, client.Request{Account: "AB1234", Browser: client.Browser{IP: "203.0.113.9"}})
	h.refused("too-many-approvals", err)
	h.pass(3 * time.Minute)
}

func (h *house) playExpiry(p *phone.Phone) {
	ctx := h.Context()
	a := h.ask()
	i := h.item(p, a)
	_, err := p.Approval(ctx, h.phone, a.ID)
	h.must(err)
	h.pass(3 * time.Minute)
	_, err = p.Decide(ctx, i, phone.Approve, a.Number)
	h.refused("expired", err)
	_, err = p.Approval(ctx, h.phone, a.ID)
	h.refused("expired", err)
	end, err := h.client.Approval(ctx, a.ID)
	h.must(err)
	if end.Status != client.Expired {
		h.Errorf("the end: %+v", end)
	}
}

// playBrowser is a page that has no websocket.
func (h *house) playBrowser() {
	a := h.ask()
	ticket, at := bearer(a.Socket.Ticket), h.url+"/v1/approvals/"+a.ID
	home, away := header("Origin", pageOrigin), header("Origin", "https://evil.example")
	for _, call := range []struct{ method, at string }{{"GET", at}, {"POST", at + "/resend"}, {"POST", at + "/cancel"}} {
		h.say("401 bad-ticket", call.method, call.at, "", bearer("jt_forged"))
		h.say("403 origin-not-allowed", call.method, call.at, "", ticket, away)
		h.say("404 unknown-approval", call.method, h.url+"/v1/approvals/apr_0aaaaaaaaaaaaaaaaaaaaaaaaaa"+call.at[len(at):], "", ticket)
		h.say("200", call.method, call.at, "", ticket, home)
	}
}
