package demo

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"slices"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/lasting"
	bills "github.com/jawort/jawort/store/ledger"
	"github.com/jawort/jawort/store/outbox"
)

// The logins of the demo.
const (
	demoAccount   = "4711"
	brokerAccount = "4712" // who manages the customers
)

// Groups of the demo: what their accounts may choose.
var groups = map[string]account.GroupPolicy{
	"offices":   {Interval: account.Interval{Max: 7}},
	"brokers":   {Interval: account.Interval{Max: 1}},
	"customers": {Interval: account.Interval{Max: 7}, SMS: account.SMS{Payer: account.PayerManager}},
}

// customer is one whom the broker manages. Their numbers belong to nobody: they are reserved for films.
type customer struct {
	login, label string
	phone        string // empty: no number is known
	days         int    // that a confirmation holds
	holder       string // of a simulated phone; empty: nothing is set up
	messages     int    // that were sent this quarter
}

var customers = []customer{
	{login: "200101", label: "Erika Muster", phone: "+491713920001", days: 7, holder: "Erika Muster", messages: 4},
	{login: "200102", label: "Max Beispiel", phone: "+491713920002", messages: 2},
	{login: "200103", label: "Familie Exempel", phone: "+491713920003", days: 1, holder: "Jan Exempel"},
	{login: "200104", label: "Depot Süd"},
	{login: "200105", label: "Bäckerei Probst", phone: "+491713920005", messages: 5},
	{login: "200106", label: "Dr. Lena Vogt", phone: "+491713920006", days: 3, holder: "Lena Vogt"},
	{login: "200107", label: "Hausverwaltung Nord"},
	{login: "200108", label: "Yusuf Demir", phone: "+491713920008", holder: "Yusuf Demir", messages: 1},
	{login: "200109", label: "Anna Kowalska", phone: "+491713920009"},
	{login: "200110", label: "Stiftung Linde", phone: "+491713920010"},
}

// openOffice makes the broker and all else that the portal shows of an organisation, where the last of it is not there yet. Nobody waits for it, and nothing
// is sent to anybody: this installation has nothing to send SMS or e-mails with.
func (h *house) openOffice(ctx context.Context, c *client.Client) error {
	_, err := h.process.Lasting().Account(ctx, h.application.Tenant, customers[len(customers)-1].login)
	if !errors.Is(err, account.ErrUnknownAccount) {
		return err
	}
	if err := h.rule(ctx); err != nil {
		return err
	}
	if _, err := h.put(ctx, demoAccount, account.Edit{Group: account.Set("offices")}); err != nil {
		return err
	}
	if _, err := h.put(ctx, brokerAccount, account.Edit{Label: account.Set("Makler Süd"), Group: account.Set("brokers")}); err != nil {
		return err
	}
	for _, who := range customers {
		if err := h.win(ctx, who); err != nil {
			return err
		}
		if who.holder == "" {
			continue
		}
		if err := give(ctx, c, who); err != nil {
			return err
		}
	}
	return nil
}

// rule says what groups may choose, and what an SMS costs.
func (h *house) rule(ctx context.Context) error {
	store, tenant := h.process.Lasting(), h.application.Tenant
	for name, policy := range groups {
		made, err := id.New(rand.Reader, id.Group)
		if err != nil {
			return err
		}
		if _, err := store.PutGroup(ctx, store.Writes(), account.Group{ID: made, Tenant: tenant, Name: name, Policy: policy}); err != nil {
			return err
		}
	}
	_, err := h.bills().PutSettings(ctx, tenant, ledger.Settings{Prices: ledger.PriceBook{"+49": 1000}}, outbox.Actor{Kind: outbox.BySystem})
	return err
}

func (h *house) put(ctx context.Context, login string, edit account.Edit) (account.Account, error) {
	made, err := id.New(rand.Reader, id.Account)
	if err != nil {
		return account.Account{}, err
	}
	a, _, err := h.process.Lasting().ChangeAccount(ctx, lasting.Put{ID: made, Tenant: h.application.Tenant, ExternalID: login, Change: edit},
		lasting.By{Actor: outbox.Actor{Kind: outbox.BySystem}})
	return a, err
}

// win makes a customer of the broker, and what their SMS cost.
func (h *house) win(ctx context.Context, c customer) error {
	edit := account.Edit{
		Label: account.Set(c.label), Group: account.Set("customers"), Manager: account.Set(brokerAccount), Interval: account.Set(c.days), SMS: account.Set(c.messages > 0),
	}
	if c.phone != "" {
		edit.Phone = account.Set(c.phone)
	}
	a, err := h.put(ctx, c.login, edit)
	if err != nil {
		return err
	}
	return h.bills().Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for range c.messages {
			if err := h.charge(ctx, tx, a); err != nil {
				return err
			}
		}
		return nil
	})
}

// charge has the broker pay for an SMS to the account that was never sent.
func (h *house) charge(ctx context.Context, tx *sql.Tx, to account.Account) error {
	message, err := id.New(rand.Reader, id.Message)
	if err != nil {
		return err
	}
	err = h.bills().Reserve(ctx, tx, ledger.Reservation{
		Message: message, Tenant: to.Tenant, Application: h.application.ID, Account: to.ID, Group: to.Group, Payer: to.Manager, Number: to.Phone,
	})
	if err != nil {
		return err
	}
	return h.bills().Settle(ctx, tx, message, courier.Sent)
}

func (h *house) bills() *bills.Store { return &bills.Store{DB: h.process.Lasting().DB, Keys: h.keys} }

// known says whether somebody may sign in by this login number.
func known(login string) bool {
	return slices.ContainsFunc([]string{demoAccount, brokerAccount}, func(there string) bool { return equal(login, there) })
}
