package journeys_test

import (
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/id"
)

// neighbour makes another tenant with a login service of its own.
func (h *house) neighbour(name, application string) *client.Client {
	h.Helper()
	before := h.tenant
	defer func() { h.tenant = before }()
	h.tenant = account.Tenant{ID: h.newID(id.Tenant), Name: name, CreatedAt: time.Now()}
	h.must(h.process.Lasting().CreateTenant(h.Context(), h.tenant))
	return h.application(application, account.MatchDigits(2))
}

func TestOnePhoneHoldsLoginsOfTwoTenants(t *testing.T) {
	h := newHouse(t)
	broker, bank := h.client, h.neighbour("Beispiel Bank", "Banking")
	p := h.enrolled("Ada")
	h.client = bank
	h.account(login, "Karla Kunde") // the same login number, which is another one there
	p.enrol(h.link(login))
	p.Until(`document.querySelectorAll(".cards li").length === 2`)
	p.WantText(".cards li:nth-child(1)", "Muster Makler AG")
	p.WantText(".cards li:nth-child(2)", "Beispiel Bank")
	if n := p.Passkeys(); n != 2 {
		t.Errorf("%d passkeys", n)
	}

	h.client = broker
	atBroker := h.ask()
	p.WantText(".facts .who", "Muster Makler AG")
	h.client = bank
	atBank := h.ask()
	p.WantText(".others", "1 more waiting")
	p.WantText(".facts", "Office South")
	p.number(atBroker.Number)
	p.Heading("Confirmed")
	p.Click(".close")
	p.WantText(".facts .who", "Beispiel Bank")
	p.WantText(".facts", "Karla Kunde")
	p.Click(".deny")
	p.Heading("Denied")
	h.want(atBank, client.Denied)
	h.client = broker
	h.want(atBroker, client.Approved)
	p.Click(".close")

	p.Click(".cards li:nth-child(1) button")
	p.WantText(".lead", "Muster Makler AG")
	p.Click(".leave")
	p.Click(".sure .danger")
	p.Until(`document.querySelectorAll(".cards li").length === 1`)
	p.WantText(".cards", "Beispiel Bank")
	h.stillRegistered(0)
	if a := h.ask(); a.Activate == nil || a.Devices != 0 {
		t.Errorf("the login that was left is still asked: %+v", a)
	}
	h.client = bank
	h.stillRegistered(1)
	last := h.ask()
	p.WantText(".facts .who", "Beispiel Bank")
	p.number(last.Number)
	p.Heading("Confirmed")
	h.want(last, client.Approved)
	p.Go(h.url + "/#/history")
	p.Until(`document.querySelectorAll(".history li").length === 3`) // what was answered stays told
	p.WantText(".history li:nth-child(3)", "Portal · Office South")
}
