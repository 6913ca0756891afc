package enrolling_test

import (
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server/confirming/confirmingtest"
)

var mine = body{"account": "4711"}

// offersPush is a first login that may begin with a phone.
var offersPush = approval.Context{Activate: &approval.Activate{Methods: []approval.Method{approval.MethodPush}, Required: 1, Recommended: 1}}

func TestTheFirstPhoneNeedsNothingButTheLoginWhereThatIsEnough(t *testing.T) {
	w := newWorld(t)
	e := w.Call("POST", "/v1/enrolments", w.enrol, mine).Want(201).WantMembers(body{"status": "open", "code": nil})
	again := w.Call("GET", at(e), w.enrol, nil).Want(200)
	if again.Body["link"] != e.Body["link"] || again.Body["qr"] != e.Body["qr"] {
		t.Errorf("the link is shown as %v, then as %v", e.Body["link"], again.Body["link"])
	}
	p := w.taken(e)
	if a := w.Call("GET", at(e), w.enrol, nil).Want(200); a.Body["link"] != nil {
		t.Errorf("a link that is taken is shown: %v", a.Body)
	}
	w.confirm(e, w.enrol, p.digits("")).Want(200).WantMembers(body{"status": "confirmed"})
	refused := w.Call("POST", "/v1/enrolments", w.enrol, mine).WantProblem(409, "authorization-needed")
	if got := refused.Body["authorize"]; !equal(got, "device", "operator", "recovery") {
		t.Errorf("what can authorise another: %v", got)
	}
}

func equal(got any, want ...string) bool {
	list, _ := got.([]any)
	for i := range list {
		if len(list) != len(want) || list[i] != want[i] {
			return false
		}
	}
	return len(list) == len(want)
}

func TestAMobileNumberMustBeOnRecordBeforeAPhoneIsRegistered(t *testing.T) {
	w := newWorld(t)
	w.policy(account.GroupPolicy{FirstBinding: account.BindingPhoneOnRecord})
	w.SQL(`UPDATE tenants SET policy = '{"support":{"en":"help@example.com"}}'`)
	for _, number := range []string{"", "+493012345678"} { // none, and one that takes no SMS
		w.SQL(`UPDATE accounts SET phone = $1`, number)
		a := w.Call("POST", "/v1/enrolments", w.enrol, mine).WantProblem(409, "number-required")
		if support, _ := a.Body["support"].(body); support["en"] != "help@example.com" {
			t.Errorf("refused without the contact: %v", a.Body)
		}
	}
	w.SQL(`UPDATE accounts SET phone = $1, phone_changed_at = jawort_now()`, confirmingtest.Number)
	w.Call("POST", "/v1/enrolments", w.enrol, mine).WantProblem(409, "number-changed")
	w.Advance(24*time.Hour + time.Minute)
	e := w.Call("POST", "/v1/enrolments", w.enrol, mine).Want(201).WantMembers(body{"code": "sms"})
	p := w.taken(e)
	m := w.Newest()
	if m.Address != confirmingtest.Number || m.Channel != "sms" {
		t.Errorf("the code went to %s by %s", m.Address, m.Channel)
	}
	if _, err := p.complete(another(m.Code)); err == nil {
		t.Error("a wrong code was taken")
	}
	w.confirm(e, w.enrol, p.digits(m.Code)).Want(200)
}

// A phone that no code can prove would wait for one that never comes.
func TestAPhoneThatNoCodeCanProveIsRefusedAtOnceWithWhomToAsk(t *testing.T) {
	for name, c := range map[string]struct {
		noSender []approval.Method
		policy   account.GroupPolicy
		record   string // of the account
		start    body
	}{
		"the number on record":            {[]approval.Method{"sms"}, account.GroupPolicy{FirstBinding: account.BindingPhoneOnRecord}, `email = email`, mine},
		"no number, which would not help": {[]approval.Method{"sms"}, account.GroupPolicy{FirstBinding: account.BindingPhoneOnRecord}, `phone = ''`, mine},
		"a helper's number": {[]approval.Method{"sms"}, account.GroupPolicy{}, `email = email`,
			body{"account": "4711", "authorize": "operator", "reason": "has no smartphone", "helper": "0815"}},
		"the own number":             {[]approval.Method{"sms"}, account.GroupPolicy{Sharing: account.SharingForbidden}, `email = ''`, mine},
		"the own address":            {[]approval.Method{"email"}, account.GroupPolicy{Sharing: account.SharingForbidden}, `phone = ''`, mine},
		"the own address and number": {[]approval.Method{"sms", "email"}, account.GroupPolicy{Sharing: account.SharingForbidden}, `email = email`, mine},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, c.noSender...)
			w.addAccount("0815")
			w.SQL(`UPDATE accounts SET phone = $1, email = $2`, confirmingtest.Number, confirmingtest.Address)
			w.SQL(`UPDATE accounts SET ` + c.record + ` WHERE external_id = '4711'`)
			w.SQL(`UPDATE tenants SET policy = '{"support":{"en":"help@example.com"}}'`)
			login, ticket := w.Ask(offersPush, nil)
			w.policy(c.policy)
			refused := []confirmingtest.Answer{w.Call("POST", "/v1/enrolments", w.admin, c.start)}
			if c.start["helper"] == nil {
				refused = append(refused, w.Call("POST", "/v1/approvals/"+login.ID+"/enrolments", ticket, nil))
			}
			for _, a := range refused {
				a.WantProblem(409, "no-sender")
				if support, _ := a.Body["support"].(body); support["en"] != "help@example.com" {
					t.Errorf("refused without the contact: %v", a.Body)
				}
			}
			if n := w.Count(`enrolments`) + w.Count(`messages`); n != 0 {
				t.Errorf("%d enrolments and messages wait", n)
			}
		})
	}
}

func TestAPhoneIsProvedByWhatCanBeSent(t *testing.T) {
	for unsent, by := range map[approval.Method]string{approval.MethodSMS: "email", approval.MethodEmail: "sms"} {
		t.Run("without "+string(unsent), func(t *testing.T) {
			w := newWorld(t, unsent)
			w.policy(account.GroupPolicy{Sharing: account.SharingForbidden})
			w.SQL(`UPDATE accounts SET phone = $1, email = $2`, confirmingtest.Number, confirmingtest.Address)
			w.Call("POST", "/v1/enrolments", w.enrol, mine).Want(201).WantMembers(body{"code": by})
		})
	}
}

func another(code string) string {
	if code[0] == '0' {
		return "1" + code[1:]
	}
	return "0" + code[1:]
}

func TestAnOperatorIsSomebodyWithTheScopeAndAReason(t *testing.T) {
	w := newWorld(t)
	w.policy(account.GroupPolicy{FirstBinding: account.BindingOperator})
	refused := w.Call("POST", "/v1/enrolments", w.admin, mine).WantProblem(409, "authorization-needed")
	if got := refused.Body["authorize"]; !equal(got, "operator", "recovery") {
		t.Errorf("what can authorise the first: %v", got)
	}
	w.Call("POST", "/v1/enrolments", w.admin, body{"account": "4711", "authorize": "manager"}).WantProblem(409, "authorization-needed")
	w.Call("POST", "/v1/enrolments", w.admin, body{"account": "4711", "authorize": "operator"}).WantProblem(422, "invalid-request").WantMembers(body{"field": "reason"})
	byOperator := body{"account": "4711", "authorize": "operator", "reason": "called from the number on record"}
	w.Call("POST", "/v1/enrolments", w.enrol, byOperator).WantProblem(403, "scope-missing")
	if n := w.Count(`enrolments`); n != 0 {
		t.Fatalf("%d enrolments", n)
	}
	e := w.Call("POST", "/v1/enrolments", w.admin, byOperator).Want(201)
	if n := w.Count(`outbox WHERE kind = 'enrolment.opened' AND subject = $1 AND personal LIKE '%called from%' AND data LIKE '%operator%'`, e.Body["id"]); n != 1 {
		t.Error("nobody can read who authorised it, and why")
	}
}

func TestAnAccountThatIsNotSharedIsBoundByItsOwnNumberOrAddress(t *testing.T) {
	w := newWorld(t)
	w.policy(account.GroupPolicy{Sharing: account.SharingForbidden})
	w.SQL(`UPDATE accounts SET phone = '', email = ''`)
	w.Call("POST", "/v1/enrolments", w.enrol, mine).WantProblem(409, "contact-required")
	w.SQL(`UPDATE accounts SET email = $1`, confirmingtest.Address)
	w.Call("POST", "/v1/enrolments", w.enrol, mine).Want(201).WantMembers(body{"code": "email"})
	w.SQL(`UPDATE accounts SET phone = $1`, confirmingtest.Number)
	e := w.Call("POST", "/v1/enrolments", w.enrol, mine).Want(201).WantMembers(body{"code": "sms"})
	p := w.taken(e)
	if _, err := p.complete(""); err == nil {
		t.Error("a phone was registered without the code")
	}
	w.confirm(e, w.enrol, p.digits(w.Newest().Code)).Want(200)
	w.bind(w.Account)

	third := w.Call("POST", "/v1/enrolments", w.admin, body{"account": "4711", "authorize": "operator", "reason": "x"}).Want(201)
	late := w.taken(third)
	digits := late.digits(w.Newest().Code)
	w.confirm(third, w.enrol, digits).WantProblem(409, "device-limit").WantMembers(body{"most": 2.0})
	w.Call("POST", "/v1/enrolments", w.admin, body{"account": "4711", "authorize": "operator", "reason": "x", "helper": "4712"}).WantProblem(409, "helper-not-allowed")
	if err := w.Lasting.LeaveDevice(t.Context(), p.install, p.device); err != nil {
		t.Fatal(err)
	}
	w.confirm(third, w.enrol, digits).Want(200)
}

func TestWhatDoesNotGoTogetherIsRefusedByName(t *testing.T) {
	w := newWorld(t)
	for field, wrong := range map[string]body{
		"account":   {"account": ""},
		"authorize": {"account": "4711", "authorize": "first"},
		"reason":    {"account": "4711", "reason": "no operator"},
		"approval":  {"account": "4711", "authorize": "approval"},
		"recovery":  {"account": "4711", "authorize": "device", "recovery": "rec_x"},
		"helper":    {"account": "4711", "helper": "4712"},
		"replaces":  {"account": "4711", "replaces": "dev_x"},

		"browser.ip": {"account": "4711", "browser": body{"user_agent": "Mozilla/5.0"}},
	} {
		w.Call("POST", "/v1/enrolments", w.admin, wrong).WantProblem(422, "invalid-request").WantMembers(body{"field": field})
	}
	for name, wrong := range map[string]body{
		"unknown-account": {"account": "0815"},
		"no-device":       {"account": "4711", "authorize": "device"},
		"no-manager":      {"account": "4711", "authorize": "manager"},
		"not-authorized":  {"account": "4711", "authorize": "approval", "approval": "apr_none"},
	} {
		status := 409
		if name == "unknown-account" {
			status = 404
		}
		w.Call("POST", "/v1/enrolments", w.admin, wrong).WantProblem(status, name)
	}
	w.Call("POST", "/v1/enrolments", w.admin, body{"account": "4711", "authorize": "login"}).WantProblem(422, "invalid-request")
	w.Call("POST", "/v1/enrolments", w.login, mine).WantProblem(403, "scope-missing")
	w.bind(w.Account)
	w.Call("POST", "/v1/enrolments", w.admin, body{"account": "4711", "authorize": "device", "replaces": w.ID("dev_")}).WantProblem(404, "unknown-device")
	w.Call("POST", "/v1/enrolments", w.admin, body{"account": "4711", "authorize": "device", "helper": "0815"}).WantProblem(404, "unknown-account")
}

func TestTheLinkOfAPageGoesNowhereElse(t *testing.T) {
	w := newWorld(t)
	first, ticket := w.Ask(offersPush, nil)
	second, other := w.Ask(offersPush, nil)
	page := func(p approval.Pending, rest string) string { return "/v1/approvals/" + p.ID + "/enrolments" + rest }
	e := w.Call("POST", page(first, ""), ticket, nil).Want(201).WantMembers(body{"status": "open"})
	own := "/" + e.Body["id"].(string)
	w.Call("POST", page(first, ""), other, nil).WantProblem(404, "unknown-approval")
	w.Call("GET", page(second, own), other, nil).WantProblem(404, "unknown-enrolment")
	w.Call("POST", page(second, own+"/confirm"), other, body{"code": "123456"}).WantProblem(404, "unknown-enrolment")
	w.Call("GET", page(first, own), other, nil).WantProblem(404, "unknown-approval")
	w.Call("GET", at(e), w.admin, nil).WantProblem(404, "unknown-enrolment")
	w.Call("POST", at(e)+"/confirm", w.admin, body{"code": "123456"}).WantProblem(404, "unknown-enrolment")
	plain, third := w.Ask(approval.Context{Methods: []approval.Method{approval.MethodPush}}, nil)
	w.Call("POST", page(plain, ""), third, nil).WantProblem(409, "method-not-offered")

	p := w.taken(e)
	if err := p.decide(first.ID, approval.Approve, first.Number); err == nil {
		t.Error("a phone decided before it was confirmed")
	}
	w.Call("POST", page(first, own+"/confirm"), ticket, body{"code": p.digits("")}).Want(200).WantMembers(body{"status": "confirmed"})
	w.Must(p.decide(first.ID, approval.Approve, first.Number)) // this very login
	w.Call("POST", page(second, ""), other, nil).WantProblem(403, "has-method")
	w.Call("POST", page(first, ""), ticket, nil).Want(201) // a second phone beside the first, by the same page
}
