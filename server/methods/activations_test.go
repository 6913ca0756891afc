package methods_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
)

// first is the context of a first login that begins with these methods.
func first(methods ...approval.Method) approval.Context {
	return approval.Context{Activate: &approval.Activate{Methods: methods, Required: 1, Recommended: 2}}
}

func activations(p approval.Pending, rest string) string {
	return "/v1/approvals/" + p.ID + "/activations" + rest
}

func TestAFirstLoginGoesOnWithTheMethodThatItsPageActivated(t *testing.T) {
	h := newHouse(t)
	p, ticket := h.Ask(first(approval.MethodTOTP, approval.MethodSMS, approval.MethodEmail), nil)
	started := h.Call("POST", activations(p, ""), ticket, body{"method": "totp"}).Want(http.StatusCreated)
	h.Advance(10 * time.Minute) // somebody installs an app meanwhile: the login stays open
	code := shown(h, started.Body["url"], 0)
	h.Call("POST", activations(p, "/totp"), ticket, body{"code": another(code)}).WantProblem(http.StatusUnprocessableEntity, "wrong-code")
	h.Call("POST", activations(p, "/totp"), ticket, body{"code": code}).Want(http.StatusOK).
		WantMembers(body{"status": "approved", "method": "totp", "required": 1.0, "recommended": 2.0})
	o, err := h.Lasting.Outcome(t.Context(), p.ID)
	if err != nil || o.Status != approval.StatusApproved || o.Method != approval.MethodTOTP {
		t.Errorf("outcome: %+v, %v", o, err)
	}

	h.Call("POST", activations(p, ""), ticket, body{"method": "email"}).Want(http.StatusCreated).WantMembers(body{"address": "a•••@example.com"})
	answer := h.Call("POST", activations(p, "/email"), ticket, body{"code": h.Newest().Code}).Want(http.StatusOK).WantMembers(body{"method": "totp"})
	if fmt.Sprint(answer.Body["active"]) != "[email totp]" {
		t.Errorf("active: %v", answer.Body["active"])
	}

	next, other := h.Ask(first(approval.MethodSMS), nil) // asked before the page was done
	h.Call("POST", activations(next, ""), other, body{"method": "sms"}).WantProblem(http.StatusForbidden, "has-method")
}

func TestAPersonGivesTheirOwnNumberAtTheFirstLogin(t *testing.T) {
	h := newHouse(t)
	h.SQL(`UPDATE accounts SET phone = ''`)
	p, ticket := h.Ask(first(approval.MethodSMS), nil)
	h.Call("POST", activations(p, ""), ticket, body{"method": "sms"}).WantProblem(http.StatusConflict, "no-number")
	h.Call("POST", activations(p, ""), ticket, body{"method": "sms", "phone": "+43 664 1234567"}).Want(http.StatusCreated)
	h.Call("POST", activations(p, "/sms"), ticket, body{"code": h.Newest().Code}).Want(http.StatusOK)
	if n := h.Count(`accounts WHERE phone = '+436641234567'`); n != 1 {
		t.Error("the number is not on record")
	}
}

func TestAPageActivatesOnlyWhatItsApprovalOffers(t *testing.T) {
	h := newHouse(t)
	p, ticket := h.Ask(first(approval.MethodSMS), nil)
	h.Call("POST", activations(p, ""), ticket, body{"method": "totp"}).WantProblem(http.StatusConflict, "method-not-offered")
	h.Call("POST", activations(p, "/totp"), ticket, body{"code": "123456"}).WantProblem(http.StatusConflict, "method-not-offered")
	asked, ticket := h.Ask(approval.Context{Methods: []approval.Method{approval.MethodPush, approval.MethodSMS}}, nil)
	h.Call("POST", activations(asked, ""), ticket, body{"method": "sms"}).WantProblem(http.StatusConflict, "method-not-offered")
	h.Call("POST", activations(p, ""), ticket, body{"method": "sms"}).WantProblem(http.StatusNotFound, "unknown-approval")
	h.Call("POST", activations(p, ""), h.Key(h.App, account.ScopeEnrol), body{"method": "sms"}).WantProblem(http.StatusForbidden, "scope-missing")
	h.Call("POST", activations(p, "/push"), h.Key(h.App, account.ScopeLogin), body{"code": "1"}).WantProblem(http.StatusNotFound, "unknown-method")
	h.Call("POST", activations(p, ""), h.Key(h.App, account.ScopeLogin), body{"method": "push"}).WantProblem(http.StatusUnprocessableEntity, "invalid-request")
}

func TestAFirstLoginThatWasTakenBackActivatesNothing(t *testing.T) {
	h := newHouse(t)
	p, ticket := h.Ask(first(approval.MethodEmail), nil)
	h.Call("POST", activations(p, ""), ticket, body{"method": "email"}).Want(http.StatusCreated)
	if _, err := h.Lasting.End(t.Context(), p, approval.StatusCancelled); err != nil {
		t.Fatal(err)
	}
	h.Call("POST", activations(p, "/email"), ticket, body{"code": h.Newest().Code}).WantProblem(http.StatusConflict, "not-pending")
	if n := h.Count(`methods WHERE active_since > 0`); n != 0 {
		t.Error("a method is active")
	}
}

func TestAnSMSIsPaidByWhomTheGroupSays(t *testing.T) {
	h := newHouse(t)
	manager, _, err := h.Lasting.PutAccount(t.Context(), account.Account{ID: h.ID("acc_"), Tenant: h.App.Tenant, ExternalID: "broker"})
	h.Must(err)
	for payer, policy := range map[string]account.GroupPolicy{
		h.Account.ID: {SMS: account.SMS{Switch: account.SwitchOn}},
		manager.ID:   {SMS: account.SMS{Switch: account.SwitchOn, Payer: account.PayerManager}},
	} {
		group(h, policy)
		h.SQL(`UPDATE accounts SET manager = $1 WHERE id = $2`, manager.ID, h.Account.ID)
		p, ticket := h.Ask(first(approval.MethodSMS), nil)
		h.Call("POST", activations(p, ""), ticket, body{"method": "sms"}).Want(http.StatusCreated)
		if n := h.Count(`test_queue WHERE payer = $1`, payer); n != 1 {
			t.Errorf("%s paid %d", payer, n)
		}
	}
}
