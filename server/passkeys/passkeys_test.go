package passkeys_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/server/confirming/confirmingtest"
)

func TestAPageConfirmsByThePasskeyThatALoginServiceRegistered(t *testing.T) {
	h := newHouse(t)
	b := registered(h)
	path, ticket := ask(h)
	o := options(h.Call("POST", path+"/passkey/options", ticket, nil).Want(http.StatusOK))
	if allowed := o["allowCredentials"].([]any); o["rpId"] != confirmingtest.RPID || o["userVerification"] != "required" || len(allowed) != 1 {
		t.Errorf("options %v", o)
	}
	for range 2 { // the page may not have heard the first answer
		h.Call("POST", path+"/passkey", ticket, body{"credential": b.get(o)}).Want(http.StatusOK).WantMembers(body{"status": "approved", "method": "passkey"})
	}
	end, err := h.Lasting.Outcome(t.Context(), strings.TrimPrefix(path, "/v1/approvals/"))
	if err != nil || end.Method != approval.MethodPasskey || end.Decision != approval.Approve || !id.Valid(id.Passkey, end.Device) || end.Assertion == nil {
		t.Fatalf("outcome %+v, %v", end, err)
	}
	party, err := approval.NewRelyingParty(confirmingtest.RPID, "Portal", []string{confirmingtest.Origin})
	h.Must(err)
	if err := party.VerifyPasskey(end.Assertion, *end.Signer, end.Account, end.Document); err != nil {
		t.Errorf("what is kept proves nothing: %v", err)
	}
	h.Call("POST", path+"/passkey/options", ticket, nil).WantProblem(http.StatusConflict, "not-pending")
}

func TestWhoSignsSomethingElseConfirmsNothing(t *testing.T) {
	h := newHouse(t)
	b := registered(h)
	path, ticket := ask(h)
	other, theirs := ask(h)
	mine := options(h.Call("POST", path+"/passkey/options", ticket, nil).Want(http.StatusOK))
	another := options(h.Call("POST", other+"/passkey/options", theirs, nil).Want(http.StatusOK))
	forged := func(change func(b *browser)) json.RawMessage {
		f := *b
		change(&f)
		return f.get(mine)
	}
	for name, credential := range map[string]json.RawMessage{
		"for another approval":   b.get(another),
		"by another passkey":     newBrowser().get(mine),
		"on another page":        forged(func(b *browser) { b.rp.Origin = "https://login.examp1e" }),
		"for another domain":     forged(func(b *browser) { b.rp.ID = "example.org" }),
		"without being unlocked": forged(func(b *browser) { b.auth.Options.UserNotVerified = true }),
		"as another account":     forged(func(b *browser) { b.auth.Options.UserHandle = []byte("acc_bbbbbbbbbbbbbbbbbbbbbbbbbb") }),
	} {
		a := h.Call("POST", path+"/passkey", ticket, body{"credential": credential})
		if a.Status != http.StatusUnprocessableEntity || a.Body["type"] != "urn:jawort:problem:wrong-passkey" {
			t.Errorf("%s: %d %v", name, a.Status, a.Body)
		}
		h.SQL(`UPDATE methods SET failures = 0, paused_until = 0`)
	}
	for _, nonsense := range []any{body{}, "x", 1, body{"id": "AA"}, nil} {
		h.Call("POST", path+"/passkey", ticket, body{"credential": nonsense}).WantProblem(http.StatusUnprocessableEntity, "invalid-request")
	}
	if n := h.Count(`methods WHERE failures > 0`); n != 0 {
		t.Error("what is no answer at all was counted")
	}
	h.Call("POST", path+"/passkey", ticket, body{"credential": b.get(mine)}).Want(http.StatusOK)
	h.Call("POST", other+"/passkey", theirs, body{"credential": b.get(mine)}).WantProblem(http.StatusUnprocessableEntity, "wrong-passkey") // replayed
}

func TestWrongAnswersPauseTheMethodAndOnlySuccessEndsTheSeries(t *testing.T) {
	h := newHouse(t)
	b := registered(h)
	path, ticket := ask(h)
	o := options(h.Call("POST", path+"/passkey/options", ticket, nil).Want(http.StatusOK))
	for left := 4; left >= 0; left-- {
		h.Call("POST", path+"/passkey", ticket, body{"credential": newBrowser().get(o)}).
			WantProblem(http.StatusUnprocessableEntity, "wrong-passkey").WantMembers(body{"attempts_left": float64(left)})
	}
	h.Call("POST", path+"/passkey", ticket, body{"credential": b.get(o)}).WantProblem(http.StatusTooManyRequests, "method-paused")
	h.Call("POST", path+"/passkey/options", ticket, nil).WantProblem(http.StatusTooManyRequests, "method-paused")
	h.Advance(5 * time.Minute)
	path, ticket = ask(h)
	o = options(h.Call("POST", path+"/passkey/options", ticket, nil).Want(http.StatusOK))
	h.Call("POST", path+"/passkey", ticket, body{"credential": b.get(o)}).Want(http.StatusOK)
	if n := h.Count(`methods WHERE method = 'passkey' AND failures = 0`); n != 1 {
		t.Error("success did not end the series")
	}
}

func TestAPasskeyIsNotOfferedWhereItCannotBeUsed(t *testing.T) {
	h := newHouse(t)
	b := registered(h)
	p, ticket := h.Ask(approval.Context{Methods: []approval.Method{approval.MethodPush}}, nil)
	h.Call("POST", "/v1/approvals/"+p.ID+"/passkey/options", ticket, nil).WantProblem(http.StatusConflict, "method-not-offered")
	path, ticket := ask(h)
	o := options(h.Call("POST", path+"/passkey/options", ticket, nil).Want(http.StatusOK))
	h.SQL(`UPDATE applications SET rp_id = 'example.org', origins = '["https://login.example.org"]'`)
	h.Call("POST", path+"/passkey/options", ticket, nil).WantProblem(http.StatusConflict, "method-not-active")
	h.Call("POST", path+"/passkey", ticket, body{"credential": b.get(o)}).WantProblem(http.StatusUnprocessableEntity, "wrong-passkey")
	h.SQL(`UPDATE applications SET rp_id = ''`)
	h.Call("POST", path+"/passkey/options", ticket, nil).WantProblem(http.StatusConflict, "no-rp-id")
	h.Call("POST", passkeyOf4711, h.Key(h.App, account.ScopeEnrol), nil).WantProblem(http.StatusConflict, "no-rp-id")
	h.SQL(`UPDATE applications SET rp_id = $1, origins = '["`+confirmingtest.Origin+`"]'`, confirmingtest.RPID) // set back, they work again
	h.Call("POST", path+"/passkey", ticket, body{"credential": b.get(o)}).Want(http.StatusOK)
}

func TestAPasskeyConfirmsNoOpenQuestionOncePolicyForbidsIt(t *testing.T) {
	h := newHouse(t)
	b := registered(h)
	p, ticket := ask(h)
	signed := body{"credential": b.get(options(h.Call("POST", p+"/passkey/options", ticket, nil).Want(http.StatusOK)))}
	h.SQL(`UPDATE applications SET policy = '{"methods":["push","totp"]}'`)
	h.Call("POST", p+"/passkey", ticket, signed).WantProblem(http.StatusConflict, "method-not-offered")
	h.Call("POST", p+"/passkey/options", ticket, nil).WantProblem(http.StatusConflict, "method-not-offered")
	if n := h.Count(`outcomes`); n != 0 {
		t.Errorf("%d outcomes", n)
	}
}

func TestAnotherTenantsLoginServiceAndPageReachNothing(t *testing.T) {
	h := newHouse(t)
	b := registered(h)
	path, ticket := ask(h)
	o := options(h.Call("POST", path+"/passkey/options", ticket, nil).Want(http.StatusOK))
	tenant := account.Tenant{ID: h.ID(id.Tenant), Name: "Other"}
	h.Must(h.Lasting.CreateTenant(t.Context(), tenant))
	stranger := h.Key(h.AddApplication(tenant), account.ScopeLogin, account.ScopeEnrol)
	h.Call("POST", path+"/passkey", stranger, body{"credential": b.get(o)}).WantProblem(http.StatusNotFound, "unknown-approval")
	h.Call("POST", passkeyOf4711, stranger, nil).WantProblem(http.StatusNotFound, "unknown-account")
	h.Call("DELETE", passkeyOf4711+"/"+h.ID(id.Passkey), stranger, nil).WantProblem(http.StatusNotFound, "unknown-account")
	_, theirs := ask(h)
	h.Call("POST", path+"/passkey", theirs, body{"credential": b.get(o)}).WantProblem(http.StatusNotFound, "unknown-approval")
}

func TestAFirstLoginGoesOnWithThePasskeyThatItsPageMade(t *testing.T) {
	h := newHouse(t)
	first := approval.Context{Activate: &approval.Activate{Methods: []approval.Method{approval.MethodPasskey}, Required: 1, Recommended: 2}, Family: "Firefox", System: "Windows"}
	p, ticket := h.Ask(first, nil)
	activations := "/v1/approvals/" + p.ID + "/activations"
	b := newBrowser()
	o := options(h.Call("POST", activations, ticket, body{"method": "passkey"}).Want(http.StatusCreated))
	h.Call("POST", activations+"/passkey", ticket, body{"credential": b.create(o)}).Want(http.StatusOK).WantMembers(body{"status": "approved", "method": "passkey"})
	h.Call("POST", activations+"/passkey", ticket, body{"credential": newBrowser().create(o)}).WantProblem(http.StatusConflict, "no-activation")
	end, err := h.Lasting.Outcome(t.Context(), p.ID)
	if err != nil || end.Status != approval.StatusApproved || end.Label != "Firefox, Windows" || end.Assertion != nil {
		t.Errorf("outcome %+v, %v", end, err)
	}
	next, other := h.Ask(first, nil) // asked before the page was done
	h.Call("POST", "/v1/approvals/"+next.ID+"/activations", other, body{"method": "passkey"}).WantProblem(http.StatusForbidden, "has-method")
	path, ticket := ask(h)
	o = options(h.Call("POST", path+"/passkey/options", ticket, nil).Want(http.StatusOK))
	h.Call("POST", path+"/passkey", ticket, body{"credential": b.get(o)}).Want(http.StatusOK)
}

func TestPasskeysAreListedAndRemovedOneByOne(t *testing.T) {
	h := newHouse(t)
	b := registered(h)
	key := h.Key(h.App, account.ScopeEnrol)
	started := options(h.Call("POST", passkeyOf4711, key, nil).Want(http.StatusCreated))
	if excluded := started["excludeCredentials"].([]any); len(excluded) != 1 {
		t.Errorf("%v are excluded", excluded)
	}
	second := newBrowser()
	a := h.Call("POST", passkeyOf4711+"/confirm", key, body{
		"credential": second.create(started), "user_agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
	}).Want(http.StatusOK)
	listed := a.Body["methods"].([]any)[0].(map[string]any)["passkeys"].([]any)
	if len(listed) != 2 || listed[1].(map[string]any)["label"] != "Firefox, Windows" || listed[1].(map[string]any)["rp_id"] != confirmingtest.RPID {
		t.Fatalf("listed %v", listed)
	}
	path, ticket := ask(h)
	o := options(h.Call("POST", path+"/passkey/options", ticket, nil).Want(http.StatusOK))
	first := passkeyOf4711 + "/" + listed[0].(map[string]any)["id"].(string)
	h.Call("DELETE", first, key, nil).Want(http.StatusNoContent)
	h.Call("DELETE", first, key, nil).WantProblem(http.StatusNotFound, "unknown-passkey")
	h.Call("POST", path+"/passkey", ticket, body{"credential": b.get(o)}).WantProblem(http.StatusUnprocessableEntity, "wrong-passkey")
	last := passkeyOf4711 + "/" + listed[1].(map[string]any)["id"].(string)
	h.Call("DELETE", last, key, nil).WantProblem(http.StatusConflict, "last-method")
	h.Call("POST", path+"/passkey", ticket, body{"credential": second.get(o)}).Want(http.StatusOK)
	h.Activate(approval.MethodTOTP)
	h.Call("DELETE", last, key, nil).Want(http.StatusNoContent)
	if n := h.Count(`methods WHERE method = 'passkey'`); n != 0 {
		t.Error("the method is left without a passkey")
	}
	if n := h.Count(`outbox WHERE kind = 'method.removed'`); n != 2 {
		t.Errorf("%d events", n)
	}
}
