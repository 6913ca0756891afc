package requirements_test

import (
	"testing"
	"time"

	"github.com/jawort/jawort/client"
)

// (q) Codes by SMS and e-mail are valid 15 minutes; only the newest counts.
func TestCodesAreValidFifteenMinutesAndOnlyTheNewestCounts(t *testing.T) {
	h := publisher(t)
	phone := anybody
	_, err := h.at(centre).ChangeAccount(t.Context(), jane, client.AccountChange{Phone: &phone})
	h.must(err)
	first := h.login(centre, jane, laptop)
	first.beginSMS(anybody)
	first.page("/activations", body{"method": "email"}).want()
	first.page("/activations/email", body{"code": h.mailed(janesMail)}).want()

	for method, arrived := range map[string]func() string{
		"sms": func() string { return h.sms(anybody) }, "email": func() string { return h.mailed(janesMail) },
	} {
		h.pass(time.Hour)
		l := h.login(centre, jane, laptop)
		l.demand(method)
		old := arrived()
		h.pass(time.Minute)
		l.demand(method)
		newest := arrived()
		if told := l.outcome(); told.ClosesAt.Sub(h.now()).Round(time.Minute) != 15*time.Minute || !told.ClosesAt.After(told.ExpiresAt) {
			t.Errorf("%s: a page that is loaded anew is told that the login closes at %s, and it is %s", method, told.ClosesAt, h.now())
		}
		h.pass(14*time.Minute + 50*time.Second)
		l.confirm(method, old).refused("wrong-code")
		l.confirm(method, newest).want()
		l.approved(method)

		late := h.login(centre, jane, laptop)
		late.demand(method)
		code := arrived()
		h.pass(15*time.Minute + time.Second)
		if r := late.confirm(method, code); r.status < 400 || late.outcome().Status == client.Approved {
			t.Errorf("after 15 minutes a code by %s got %d %v", method, r.status, r.body)
		}
	}
}

// (r) The authenticator app's codes change every 30 seconds and need no network.
func TestTheAuthenticatorAppsCodesChangeEveryThirtySecondsAndNeedNoNetwork(t *testing.T) {
	h := publisher(t)
	h.login(centre, erika, laptop).beginApp()
	h.call(h.at(centre).key, "DELETE", "/v1/accounts/"+erika+"/methods/totp", nil).refused("last-method")
	first := h.login(centre, jane, laptop)
	app := first.beginApp()
	h.pass(5 * time.Minute)

	code := app.shows(h.now())
	l := h.login(centre, jane, laptop)
	l.confirm("totp", otherThan(code)).refused("wrong-code")
	l.confirm("totp", code).want()
	l.approved("totp")
	again := h.login(centre, jane, laptop)
	again.confirm("totp", code).refused("wrong-code") // each code once
	h.pass(30 * time.Second)
	next := app.shows(h.now())
	if next == code {
		t.Error("after 30 seconds the app shows the same code")
	}
	again.confirm("totp", next).want()
	again.approved("totp")

	h.pass(5 * time.Minute)
	slow := h.login(centre, jane, laptop)
	slow.confirm("totp", app.shows(h.now().Add(-90*time.Second))).refused("wrong-code")
	slow.confirm("totp", app.shows(h.now().Add(-30*time.Second))).want()
	if sent := h.carrier.Taken(); len(sent) > 0 {
		t.Errorf("the app needed %d messages", len(sent))
	}
}
