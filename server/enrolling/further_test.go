package enrolling_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server/confirming/confirmingtest"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/store/factors"
)

var byDevice = body{"account": "4711", "authorize": "device"}

func TestAFurtherPhoneIsRegisteredWhenOneThatIsThereApproves(t *testing.T) {
	w := newWorld(t)
	old := w.bind(w.Account)
	e := w.Call("POST", "/v1/enrolments", w.enrol, byDevice).Want(201)
	asked := w.question(e)
	document, err := approval.ParseDocument(asked.Document)
	w.Must(err)
	if got := fmt.Sprint(document.Details); document.Kind != approval.Transaction || got != "[{Anfrage Ein neues Telefon registrieren } {Zugang 4711 }]" {
		t.Errorf("the phone shows %s of a %s", got, document.Kind)
	}
	if c, err := approval.ParseContext(asked.Context); err != nil || fmt.Sprint(c.Methods) != "[push]" {
		t.Errorf("may be confirmed by %v, %v", c.Methods, err)
	}
	if a := w.Call("GET", at(e), w.enrol, nil).Want(200); a.Body["status"] != "waiting" || a.Body["link"] != nil {
		t.Errorf("before the answer: %v", a.Body)
	}
	polled := make(chan confirmingtest.Answer)
	go func() { polled <- w.Call("GET", at(e)+"?wait=20", w.enrol, nil) }()
	w.Must(old.decide(asked.ID, approval.Approve, asked.Number))
	opened := (<-polled).Want(200).WantMembers(body{"status": "open"})
	if again := w.Call("GET", at(e), w.enrol, nil).Want(200); again.Body["link"] != opened.Body["link"] {
		t.Errorf("the link is %v, then %v", opened.Body["link"], again.Body["link"])
	}
	w.confirm(e, w.enrol, w.taken(opened).digits("")).Want(200)
	if n := w.Count(`credentials WHERE status = 'active'`); n != 2 {
		t.Errorf("%d phones", n)
	}
}

func TestThePhoneShowsTheBrowserThatWantsAnotherPhoneAndAReportPausesIt(t *testing.T) {
	w := newWorld(t)
	old := w.bind(w.Account)
	e := w.Call("POST", "/v1/enrolments", w.enrol, body{"account": "4711", "authorize": "device", "browser": body{
		"ip": "203.0.113.9", "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "session": "s1",
	}}).Want(201)
	asked := w.question(e)
	document, err := approval.ParseDocument(asked.Document)
	w.Must(err)
	if want := (approval.Browser{IP: "203.0.113.9", OS: "Linux", Name: "Firefox"}); document.Browser != want {
		t.Errorf("the phone shows %+v", document.Browser)
	}
	w.Must(old.decide(asked.ID, approval.Report, ""))
	session := judge.Browser{Session: "s1"}.SessionHash()
	if n := w.Count(`report_pauses WHERE approval = $1 AND session = $2 AND network = '203.0.113.0/24'`, asked.ID, session); n != 1 {
		t.Error("whoever was reported goes on waking phones")
	}

	unsaid := w.question(w.Call("POST", "/v1/enrolments", w.enrol, byDevice).Want(201))
	document, err = approval.ParseDocument(unsaid.Document)
	w.Must(err)
	if document.Browser != (approval.Browser{}) {
		t.Errorf("of no browser the phone shows %+v", document.Browser)
	}
}

func TestAPhoneThatDeniesEndsTheEnrolment(t *testing.T) {
	w := newWorld(t)
	old := w.bind(w.Account)
	for _, d := range []approval.Decision{approval.Deny, approval.Report} {
		e := w.Call("POST", "/v1/enrolments", w.enrol, byDevice).Want(201)
		asked := w.question(e)
		w.Must(old.decide(asked.ID, d, ""))
		w.Call("GET", at(e), w.enrol, nil).Want(200).WantMembers(body{"status": "failed", "link": nil})
	}
	e := w.Call("POST", "/v1/enrolments", w.enrol, byDevice).Want(201)
	w.question(e)
	w.Advance(account.QuestionLife + time.Second)
	if a := w.Call("GET", at(e), w.enrol, nil).Want(200); a.Body["status"] != "failed" && a.Body["status"] != "expired" {
		t.Errorf("nobody answered: %v", a.Body)
	}
}

func TestTheManagersPhoneIsAskedAndTheCustomersIsNot(t *testing.T) {
	w := newWorld(t)
	manager := w.addAccount("M1")
	w.SQL(`UPDATE accounts SET manager = $2 WHERE id = $1`, w.Account.ID, manager.ID)
	own := w.bind(w.Account)
	byManager := body{"account": "4711", "authorize": "manager"}
	w.Call("POST", "/v1/enrolments", w.enrol, byManager).WantProblem(409, "no-device")
	theirs := w.bind(manager)
	e := w.Call("POST", "/v1/enrolments", w.enrol, byManager).Want(201)
	asked := w.question(e)
	if asked.Account != manager.ID {
		t.Fatalf("%s is asked", asked.Account)
	}
	if err := own.decide(asked.ID, approval.Approve, asked.Number); err == nil {
		t.Error("the customer's phone answered for the manager")
	}
	w.Must(theirs.decide(asked.ID, approval.Approve, asked.Number))
	w.Call("GET", at(e), w.enrol, nil).Want(200).WantMembers(body{"status": "open"})
}

func TestSomebodyWithoutSmartphoneIsHeldByAHelperWithAPhoneOfTheirOwn(t *testing.T) {
	w := newWorld(t)
	w.policy(account.GroupPolicy{FirstBinding: account.BindingPhoneOnRecord, Sharing: account.SharingAllowed})
	helper := w.addAccount("H1")
	held := body{"account": "4711", "authorize": "operator", "reason": "no smartphone", "helper": "H1"}
	w.Call("POST", "/v1/enrolments", w.admin, held).WantProblem(409, "number-required") // the customer's own does not do
	const theirs = "+4915198765432"
	w.SQL(`UPDATE accounts SET phone = $2 WHERE id = $1`, helper.ID, theirs)
	e := w.Call("POST", "/v1/enrolments", w.admin, held).Want(201).WantMembers(body{"code": "sms"})
	p := w.taken(e)
	if m := w.Newest(); m.Address != theirs {
		t.Errorf("the code went to %s", m.Address)
	}
	done := w.confirm(e, w.admin, p.digits(w.Newest().Code)).Want(200)
	if d, _ := done.Body["device"].(body); d["holder"] != "Anna" {
		t.Errorf("held by %v", d)
	}

	stranger := body{"account": "4711", "authorize": "operator", "reason": "x", "helper": "0815"}
	w.Call("POST", "/v1/enrolments", w.admin, stranger).WantProblem(404, "unknown-account")
}

func TestTheOldPhoneMovesToANewOneAndEnds(t *testing.T) {
	w := newWorld(t)
	old, another := w.bind(w.Account), w.bind(w.Account)
	move := body{"account": "4711", "authorize": "device", "replaces": old.device}
	e := w.Call("POST", "/v1/enrolments", w.enrol, move).Want(201)
	asked := w.question(e)
	document, err := approval.ParseDocument(asked.Document)
	w.Must(err)
	if got := fmt.Sprint(document.Details); got != "[{Anfrage Auf ein neues Telefon umziehen } {Zugang 4711 } {Endet Annas Telefon }]" {
		t.Errorf("the phone shows %s", got)
	}
	w.Must(another.decide(asked.ID, approval.Approve, asked.Number))
	w.Call("GET", at(e), w.enrol, nil).Want(200).WantMembers(body{"status": "failed"})

	e = w.Call("POST", "/v1/enrolments", w.enrol, move).Want(201)
	asked = w.question(e)
	w.Must(old.decide(asked.ID, approval.Approve, asked.Number))
	opened := w.Call("GET", at(e), w.enrol, nil).Want(200)
	w.confirm(e, w.enrol, w.taken(opened).digits("")).Want(200)
	if n := w.Count(`credentials WHERE device = $1 AND status = 'revoked'`, old.device); n != 1 {
		t.Error("the old phone still answers")
	}
}

func TestALoginConfirmedByARecoveryCodeAuthorisesTheNewPhoneOnce(t *testing.T) {
	w := newWorld(t)
	lost := w.bind(w.Account)
	w.Activate(approval.MethodTOTP)
	codes, err := w.Factors.NewRecoveryCodes(t.Context(), w.Account.ID, factors.Ways{Allowed: account.Methods}, byKey)
	w.Must(err)
	p, _ := w.Ask(approval.Context{Methods: []approval.Method{approval.MethodPush, approval.MethodRecovery}}, nil)
	_, err = w.Factors.Confirm(t.Context(), attempt(p, codes[0]))
	w.Must(err)
	by := body{"account": "4711", "authorize": "approval", "approval": p.ID, "replaces": lost.device}
	w.Call("POST", "/v1/enrolments", w.Key(w.AddApplication(account.Tenant{ID: w.App.Tenant, Name: "x"}), account.ScopeEnrol), by).WantProblem(409, "not-authorized")
	e := w.Call("POST", "/v1/enrolments", w.enrol, by).Want(201)
	w.Call("POST", "/v1/enrolments", w.enrol, by).WantProblem(409, "not-authorized")
	w.confirm(e, w.enrol, w.taken(e).digits("")).Want(200)
	if n := w.Count(`credentials WHERE device = $1 AND status = 'revoked'`, lost.device); n != 1 {
		t.Error("the lost phone still answers")
	}
}

func TestWhoeverCannotAuthoriseAPhoneIsToldWhatCan(t *testing.T) {
	w := newWorld(t)
	w.SQL(`UPDATE tenants SET policy = '{"support":{"en":"help@example.com"}}'`)
	lost := w.bind(w.Account)
	w.Activate(approval.MethodEmail)
	w.SQL(`UPDATE accounts SET email = $1`, confirmingtest.Address)
	confirmed := func() string {
		p, _ := w.Ask(approval.Context{Methods: []approval.Method{approval.MethodPush, approval.MethodEmail}}, nil)
		w.Must(w.Lasting.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			_, _, err := w.Lasting.ApproveBy(ctx, tx, p, approval.MethodEmail, byKey)
			return err
		}))
		return p.ID
	}
	for code, start := range map[string]body{
		"replaces-needed": {"account": "4711", "authorize": "approval", "approval": confirmed()},
		"recovery-needed": {"account": "4711", "authorize": "operator", "reason": "lost", "replaces": lost.device},
	} {
		a := w.Call("POST", "/v1/enrolments", w.admin, start).WantProblem(409, code)
		if support, _ := a.Body["support"].(body); support["en"] != "help@example.com" || fmt.Sprint(a.Body["authorize"]) != "[device approval operator recovery]" {
			t.Errorf("%s: %v", code, a.Body)
		}
	}
	w.Activate(approval.MethodTOTP)
	weak := w.Call("POST", "/v1/enrolments", w.enrol, body{"account": "4711", "authorize": "approval", "approval": confirmed(), "replaces": lost.device})
	if weak.WantProblem(409, "stronger-method-needed"); fmt.Sprint(weak.Body["methods"]) != "[totp]" {
		t.Errorf("%v", weak.Body)
	}
	if n := w.Count(`credentials`); n != 1 {
		t.Errorf("%d phones", n)
	}
}

func TestARecoveryIsAnnouncedADayAheadAndStoppedByASignedInUser(t *testing.T) {
	w := newWorld(t)
	w.bind(w.Account)
	lost := body{"account": "4711", "reason": "lost on a train"}
	w.Call("POST", "/v1/recoveries", w.enrol, lost).WantProblem(403, "scope-missing")
	w.Call("POST", "/v1/recoveries", w.admin, mine).WantProblem(422, "invalid-request")
	r := w.Call("POST", "/v1/recoveries", w.admin, lost).Want(201).WantMembers(body{"status": "announced", "account": "4711"})
	w.Call("POST", "/v1/recoveries", w.admin, lost).WantProblem(409, "recovery-running")
	if n := w.Count(`outbox WHERE kind = 'recovery.announced' AND data LIKE '%opens_at%' AND personal LIKE '%train%'`); n != 1 {
		t.Error("nobody is told")
	}
	way := "/v1/recoveries/" + r.Body["id"].(string)
	by := body{"account": "4711", "authorize": "recovery", "recovery": r.Body["id"]}
	w.Call("POST", "/v1/enrolments", w.enrol, by).WantProblem(409, "recovery-waiting")
	w.Call("DELETE", way, w.enrol, nil).Want(200).WantMembers(body{"status": "stopped"})
	w.Advance(25 * time.Hour)
	w.Call("POST", "/v1/enrolments", w.enrol, by).WantProblem(410, "recovery-ended")

	r = w.Call("POST", "/v1/recoveries", w.admin, lost).Want(201)
	way, by["recovery"] = "/v1/recoveries/"+r.Body["id"].(string), r.Body["id"]
	w.Advance(25 * time.Hour)
	w.Call("GET", way, w.enrol, nil).Want(200).WantMembers(body{"status": "ready"})
	e := w.Call("POST", "/v1/enrolments", w.enrol, by).Want(201)
	p := w.taken(e)
	digits := p.digits("")
	w.Call("DELETE", way, w.enrol, nil).Want(200) // at the last moment
	w.confirm(e, w.enrol, digits).WantProblem(410, "enrolment-ended")
	w.Call("GET", "/v1/recoveries/rec_none", w.enrol, nil).WantProblem(404, "unknown-recovery")
}
