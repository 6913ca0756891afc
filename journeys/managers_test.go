package journeys_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/edge/browsertest/album"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/ledger"
	simulated "github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/store/lasting"
	bills "github.com/jawort/jawort/store/ledger"
	"github.com/jawort/jawort/store/outbox"
)

// office is a broker's, in the portal: with customers, whom the broker manages, and a phone that confirms.
type office struct {
	*portal
	phone *simulated.Phone
}

func (h *house) office(screen browsertest.Screen) office {
	h.Helper()
	h.customers()
	phone := h.simulate("Olga", nil)
	p := h.atTheSite(screen)
	p.Click("a")
	p.menu("customers")
	p.Wait(".lines")
	return office{p, phone}
}

// customers are the broker's, who pays for their SMS.
func (h *house) customers() {
	h.Helper()
	store := h.process.Lasting()
	_, err := store.PutGroup(h.Context(), store.Writes(), account.Group{
		ID: h.newID(id.Group), Tenant: h.tenant.ID, Name: "customers", Policy: account.GroupPolicy{Interval: account.Interval{Max: 7}, SMS: account.SMS{Payer: account.PayerManager}},
	})
	h.must(err)
	h.customer("200001", "Erika Muster", "+491713920010")
	h.customer("200002", "Depot Süd", "")
	h.customer("200003", "Max Muster", "+491713920012")
	h.bill(3)
}

// customer makes one of the broker's; without a number where it is empty.
func (h *house) customer(externalID, label, number string) {
	h.Helper()
	edit := account.Edit{Label: account.Set(label), Group: account.Set("customers"), Manager: account.Set(login), Email: account.Set(externalID + "@post.example")}
	if number != "" {
		edit.Phone = account.Set(number)
	}
	_, _, err := h.process.Lasting().ChangeAccount(h.Context(), lasting.Put{ID: h.newID(id.Account), Tenant: h.tenant.ID, ExternalID: externalID, Change: edit}, lasting.By{})
	h.must(err)
}

// bill has the broker pay for some SMS to a customer.
func (h *house) bill(messages int) {
	h.Helper()
	store := &bills.Store{DB: h.process.Lasting().DB, Keys: h.keys}
	_, err := store.PutSettings(h.Context(), h.tenant.ID, ledger.Settings{Prices: ledger.PriceBook{"+49": 1000}}, outbox.Actor{Kind: outbox.BySystem})
	h.must(err)
	customer, err := h.process.Lasting().Account(h.Context(), h.tenant.ID, "200001")
	h.must(err)
	for range messages {
		r := ledger.Reservation{Message: h.newID(id.Message), Tenant: h.tenant.ID, Account: customer.ID, Payer: customer.Manager, Number: customer.Phone}
		h.must(store.Transact(h.Context(), func(ctx context.Context, tx *sql.Tx) error {
			if err := store.Reserve(ctx, tx, r); err != nil {
				return err
			}
			return store.Settle(ctx, tx, r.Message, courier.Sent)
		}))
	}
}

// agree has the broker's phone confirm what the page shows a number for, until what follows is there.
func (o office) agree(next string) {
	o.Helper()
	o.Wait(`[part~="number"]`)
	o.house.approve(o.phone, o.Text(`[part~="number"] [aria-hidden]`))
	o.Wait(next)
}

func TestAManagerLooksAfterTheirCustomersOnAPhone(t *testing.T) {
	h := newHouse(t)
	o := h.office(phoneScreen("en", false))
	o.Until(`document.querySelectorAll(".lines li").length === 3`)
	o.Type("#q", "muster")
	o.Click(`form[role="search"] button`)
	o.Until(`document.querySelectorAll(".lines li").length === 2`)
	o.Click(`a[href="/portal/customers"].button`)
	o.Click("main summary")
	_ = browsertest.Eval[bool](o.Tab, `(document.querySelector("#number").value = "without", true)`)
	o.Click(`form[role="search"] button`)
	o.Until(`document.querySelectorAll(".lines li").length === 1`)

	o.Click(".lines a") // who has no number gets one
	o.WantText("h2", "Depot Süd")
	o.Click(`a[href$="/phone"]`)
	o.Type("#phone", "+49 171 3920011")
	o.Click("main button.primary")
	o.agree(".note.good")
	o.WantText(".note.good", "The phone number is changed.")

	o.Click(`a[href$="/sms"]`)
	o.WantText("ul.plain li:nth-child(2)", "Each SMS costs 0.10 EUR.")
	o.Click("main button.primary")
	o.agree(".note.good")
	o.WantText(".note.good", "Codes by SMS are switched on.")

	o.menu("customers")
	o.Wait(".lines")
	o.Click(`.lines li:nth-child(1) input`)
	o.Click(`.lines li:nth-child(3) input`)
	o.Click(`form[action="/portal/customers/many"] button`)
	o.WantText(".lead", "For 2 selected accounts.")
	o.Click(`input[value="7"]`)
	o.Click("main button.primary")
	o.WantText("ul.plain li:nth-child(2)", "2 of them are asked less often.")
	o.Click("main button.primary")
	o.agree(".note.good")
	for login, want := range map[string]bool{"200001": true, "200002": false, "200003": true} {
		a, err := h.process.Lasting().Account(t.Context(), h.tenant.ID, login)
		h.must(err)
		if got := a.Interval != nil && *a.Interval == 7; got != want {
			t.Errorf("%s: a week is %t", login, got)
		}
	}

	o.menu("costs")
	o.WantText("dd strong", "0.30 EUR")
	o.WantText(".lines p", "Erika Muster 200001")
}

// inEveryPicture is what differs from run to run.
var inEveryPicture = map[string]string{
	".number": "42", `[part~="number"]`: "42", `[part~="time"]`: "142", ".house button": "12700148090",
}

func (o office) walk(a *album.Album) {
	o.Helper()
	see := func(name string) {
		o.check()
		a.Show(name)
		if o.Failed() {
			o.Fatalf("at %s", name)
		}
	}
	see("customers")
	o.look("customers?number=without")
	see("customers-narrowed")
	o.look("customers?q=nobody")
	o.look("customers?number=with")
	o.Click(".lines a")
	o.Wait("#days")
	see("customer")
	o.Click(`a[href$="/sms"]`)
	o.Wait("main form button")
	see("customer-sms")
	o.look("customers")
	o.Click(".lines a")
	o.Wait("#days")
	o.Click(`a[href$="/phone"]`)
	o.Wait("#phone")
	see("customer-phone")
	o.Type("#phone", "069 1234567")
	o.Click("main button.primary")
	o.Wait(".note.bad")
	see("customer-phone-wrong")
	o.look("customers/many")
	see("many")
	o.Click(`input[value="7"]`)
	o.Click("main button.primary")
	o.Wait("ul.plain")
	see("many-preview")
	o.Click("main button.primary")
	o.Wait(`[part~="number"]`)
	o.check()
	o.agree(`a[href="/portal/customers"].primary`)
	see("work")
	o.look("rollout")
	see("rollout")
	o.Click(`a[href="/portal/rollout/invite"]`)
	o.Wait("ul.plain")
	see("asking")
	o.look("costs")
	see("costs")
	o.look("customers/acc_none")
}

func TestEveryPageForManagersIsAccessible(t *testing.T) {
	for name, w := range pageWalks() {
		t.Run(name, func(t *testing.T) {
			h := newHouseAt(t, "2026-03-02 09:41") // its pages name quarters
			o := h.office(w.screen)
			o.TextSize(w.text)
			a := album.Open(o.Tab, "managers", name, inEveryPicture)
			o.walk(a)
			pages, err := filepath.Glob("../server/managers/templates/*.html")
			if err != nil || len(pages) == 0 {
				t.Fatalf("%d pages, %v", len(pages), err)
			}
			for _, page := range pages {
				if name := strings.TrimSuffix(filepath.Base(page), ".html"); !slices.Contains(a.Names(), name) {
					t.Errorf("nobody looks at %s", page)
				}
			}
		})
	}
}
