package docs_test

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/phone"
)

// bound is an account to which phones are bound.
type bound struct{ coded }

// playBinding has everything said about who may bind a phone, and about ways back.
func (h *house) playBinding() {
	b := bound{h.coded("EN1000")}
	b.set(`phone = '+4915198760001'`)
	b.playAuthorities()
	old := b.enrol(b.name, "Anna")
	b.playAsking(old)
	b.playRecovery()
	bound{h.coded("EN2000")}.playFirstPhone()
	bound{h.coded("EN3000")}.playProof()
	bound{h.coded("EN4000")}.playLimit()
	bound{h.coded("EN6000")}.playMoving()
	bound{h.withoutMail().coded("EN5000")}.playNoSender()
}

// playNoSender is played where nobody can send what would prove a phone.
func (b bound) playNoSender() {
	own := account.GroupPolicy{Sharing: account.SharingForbidden}
	at, ticket := b.login()
	b.record(`phone = ''`, func() {
		b.group(own, func() {
			b.start("409 no-sender", client.NewEnrolment{})
			b.say("409 no-sender", "POST", at+"/enrolments", "", ticket)
		})
	})
}

func (b bound) start(want string, n client.NewEnrolment) string {
	b.Helper()
	n.Account = b.name
	text, err := json.Marshal(n)
	b.must(err)
	return b.say(want, "POST", b.url+"/v1/enrolments", string(text), b.key)
}

func (b bound) playAuthorities() {
	onRecord := account.GroupPolicy{FirstBinding: account.BindingPhoneOnRecord}
	own := account.GroupPolicy{Sharing: account.SharingForbidden}
	b.record(`phone = '', email = ''`, func() {
		b.group(onRecord, func() { b.start("409 number-required", client.NewEnrolment{}) })
		b.group(own, func() { b.start("409 contact-required", client.NewEnrolment{}) })
	})
	b.record(`phone_changed_at = 9000000000000000`, func() { b.group(onRecord, func() { b.start("409 number-changed", client.NewEnrolment{}) }) })
	b.record(`phone = '', email_changed_at = 9000000000000000`, func() { b.group(own, func() { b.start("409 address-changed", client.NewEnrolment{}) }) })
	b.group(own, func() {
		b.start("409 helper-not-allowed", client.NewEnrolment{Authorize: client.ByOperator, Reason: "no smartphone", Helper: "AB1234"})
	})
	codes := account.GroupPolicy{Methods: []approval.Method{approval.MethodTOTP}}
	b.group(codes, func() { b.start("409 push-not-allowed", client.NewEnrolment{}) })
	b.start("409 no-device", client.NewEnrolment{Authorize: client.ByDevice})
	b.start("409 no-manager", client.NewEnrolment{Authorize: client.ByManager})
	b.start("409 not-authorized", client.NewEnrolment{Authorize: client.ByApproval, Approval: "apr_0aaaaaaaaaaaaaaaaaaaaaaaaaa"})
	b.start("404 unknown-recovery", client.NewEnrolment{Authorize: client.ByRecovery, Recovery: "rec_aaaaaaaaaaaaaaaaaaaaaaaaaa"})
	b.start("404 unknown-device", client.NewEnrolment{Authorize: client.ByOperator, Reason: "moves", Replaces: "dev_aaaaaaaaaaaaaaaaaaaaaaaaaa"})
	first, late := b.begun(), b.begun()
	b.must(b.take(first))
	b.must(b.take(late))
	for _, e := range []client.Enrolment{first, late} {
		want := map[string]string{first.ID: "200", late.ID: "409 authorization-needed"}[e.ID]
		b.say(want, "POST", b.url+"/v1/enrolments/"+e.ID+"/confirm", `{"code":"`+b.digits(e.ID)+`"}`, b.key)
	}
	b.start("409 authorization-needed", client.NewEnrolment{})
}

// confirmedBy is a login that a method has confirmed just now.
func (b bound) confirmedBy(m approval.Method) string {
	b.Helper()
	a, err := b.client.CreateApproval(b.Context(), client.Request{Account: b.name, Browser: client.Browser{IP: "203.0.113.9"}})
	b.must(err)
	b.must(b.client.CancelApproval(b.Context(), a.ID))
	b.sql(`UPDATE outcomes SET status = 'approved', method = $2 WHERE approval = $1`, a.ID, m)
	return a.ID
}

// playMoving has a code, and an operator, move somebody to a new phone, or not.
func (b bound) playMoving() {
	b.sql(`INSERT INTO methods (account, method, active_since) SELECT id, 'totp', 1 FROM accounts WHERE external_id = $1`, b.name)
	e, err := b.client.Enrol(b.Context(), client.NewEnrolment{Account: b.name, Authorize: client.ByApproval, Approval: b.confirmedBy(approval.MethodTOTP)})
	b.must(err)
	b.must(b.take(e))
	there := b.enrol(b.name, "Emma").Logins()[0].Device
	b.say("409 replaces-needed", "POST", b.url+"/v1/enrolments/"+e.ID+"/confirm", `{"code":"`+b.digits(e.ID)+`"}`, b.key)
	b.start("409 replaces-needed", client.NewEnrolment{Authorize: client.ByApproval, Approval: b.confirmedBy(approval.MethodTOTP)})
	b.start("409 stronger-method-needed", client.NewEnrolment{Authorize: client.ByApproval, Approval: b.confirmedBy(approval.MethodEmail), Replaces: there})
	b.start("409 recovery-needed", client.NewEnrolment{Authorize: client.ByOperator, Reason: "moves", Replaces: there})
}

func (b bound) begun() client.Enrolment {
	b.Helper()
	e, err := b.client.StartEnrolment(b.Context(), b.name)
	b.must(err)
	return e
}

// take brings a link to where the six digits are awaited.
func (b bound) take(e client.Enrolment) error {
	_, err := phone.New(phone.Options{HTTPClient: b.http}).Enrol(b.Context(), e.Link, "Anna", "Anna's phone", nil)
	return err
}

// digits are those that a phone shows.
func (b bound) digits(enrolment string) string {
	b.Helper()
	mac, err := b.keys.MAC(keys.EnrolmentDigits, []byte(enrolment))
	b.must(err)
	return account.ConfirmationDigits(mac)
}

// playAsking has the phone that is there let another one in, which takes its place.
func (b bound) playAsking(old *phone.Phone) {
	ctx := b.Context()
	for range 2 {
		_, err := b.client.Enrol(ctx, client.NewEnrolment{Account: b.name, Authorize: client.ByDevice})
		b.must(err)
	}
	e, err := b.client.Enrol(ctx, client.NewEnrolment{
		Account: b.name, Authorize: client.ByDevice, Replaces: old.Logins()[0].Device, Browser: &client.Browser{IP: "203.0.113.9", UserAgent: "Mozilla/5.0"},
	})
	b.must(err)
	b.start("429 too-many-approvals", client.NewEnrolment{Authorize: client.ByDevice})
	items, err := old.Pending(ctx, 0, nil)
	b.must(err)
	for _, i := range items {
		if i.ID == e.Approval.ID {
			_, err = old.Decide(ctx, i, phone.Approve, e.Approval.Number)
		} else {
			_, err = old.Decide(ctx, i, phone.Deny, "")
		}
		b.must(err)
	}
	e, err = b.client.WaitEnrolment(ctx, e, client.MostWait)
	b.must(err)
	if e.Status != client.EnrolmentOpen || e.Link == "" {
		b.Fatalf("after the phone approved: %+v", e)
	}
	b.must(b.take(e))
	_, err = b.client.ConfirmEnrolment(ctx, e.ID, b.digits(e.ID))
	b.must(err)
	devices, err := old.Devices(ctx)
	b.must(err)
	if len(devices) != 1 || devices[0].Status != "revoked" {
		b.Errorf("the phone that was replaced is told %+v", devices)
	}
}

// playNotices has the phone read what it is told of the recovery, once that has been followed up.
func (b bound) playNotices(holder *phone.Phone) {
	ctx := b.Context()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	unread, err := holder.Notices(ctx)
	for ; err == nil && len(unread) == 0; unread, err = holder.Notices(ctx) {
		<-tick.C
	}
	b.must(err)
	for _, n := range unread {
		b.must(holder.ReadNotice(ctx, n))
	}
	b.refused("unknown-notice", holder.ReadNotice(ctx, phone.Notice{Server: b.phone, ID: "ntc_aaaaaaaaaaaaaaaaaaaaaaaaaa"}))
}

func (b bound) playRecovery() {
	ctx := b.Context()
	r, err := b.client.AnnounceRecovery(ctx, b.name, "phone stolen")
	b.must(err)
	_, err = b.client.AnnounceRecovery(ctx, b.name, "phone stolen")
	b.refused("recovery-running", err)
	b.say("404 unknown-account", "POST", b.url+"/v1/recoveries", `{"account":"nobody","reason":"lost"}`, b.key)
	b.start("409 recovery-waiting", client.NewEnrolment{Authorize: client.ByRecovery, Recovery: r.ID})
	holder := b.enrol(b.name, "Bernd")
	seen, err := holder.Recoveries(ctx)
	b.must(err)
	if len(seen) != 1 || seen[0].ID != r.ID {
		b.Errorf("the phone sees %+v", seen)
	}
	b.must(holder.StopRecovery(ctx, seen[0]))
	_, err = b.client.StopRecovery(ctx, r.ID)
	b.must(err)
	b.start("410 recovery-ended", client.NewEnrolment{Authorize: client.ByRecovery, Recovery: r.ID})

	r, err = b.client.AnnounceRecovery(ctx, b.name, "phone stolen")
	b.must(err)
	b.playNotices(holder)
	b.pass(account.RecoveryWait + time.Minute)
	e, err := b.client.Enrol(ctx, client.NewEnrolment{Account: b.name, Authorize: client.ByRecovery, Recovery: r.ID})
	b.must(err)
	b.must(b.take(e))
	_, err = b.client.ConfirmEnrolment(ctx, e.ID, b.digits(e.ID))
	b.must(err)
	if r, err = b.client.Recovery(ctx, r.ID); err != nil || r.Status != "used" {
		b.Errorf("recovery %+v, %v", r, err)
	}
	b.say("410 recovery-ended", "DELETE", b.url+"/v1/recoveries/"+r.ID, "", b.key)
	b.refused("recovery-ended", holder.StopRecovery(ctx, phone.Recovery{Server: b.phone, ID: r.ID}))
}

// playFirstPhone registers the first phone by the page of a first login, which goes on with it.
func (b bound) playFirstPhone() {
	at, ticket := b.login()
	pages := at + "/enrolments"
	b.strangers(at, "/enrolments", "", ticket)
	b.record(`phone = '', email = ''`, func() {
		b.group(account.GroupPolicy{FirstBinding: account.BindingPhoneOnRecord}, func() { b.say("409 number-required", "POST", pages, "", ticket) })
		b.group(account.GroupPolicy{Sharing: account.SharingForbidden}, func() { b.say("409 contact-required", "POST", pages, "", ticket) })
	})
	b.record(`phone_changed_at = 9000000000000000`, func() {
		b.group(account.GroupPolicy{FirstBinding: account.BindingPhoneOnRecord}, func() { b.say("409 number-changed", "POST", pages, "", ticket) })
	})
	b.record(`phone = '', email_changed_at = 9000000000000000`, func() {
		b.group(account.GroupPolicy{Sharing: account.SharingForbidden}, func() { b.say("409 address-changed", "POST", pages, "", ticket) })
	})
	e := b.onPage(pages, ticket)
	own := pages + "/" + e.ID
	b.strangers(at, "/enrolments/"+e.ID+"/confirm", `{"code":"123456"}`, ticket)
	b.say("401 bad-ticket", "GET", own, "", bearer("jt_forged"))
	b.say("403 origin-not-allowed", "GET", own, "", ticket, header("Origin", "https://evil.example"))
	b.say("404 unknown-enrolment", "GET", pages+"/enr_aaaaaaaaaaaaaaaaaaaaaaaaaa", "", ticket)
	b.say("404 unknown-enrolment", "POST", pages+"/enr_aaaaaaaaaaaaaaaaaaaaaaaaaa/confirm", `{"code":"123456"}`, ticket)
	b.say("422 invalid-request", "GET", own+"?wait=soon", "", ticket)
	b.crowd(strings.TrimPrefix(own, b.url), func() { b.must(b.take(e)) })
	ready := b.onPage(pages, ticket)
	b.say("409 not-completed", "POST", pages+"/"+ready.ID+"/confirm", `{"code":"123456"}`, ticket)
	digits := b.digits(e.ID)
	b.say("422 wrong-digits", "POST", own+"/confirm", `{"code":"`+otherThan(digits)+`"}`, ticket)
	b.sql(`INSERT INTO methods (account, method, active_since) SELECT id, 'totp', 1 FROM accounts WHERE external_id = $1`, b.name)
	b.say("403 has-method", "POST", pages, "", ticket)
	b.say("403 has-method", "POST", own+"/confirm", `{"code":"`+digits+`"}`, ticket)
	b.sql(`DELETE FROM methods WHERE account IN (SELECT id FROM accounts WHERE external_id = $1)`, b.name)
	taken, other := b.login()
	b.say("200", "POST", own+"/confirm", `{"code":"`+digits+`"}`, ticket)
	b.say("403 has-method", "POST", taken+"/enrolments", "", other)
	b.must(b.take(ready))
	for range 3 {
		b.say("422 wrong-digits", "POST", pages+"/"+ready.ID+"/confirm", `{"code":"`+otherThan(b.digits(ready.ID))+`"}`, ticket)
	}
	b.say("410 enrolment-ended", "POST", pages+"/"+ready.ID+"/confirm", `{"code":"123456"}`, ticket)
	b.playLastPhones(pages, ticket)
	asked, plain := b.login()
	b.say("409 method-not-offered", "POST", asked+"/enrolments", "", plain)
	b.say("409 method-not-offered", "POST", asked+"/enrolments/"+e.ID+"/confirm", `{"code":"123456"}`, plain)
	for _, login := range []struct {
		at     string
		ticket option
	}{{asked, plain}, {taken, other}} {
		b.say("200", "POST", login.at+"/cancel", "", login.ticket)
	}
	b.say("409 not-pending", "POST", taken+"/enrolments", "", other)
	b.say("409 not-pending", "POST", taken+"/enrolments/"+e.ID+"/confirm", `{"code":"123456"}`, other)
}

// playLastPhones registers phones beside the first until there are too many.
func (b bound) playLastPhones(pages string, ticket option) {
	second, third := b.onPage(pages, ticket), b.onPage(pages, ticket)
	b.must(b.take(second))
	b.must(b.take(third))
	b.say("200", "POST", pages+"/"+second.ID+"/confirm", `{"code":"`+b.digits(second.ID)+`"}`, ticket)
	b.group(account.GroupPolicy{Sharing: account.SharingForbidden}, func() {
		b.say("409 device-limit", "POST", pages+"/"+third.ID+"/confirm", `{"code":"`+b.digits(third.ID)+`"}`, ticket)
	})
}

func (b bound) onPage(pages string, ticket option) (e client.Enrolment) {
	b.Helper()
	b.must(json.Unmarshal([]byte(b.say("201", "POST", pages, "", ticket)), &e))
	return e
}

func (b bound) playLimit() {
	for range 2 {
		b.enrol(b.name, "Carla")
	}
	e, err := b.client.Enrol(b.Context(), byOperator(b.name))
	b.must(err)
	b.must(b.take(e))
	b.group(account.GroupPolicy{Sharing: account.SharingForbidden}, func() {
		b.say("409 device-limit", "POST", b.url+"/v1/enrolments/"+e.ID+"/confirm", `{"code":"`+b.digits(e.ID)+`"}`, b.key)
	})
}
