package requirements_test

import (
	"testing"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/phone"
)

// (c) Several people may hold one login; all who registered it are asked, and the one who wants in confirms.
func TestAllWhoRegisteredALoginAreAskedAndTheOneWhoWantsInConfirms(t *testing.T) {
	h := brokers(t)
	h.until(enforcement)
	nora := h.enrol(broker, "Nora")
	nils := h.join(broker, "Nils", nora)
	nina := h.join(broker, "Nina", nora)
	l := h.login(portal, broker, laptop)
	if l.Devices != 3 {
		t.Errorf("%d devices are asked", l.Devices)
	}
	if _, asked := l.shown(nora); !asked {
		t.Error("Nora is not asked")
	}
	h.must(l.decide(nora, phone.Deny)) // not hers: the others are still asked
	if o := l.outcome(); o.Status != client.Pending {
		t.Fatalf("after one deny of three the login is %s", o.Status)
	}
	if _, asked := l.shown(nina); !asked {
		t.Error("Nina is not asked")
	}
	if o := l.byPhone(nils); o.Device == nil || o.Device.Holder != "Nils" {
		t.Errorf("who confirmed: %+v", o.Device)
	}
	if _, asked := l.shown(nina); asked {
		t.Error("Nina is still asked")
	}
	if s := l.final("https://portal.muster-makler.example"); s.Status != "approved" || s.Method != "push" {
		t.Errorf("the page is told %+v", s)
	}
	nobody := h.login(portal, broker, laptop)
	for _, p := range []*phone.Phone{nora, nils, nina} {
		h.must(nobody.decide(p, phone.Deny))
	}
	if o := nobody.outcome(); o.Status != client.Denied {
		t.Errorf("after all denied the login is %s", o.Status)
	}
}

// (d) An own login per person is recommended.
func TestAnOwnLoginPerPersonIsRecommended(t *testing.T) {
	h := brokers(t)
	sent, err := h.at(portal).Invite(t.Context(), client.Invited{Accounts: []string{broker}})
	h.must(err)
	if sent.Queued != 1 {
		t.Fatalf("invited: %+v", sent)
	}
	h.saying(h.mail(), "nord@muster-makler.example", "Wir empfehlen, dass jede Person einen eigenen Zugang hat.")

	h.until(enforcement)
	hers, his := h.enrol(broker, "Nora"), h.enrol(employee, "Emil")
	l := h.login(portal, employee, laptop)
	if _, asked := l.shown(hers); asked {
		t.Error("the broker's phone is asked about the employee's own login")
	}
	l.byPhone(his)
}

// (f) One app holds any number of logins.
func TestOneAppHoldsAnyNumberOfLogins(t *testing.T) {
	h := brokers(t)
	h.until(customersFrom)
	p := h.newPhone()
	logins := []string{broker, employee, subBroker, customer, bySMS}
	for _, login := range logins {
		h.must(h.register(p, login, "Nora"))
	}
	if held := p.Logins(); len(held) != len(logins) {
		t.Errorf("the app holds %d logins", len(held))
	}
	for _, account := range logins {
		h.login(portal, account, laptop).byPhone(p)
	}
	devices, err := h.at(portal).Devices(t.Context(), broker)
	h.must(err)
	h.must(h.at(portal).RevokeDevice(t.Context(), broker, devices[0].ID))
	for _, account := range logins[1:] { // the others stay
		h.login(portal, account, laptop).byPhone(p)
	}
}
