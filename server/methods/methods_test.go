package methods_test

import (
	"encoding/base32"
	"encoding/hex"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/server/codes"
	"github.com/jawort/jawort/server/confirming/confirmingtest"
	"github.com/jawort/jawort/server/methods"
)

type body map[string]any

const account4711 = "/v1/accounts/4711"

func newHouse(t *testing.T) *confirmingtest.House {
	t.Parallel()
	return confirmingtest.New(t, func(h *confirmingtest.House) []confirmingtest.Feature {
		return []confirmingtest.Feature{
			codes.Codes{Questions: h.Questions(), Store: h.Factors, People: h.Lasting},
			methods.Methods{Guards: h.Guards(), Store: h.Factors, People: h.Lasting, Now: h.Now},
			methods.Activations{Questions: h.Questions(), Store: h.Factors, People: h.Lasting},
		}
	})
}

// group puts the account into a group with the policy.
func group(h *confirmingtest.House, policy account.GroupPolicy) {
	h.Helper()
	g, err := h.Lasting.PutGroup(h.Context(), h.DB.Writes(), account.Group{ID: h.ID(id.Group), Tenant: h.App.Tenant, Name: h.ID("g"), Policy: policy})
	h.Must(err)
	h.SQL(`UPDATE accounts SET group_id = $1`, g.ID)
}

// shown returns what an authenticator app that was given the URL shows, steps from now.
func shown(h *confirmingtest.House, otpauth any, steps int) string {
	h.Helper()
	u, err := url.Parse(otpauth.(string))
	h.Must(err)
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(u.Query().Get("secret"))
	h.Must(err)
	at := h.Now().Add(time.Duration(steps) * 30 * time.Second).UTC().Format("2006-01-02 15:04:05 UTC")
	out, err := exec.CommandContext(h.Context(), "oathtool", "--totp", "--now", at, hex.EncodeToString(key)).Output()
	h.Must(err)
	return strings.TrimSpace(string(out))
}

func another(code string) string { return code[:5] + string('0'+(code[5]-'0'+1)%10) }

func TestALoginServiceActivatesAnAuthenticatorAppForSomebody(t *testing.T) {
	h := newHouse(t)
	key := h.Key(h.App, account.ScopeEnrol)
	started := h.Call("POST", account4711+"/methods/totp", key, body{}).Want(http.StatusCreated)
	otpauth := started.Body["url"]
	if !strings.HasPrefix(otpauth.(string), "otpauth://totp/Musterbank:Depot%204711?") || !strings.HasPrefix(started.Body["qr"].(string), "data:image/png;base64,") ||
		len(started.Body["key"].(string)) != 39 {
		t.Errorf("started: %v", started.Body)
	}
	if n := len(h.Call("GET", account4711+"/methods", key, nil).Want(http.StatusOK).Body["methods"].([]any)); n != 0 {
		t.Error("it counts before it is proved")
	}
	code := shown(h, otpauth, 0)
	h.Call("POST", account4711+"/methods/totp/confirm", key, body{"code": another(code)}).WantProblem(http.StatusUnprocessableEntity, "wrong-code")
	h.Call("POST", account4711+"/methods/totp/confirm", key, body{"code": code}).Want(http.StatusOK)
	h.Call("POST", account4711+"/methods/totp/confirm", key, body{"code": shown(h, otpauth, 1)}).WantProblem(http.StatusConflict, "no-activation")
	list := h.Call("GET", account4711+"/methods", key, nil).Want(http.StatusOK).Body["methods"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["method"] != "totp" {
		t.Errorf("methods: %v", list)
	}
}

func TestALoginServiceActivatesSMSForTheNumberOnRecord(t *testing.T) {
	h := newHouse(t)
	key := h.Key(h.App, account.ScopeEnrol)
	h.Call("POST", account4711+"/methods/sms", key, body{}).Want(http.StatusCreated).WantMembers(body{"address": "+49 ••• ••17"})
	answer := h.Call("POST", account4711+"/methods/sms/confirm", key, body{"code": h.Newest().Code}).Want(http.StatusOK)
	sms := answer.Body["methods"].([]any)[0].(map[string]any)
	if sms["address"] != "+49 ••• ••17" || sms["active_since"] == nil {
		t.Errorf("methods: %v", sms)
	}
	if n := h.Count(`outbox WHERE kind = 'method.activated' AND actor_kind = 'key' AND actor <> ''`); n != 1 {
		t.Errorf("%d events", n)
	}
}

func TestPolicySaysWhatIsActivated(t *testing.T) {
	h := newHouse(t)
	key := h.Key(h.App, account.ScopeEnrol)
	for name, c := range map[string]struct {
		policy account.GroupPolicy
		method string
	}{
		"a method that the group does not have":       {account.GroupPolicy{Methods: []approval.Method{approval.MethodTOTP}}, "sms"},
		"SMS where it is off":                         {account.GroupPolicy{SMS: account.SMS{Switch: account.SwitchOff}}, "sms"},
		"a first method that proves no number":        {account.GroupPolicy{FirstBinding: account.BindingPhoneOnRecord}, "totp"},
		"recovery codes that the group does not have": {account.GroupPolicy{Methods: []approval.Method{approval.MethodTOTP}}, "recovery-codes"},
	} {
		group(h, c.policy)
		path := account4711 + "/methods/" + c.method
		if c.method == "recovery-codes" {
			path = account4711 + "/recovery-codes"
		}
		if a := h.Call("POST", path, key, body{}); a.Status != http.StatusConflict || a.Body["type"] != "urn:jawort:problem:method-not-offered" {
			t.Errorf("%s: %d %v", name, a.Status, a.Body)
		}
	}
	group(h, account.GroupPolicy{FirstBinding: account.BindingPhoneOnRecord})
	h.Activate(approval.MethodEmail)
	h.Call("POST", account4711+"/methods/totp", key, body{}).Want(http.StatusCreated) // not the first any more
	h.SQL(`DELETE FROM methods`)
	group(h, account.GroupPolicy{FirstBinding: account.BindingOperator})
	h.Call("POST", account4711+"/methods/totp", key, body{}).Want(http.StatusCreated)
	h.SQL(`UPDATE accounts SET sms_on = FALSE`)
	h.Call("POST", account4711+"/methods/sms", key, body{}).WantProblem(http.StatusConflict, "method-not-offered")
}

func TestANumberWithoutACountryBelongsWhereTheTenantDoes(t *testing.T) {
	h := newHouse(t)
	key, typed := h.Key(h.App, account.ScopeEnrol), body{"phone": "0664 1234567"}
	group(h, account.GroupPolicy{SMS: account.SMS{Switch: account.SwitchOn}})
	h.SQL(`UPDATE tenants SET policy = ''`)
	h.Call("POST", account4711+"/methods/sms", key, typed).WantProblem(http.StatusUnprocessableEntity, "invalid-request").WantMembers(body{"field": "phone"})
	h.SQL(`UPDATE tenants SET policy = '{"region":"AT"}'`)
	h.Call("POST", account4711+"/methods/sms", key, typed).Want(http.StatusCreated).WantMembers(body{"address": "+43 ••• ••67"})
}

func TestANumberIsTakenOnlyWhereTheGroupsFirstBindingIsNone(t *testing.T) {
	h := newHouse(t)
	key := h.Key(h.App, account.ScopeEnrol)
	typed := body{"phone": "+43 664 1234567"}
	group(h, account.GroupPolicy{FirstBinding: account.BindingPhoneOnRecord, SMS: account.SMS{Switch: account.SwitchOn}})
	h.Call("POST", account4711+"/methods/sms", key, typed).WantProblem(http.StatusForbidden, "on-record-only")
	p, ticket := h.Ask(first(approval.MethodSMS), nil)
	h.Call("POST", "/v1/approvals/"+p.ID+"/activations", ticket, body{"method": "sms", "phone": "+43 664 1234567"}).WantProblem(http.StatusForbidden, "on-record-only")
	group(h, account.GroupPolicy{SMS: account.SMS{Switch: account.SwitchOn}})
	h.Call("POST", account4711+"/methods/sms", key, body{"phone": "+49 30 901820"}).WantProblem(http.StatusUnprocessableEntity, "cannot-receive-sms")
	h.Call("POST", account4711+"/methods/sms", key, body{"phone": "4711"}).WantProblem(http.StatusUnprocessableEntity, "invalid-request").WantMembers(body{"field": "phone"})
	h.Call("POST", account4711+"/methods/email", key, body{"email": "a@b.example\r\nBcc: c@d.example"}).WantProblem(http.StatusUnprocessableEntity, "invalid-request").WantMembers(body{"field": "email"})
	h.Call("POST", account4711+"/methods/totp", key, typed).WantProblem(http.StatusUnprocessableEntity, "invalid-request").WantMembers(body{"field": "phone"})
	h.Call("POST", account4711+"/methods/sms", key, typed).Want(http.StatusCreated).WantMembers(body{"address": "+43 ••• ••67"})
	if h.Newest().Address != "+436641234567" {
		t.Error("the code went to another number")
	}
}

func TestRecoveryCodesAreShownOnceAndWorkAtTheDoor(t *testing.T) {
	h := newHouse(t)
	key := h.Key(h.App, account.ScopeEnrol)
	h.Call("POST", account4711+"/recovery-codes", key, nil).WantProblem(http.StatusConflict, "no-other-method")
	h.Activate(approval.MethodEmail)
	list := h.Call("POST", account4711+"/recovery-codes", key, nil).Want(http.StatusCreated).Body["codes"].([]any)
	if len(list) != 10 {
		t.Fatalf("%d codes", len(list))
	}
	p, ticket := h.Ask(approval.Context{Methods: []approval.Method{approval.MethodRecovery}}, nil)
	h.Call("POST", "/v1/approvals/"+p.ID+"/code", ticket, body{"method": "recovery", "code": list[4]}).Want(http.StatusOK)
	h.SQL(`UPDATE recovery_codes SET used_at = 1 WHERE hash IN (SELECT hash FROM recovery_codes WHERE used_at = 0 LIMIT 6)`)
	h.Call("GET", account4711+"/methods", key, nil).Want(http.StatusOK).WantMembers(body{"recovery_left": 3.0})
}

func TestABypassIsAnOperatorsAndHasAReason(t *testing.T) {
	h := newHouse(t)
	admin := h.Key(h.App, account.ScopeAdmin)
	good := body{"reason": "phone stolen, passport seen", "expires_in": 3600, "uses": 2}
	h.Call("POST", account4711+"/bypass-codes", h.Key(h.App, account.ScopeEnrol), good).WantProblem(http.StatusForbidden, "scope-missing")
	for field, bad := range map[string]body{
		"reason": {"expires_in": 3600}, "expires_in": {"reason": "x", "expires_in": 86401}, "uses": {"reason": "x", "expires_in": 60, "uses": 0},
	} {
		h.Call("POST", account4711+"/bypass-codes", admin, bad).WantProblem(http.StatusUnprocessableEntity, "invalid-request").WantMembers(body{"field": field})
	}
	h.Call("POST", account4711+"/bypass-codes", admin, body{"reason": "x", "expires_in": 9e18}).WantProblem(http.StatusUnprocessableEntity, "invalid-request")
	made := h.Call("POST", account4711+"/bypass-codes", admin, good).Want(http.StatusCreated).WantMembers(body{"uses": 2.0})
	for _, status := range []int{http.StatusOK, http.StatusOK, http.StatusConflict} {
		p, ticket := h.Ask(approval.Context{Methods: []approval.Method{approval.MethodBypass}}, nil)
		h.Call("POST", "/v1/approvals/"+p.ID+"/code", ticket, body{"method": "bypass", "code": made.Body["code"]}).Want(status)
	}
}

func TestMethodsAreRemovedButNotTheLast(t *testing.T) {
	h := newHouse(t)
	key := h.Key(h.App, account.ScopeEnrol)
	h.Activate(approval.MethodEmail, approval.MethodSMS)
	h.Call("DELETE", account4711+"/methods/sms", key, nil).Want(http.StatusNoContent)
	h.Call("DELETE", account4711+"/methods/sms", key, nil).WantProblem(http.StatusConflict, "method-not-active")
	h.Call("DELETE", account4711+"/methods/email", key, nil).WantProblem(http.StatusConflict, "last-method")
}

func TestForeignAccountsAndUnknownMethodsAreUnknown(t *testing.T) {
	h := newHouse(t)
	tenant := account.Tenant{ID: h.ID(id.Tenant), Name: "Other"}
	h.Must(h.Lasting.CreateTenant(t.Context(), tenant))
	stranger := h.Key(h.AddApplication(tenant), account.Scopes...)
	own := h.Key(h.App, account.Scopes...)
	h.Activate(approval.MethodEmail, approval.MethodSMS)
	for _, c := range []struct {
		method, path string
		body         any
	}{
		{"GET", "/methods", nil}, {"POST", "/methods/totp", body{}}, {"POST", "/methods/totp/confirm", body{"code": "123456"}},
		{"DELETE", "/methods/sms", nil}, {"POST", "/recovery-codes", nil}, {"POST", "/bypass-codes", body{"reason": "x", "expires_in": 60}},
	} {
		h.Call(c.method, account4711+c.path, stranger, c.body).WantProblem(http.StatusNotFound, "unknown-account")
		h.Call(c.method, "/v1/accounts/4712"+c.path, own, c.body).WantProblem(http.StatusNotFound, "unknown-account")
		h.Call(c.method, account4711+c.path, "jw_nonsense", c.body).WantProblem(http.StatusUnauthorized, "unauthorized")
	}
	for _, path := range []string{"/methods/push", "/methods/recovery", "/methods/x"} {
		h.Call("POST", account4711+path, own, body{}).WantProblem(http.StatusNotFound, "unknown-method")
	}
	h.Call("DELETE", account4711+"/methods/push", own, nil).WantProblem(http.StatusNotFound, "unknown-method")
	if n := h.Count(`methods WHERE active_since > 0`); n != 2 {
		t.Errorf("%d methods are left", n)
	}
}
