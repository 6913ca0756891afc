package codes_test

import (
	"encoding/hex"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server/codes"
	"github.com/jawort/jawort/server/confirming/confirmingtest"
	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/outbox"
)

type body map[string]any

func newHouse(t *testing.T) *confirmingtest.House {
	t.Parallel()
	return confirmingtest.New(t, func(h *confirmingtest.House) []confirmingtest.Feature {
		return []confirmingtest.Feature{codes.Codes{Questions: h.Questions(), Store: h.Factors, People: h.Lasting}}
	})
}

// by is the context of an approval that these methods may confirm.
func by(methods ...approval.Method) approval.Context { return approval.Context{Methods: methods} }

func path(p approval.Pending, rest string) string { return "/v1/approvals/" + p.ID + rest }

func another(code string) string { return code[:5] + string('0'+(code[5]-'0'+1)%10) }

func TestACodeForAStepInThePortalSpeaksOfNoLogin(t *testing.T) {
	h := newHouse(t)
	h.Activate(approval.MethodSMS, approval.MethodEmail)
	for _, m := range []approval.Method{approval.MethodSMS, approval.MethodEmail} {
		asked := by(approval.MethodSMS, approval.MethodEmail)
		asked.Step = "remove-device"
		p, ticket := h.Ask(asked, nil)
		h.Call("POST", path(p, "/codes"), ticket, body{"method": m}).Want(http.StatusOK)
		if text := h.Newest().Text; strings.Contains(text, "Anmeldung") || !regexp.MustCompile("Änderung bei|Sicherheitseinstellungen bei").MatchString(text) {
			t.Errorf("%s: %q", m, text)
		}
	}
}

func TestAPageSendsACodeAndConfirmsByIt(t *testing.T) {
	h := newHouse(t)
	h.Activate(approval.MethodSMS, approval.MethodEmail)
	for m, where := range map[approval.Method][2]string{
		approval.MethodSMS: {confirmingtest.Number, "+49 ••• ••17"}, approval.MethodEmail: {confirmingtest.Address, "a•••@example.com"},
	} {
		p, ticket := h.Ask(by(approval.MethodSMS, approval.MethodEmail), nil)
		sent := h.Call("POST", path(p, "/codes"), ticket, body{"method": m}).Want(http.StatusOK).
			WantMembers(body{"method": string(m), "address": where[1], "codes_left": 2.0})
		expires, err := time.Parse(time.RFC3339, sent.Body["expires_at"].(string))
		if err != nil || expires.Sub(p.CreatedAt).Round(time.Minute) != 15*time.Minute {
			t.Errorf("expires %v after the creation, %v", expires.Sub(p.CreatedAt), err)
		}
		message := h.Newest()
		if message.Address != where[0] || !strings.Contains(message.Text, "Portal") {
			t.Errorf("message: %+v", message)
		}
		if m == approval.MethodSMS && !strings.HasSuffix(message.Text, "\n@login.example #"+message.Code) {
			t.Errorf("the SMS does not end in the domain-bound form: %q", message.Text)
		}
		h.Advance(3 * time.Minute) // longer than phones are asked
		for range 2 {
			h.Call("POST", path(p, "/code"), ticket, body{"method": m, "code": message.Code}).Want(http.StatusOK).
				WantMembers(body{"status": "approved", "method": string(m)})
		}
		record, err := h.Live.Pending(t.Context(), p.ID)
		if err != nil || !record.Ended {
			t.Errorf("the live record is open: %v", err)
		}
	}
}

func TestALoginServiceDoesTheSameWithItsKey(t *testing.T) {
	h := newHouse(t)
	h.Activate(approval.MethodEmail)
	key := h.Key(h.App, account.ScopeLogin)
	p, _ := h.Ask(by(approval.MethodEmail), nil)
	h.Call("POST", path(p, "/codes"), key, body{"method": "email"}).Want(http.StatusOK)
	h.Call("POST", path(p, "/code"), key, body{"method": "email", "code": another(h.Newest().Code)}).
		WantProblem(http.StatusUnprocessableEntity, "wrong-code").WantMembers(body{"attempts_left": 4.0})
	h.Call("POST", path(p, "/code"), key, body{"method": "email", "code": h.Newest().Code}).Want(http.StatusOK)
}

func TestNobodyElseSendsOrConfirms(t *testing.T) {
	h := newHouse(t)
	h.Activate(approval.MethodEmail)
	p, _ := h.Ask(by(approval.MethodEmail), nil)
	_, other := h.Ask(by(approval.MethodEmail), nil)
	stranger := h.AddApplication(account.Tenant{ID: h.App.Tenant, Name: h.App.TenantName})
	for _, call := range []struct {
		path string
		body body
	}{{"/codes", body{"method": "email"}}, {"/code", body{"method": "email", "code": "123456"}}} {
		h.Call("POST", path(p, call.path), "jw_nonsense", call.body).WantProblem(http.StatusUnauthorized, "unauthorized")
		h.Call("POST", path(p, call.path), "jt_nonsense", call.body).WantProblem(http.StatusUnauthorized, "bad-ticket")
		h.Call("POST", path(p, call.path), other, call.body).WantProblem(http.StatusNotFound, "unknown-approval")
		h.Call("POST", path(p, call.path), h.Key(h.App, account.ScopeAdmin), call.body).WantProblem(http.StatusForbidden, "scope-missing")
		h.Call("POST", path(p, call.path), h.Key(stranger, account.ScopeLogin), call.body).WantProblem(http.StatusNotFound, "unknown-approval")
	}
	if n := h.Count(`methods WHERE failures > 0`); n != 0 {
		t.Error("a stranger's try was counted")
	}
}

func TestOnlyWhatTheApprovalOffersConfirmsIt(t *testing.T) {
	h := newHouse(t)
	h.Activate(approval.MethodSMS, approval.MethodEmail)
	p, ticket := h.Ask(by(approval.MethodPush, approval.MethodSMS), nil)
	h.Call("POST", path(p, "/codes"), ticket, body{"method": "email"}).WantProblem(http.StatusConflict, "method-not-offered")
	h.Call("POST", path(p, "/code"), ticket, body{"method": "email", "code": "123456"}).WantProblem(http.StatusConflict, "method-not-offered")
	old, ticket := h.Ask(approval.Context{}, nil)
	h.Call("POST", path(old, "/codes"), ticket, body{"method": "sms"}).WantProblem(http.StatusConflict, "method-not-offered")
}

// What is forbidden while a question is open confirms it no more, and what was allowed since does not confirm it yet.
func TestAMethodThatIsForbiddenMeanwhileConfirmsNoOpenQuestion(t *testing.T) {
	for name, forbid := range map[string]string{
		"by the application": `UPDATE applications SET policy = '{"methods":["push","totp"]}'`,
		"by the group":       `UPDATE groups SET policy = '{"methods":["push","totp"]}'`,
		"by the preset":      `UPDATE applications SET policy = '{"preset":"aal2","match":{"kind":"enter","digits":6}}'`,
		"by the switch":      `UPDATE accounts SET sms_on = FALSE`,
	} {
		t.Run(name, func(t *testing.T) {
			h, m := newHouse(t), approval.MethodSMS
			if name == "by the preset" {
				m = approval.MethodEmail
			}
			h.Activate(m)
			h.SQL(`INSERT INTO groups (id, tenant, name, policy, created_at) VALUES ('grp_1', $1, 'customer', '{}', 1)`, h.App.Tenant)
			h.SQL(`UPDATE accounts SET group_id = 'grp_1'`)
			p, ticket := h.Ask(by(approval.MethodPush, m), nil)
			h.Call("POST", path(p, "/codes"), ticket, body{"method": m}).Want(http.StatusOK)
			code := body{"method": m, "code": h.Newest().Code}
			h.SQL(forbid)
			h.Call("POST", path(p, "/code"), ticket, code).WantProblem(http.StatusConflict, "method-not-offered")
			h.Advance(2 * time.Minute)
			h.Call("POST", path(p, "/codes"), ticket, body{"method": m}).WantProblem(http.StatusConflict, "method-not-offered")
			if n := h.Count(`outcomes`); n != 0 {
				t.Errorf("%d outcomes", n)
			}
		})
	}
}

func TestBadBodiesAreRefusedByTheirField(t *testing.T) {
	h := newHouse(t)
	h.Activate(approval.MethodSMS)
	p, ticket := h.Ask(by(approval.MethodSMS), nil)
	for _, c := range []struct {
		path, field string
		body        any
	}{
		{"/codes", "method", body{}}, {"/codes", "method", body{"method": "totp"}}, {"/codes", "method", body{"method": 1}}, {"/codes", "x", body{"method": "sms", "x": 1}},
		{"/code", "method", body{"code": "123456"}}, {"/code", "method", body{"method": "push", "code": "123456"}}, {"/code", "code", body{"method": "sms"}},
		{"/code", "code", body{"method": "sms", "code": "12345"}}, {"/code", "code", body{"method": "sms", "code": strings.Repeat("1", 60_000)}},
		{"/code", "code", body{"method": "sms", "code": "12345\u0000"}},
	} {
		h.Call("POST", path(p, c.path), ticket, c.body).WantProblem(http.StatusUnprocessableEntity, "invalid-request").WantMembers(body{"field": c.field})
	}
	if n := h.Count(`methods WHERE failures > 0`); n != 0 {
		t.Error("it was counted")
	}
}

func TestAQuestionThatWasMovedInTheLiveStoreIsUnknown(t *testing.T) {
	h := newHouse(t)
	h.Activate(approval.MethodEmail)
	p, ticket := h.Ask(by(approval.MethodEmail), nil)
	if _, err := h.Live.Extend(t.Context(), p.ID, p.ClosesAt.Add(time.Minute), []byte("forged")); err != nil {
		t.Fatal(err)
	}
	h.Call("POST", path(p, "/codes"), ticket, body{"method": "email"}).WantProblem(http.StatusNotFound, "unknown-approval")
	h.Call("POST", path(p, "/code"), ticket, body{"method": "email", "code": "123456"}).WantProblem(http.StatusNotFound, "unknown-approval")
}

func TestAnEndedApprovalTakesNoCode(t *testing.T) {
	h := newHouse(t)
	h.Activate(approval.MethodEmail)
	p, ticket := h.Ask(by(approval.MethodEmail), nil)
	if _, err := h.Lasting.End(t.Context(), p, approval.StatusCancelled); err != nil {
		t.Fatal(err)
	}
	h.Call("POST", path(p, "/codes"), ticket, body{"method": "email"}).WantProblem(http.StatusConflict, "not-pending")
	h.Call("POST", path(p, "/code"), ticket, body{"method": "email", "code": "123456"}).
		WantProblem(http.StatusConflict, "not-pending").WantMembers(body{"ended": "cancelled"})
}

func TestASecondCodeAtOnceAndAPauseSayWhenToTryAgain(t *testing.T) {
	h := newHouse(t)
	h.Activate(approval.MethodSMS)
	p, ticket := h.Ask(by(approval.MethodSMS), nil)
	h.Call("POST", path(p, "/codes"), ticket, body{"method": "sms"}).Want(http.StatusOK)
	if a := h.Call("POST", path(p, "/codes"), ticket, body{"method": "sms"}).WantProblem(http.StatusTooManyRequests, "code-too-soon"); a.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	for range 5 {
		h.Call("POST", path(p, "/code"), ticket, body{"method": "sms", "code": another(h.Newest().Code)}).WantProblem(http.StatusUnprocessableEntity, "wrong-code")
	}
	a := h.Call("POST", path(p, "/code"), ticket, body{"method": "sms", "code": h.Newest().Code}).WantProblem(http.StatusTooManyRequests, "method-paused")
	if after := a.Header.Get("Retry-After"); after != "300" && after != "299" && after != "298" {
		t.Errorf("Retry-After is %q", after)
	}
}

func transaction(amount string) func(p *approval.Pending) {
	return func(p *approval.Pending) {
		p.Kind = approval.Transaction
		p.Document = []byte(`{"v":1,"match":{"kind":"enter","digits":2},"details":[{"label":"Amount","value":"` + amount + `","role":"amount"},{"label":"To","value":"Muster GmbH","role":"payee"}]}`)
	}
}

func TestAnSMSForATransactionNamesAmountAndPayee(t *testing.T) {
	h := newHouse(t)
	h.Activate(approval.MethodSMS, approval.MethodTOTP)
	p, ticket := h.Ask(by(approval.MethodSMS), transaction("1.250,00 EUR"))
	h.Call("POST", path(p, "/codes"), ticket, body{"method": "sms"}).Want(http.StatusOK)
	if text := h.Newest().Text; !strings.Contains(text, "1.250,00 EUR") || !strings.Contains(text, "Muster GmbH") {
		t.Errorf("text: %q", text)
	}
	h.Call("POST", path(p, "/code"), ticket, body{"method": "sms", "code": h.Newest().Code}).Want(http.StatusOK)

	unnamed, ticket := h.Ask(by(approval.MethodSMS), func(p *approval.Pending) {
		p.Kind, p.Document = approval.Transaction, []byte(`{"v":1,"match":{"kind":"none"},"details":[{"label":"Change","value":"of address"}]}`)
	})
	h.Call("POST", path(unnamed, "/codes"), ticket, body{"method": "sms"}).WantProblem(http.StatusUnprocessableEntity, "amount-and-payee-required")
	long, ticket := h.Ask(by(approval.MethodSMS), transaction(strings.Repeat("9", 40)+" EUR"))
	h.Call("POST", path(long, "/codes"), ticket, body{"method": "sms"}).WantProblem(http.StatusUnprocessableEntity, "amount-and-payee-required")
	offered, ticket := h.Ask(by(approval.MethodTOTP), transaction("1 EUR"))
	h.Call("POST", path(offered, "/code"), ticket, body{"method": "totp", "code": "123456"}).WantProblem(http.StatusConflict, "not-for-transactions")
}

func TestARecoveryCodeSaysHowManyAreLeftAndWhenToRenewThem(t *testing.T) {
	h := newHouse(t)
	h.Activate(approval.MethodEmail)
	list, err := h.Factors.NewRecoveryCodes(t.Context(), h.Account.ID, factors.Ways{Allowed: account.Methods}, outbox.Actor{})
	if err != nil {
		t.Fatal(err)
	}
	for i, code := range list {
		p, ticket := h.Ask(by(approval.MethodRecovery), nil)
		answer := h.Call("POST", path(p, "/code"), ticket, body{"method": "recovery", "code": strings.ToLower(code)}).Want(http.StatusOK)
		left := len(list) - 1 - i
		if got, _ := answer.Body["recovery"].(map[string]any); got["left"] != float64(left) || got["renew"] != (left <= 3) {
			t.Errorf("%d are left: %v", left, answer.Body)
		}
	}
	p, ticket := h.Ask(by(approval.MethodRecovery), nil)
	h.Call("POST", path(p, "/code"), ticket, body{"method": "recovery", "code": list[0]}).WantProblem(http.StatusConflict, "method-not-active")
}

func TestACodeOfOathtoolIsAcceptedOnceAndByTheSkewOfTheApplication(t *testing.T) {
	h := newHouse(t)
	started, err := h.Factors.StartActivation(t.Context(), factors.Start{
		Activation: factors.Activation{Tenant: h.App.Tenant, Application: h.App.ID, Account: h.Account.ID, Method: approval.MethodTOTP},
	})
	if err != nil {
		t.Fatal(err)
	}
	code := func(steps int) string {
		at := h.Now().Add(time.Duration(steps) * 30 * time.Second).UTC().Format("2006-01-02 15:04:05 UTC")
		out, err := exec.CommandContext(t.Context(), "oathtool", "--totp", "--now", at, hex.EncodeToString(started.Key.Bytes())).Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	_, err = h.Factors.FinishActivation(t.Context(), factors.Finish{
		Activation: factors.Activation{Tenant: h.App.Tenant, Application: h.App.ID, Account: h.Account.ID, Method: approval.MethodTOTP}, Code: code(0),
	})
	if err != nil {
		t.Fatal(err)
	}
	h.Advance(10 * time.Minute)
	h.Advance(h.Now().Truncate(30 * time.Second).Add(31 * time.Second).Sub(h.Now())) // clear of the end of a step
	p, ticket := h.Ask(by(approval.MethodTOTP), nil)
	h.Call("POST", path(p, "/code"), ticket, body{"method": "totp", "code": code(-2)}).WantProblem(http.StatusUnprocessableEntity, "wrong-code")
	h.Call("POST", path(p, "/code"), ticket, body{"method": "totp", "code": code(-1)}).Want(http.StatusOK)
	p, ticket = h.Ask(by(approval.MethodTOTP), nil)
	h.Call("POST", path(p, "/code"), ticket, body{"method": "totp", "code": code(-1)}).WantProblem(http.StatusUnprocessableEntity, "wrong-code")
	h.Call("POST", path(p, "/code"), ticket, body{"method": "totp", "code": code(1)}).Want(http.StatusOK)
}
