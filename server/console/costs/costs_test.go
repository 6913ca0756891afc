package costs_test

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/server/console/consoletest"
	"github.com/jawort/jawort/store/db"
	stored "github.com/jawort/jawort/store/ledger"
	"github.com/jawort/jawort/store/outbox"
)

func costs(s *consoletest.Service) string { return "/console/tenants/" + s.Tenant.ID + "/costs" }

// world is a house in which SMS were sent.
type world struct {
	*consoletest.House
	ledger *stored.Store
	group  account.Group
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{}
	w.House = consoletest.New(t, func(o *process.Options) { w.ledger = &stored.Store{Keys: o.Keys} })
	w.ledger.DB = w.Process.Lasting().DB
	store := w.Process.Lasting()
	var err error
	w.group, err = store.PutGroup(t.Context(), store.Writes(), account.Group{ID: w.NewID("grp_"), Tenant: w.Tenant.ID, Name: "customers"})
	w.Must(err)
	amount := func(text string) ledger.Amount {
		a, err := ledger.ParseAmount(text)
		w.Must(err)
		return a
	}
	_, err = w.ledger.PutSettings(t.Context(), w.Tenant.ID, ledger.Settings{
		Currency: "EUR", TimeZone: "Europe/Berlin", Prices: ledger.PriceBook{"+49": amount("0.0755")},
		Budgets: []ledger.Budget{
			{Scope: ledger.ScopeTenant, Cycle: ledger.Quarterly, Limit: amount("100")}, {Scope: ledger.ScopeGroup, Subject: w.group.ID, Cycle: ledger.Monthly, Limit: amount("0.15")},
			{Scope: ledger.ScopeCountry, Subject: "AT", Cycle: ledger.Monthly},
		},
	}, outbox.Actor{})
	w.Must(err)
	return w
}

// sms sends one to the account, in the group.
func (w *world) sms(settled bool) {
	w.Helper()
	r := ledger.Reservation{Message: w.NewID("msg_"), Tenant: w.Tenant.ID, Application: w.App.ID, Account: w.AccountID(), Payer: w.AccountID(), Group: w.group.ID, Number: "+4915123456789"}
	w.Must(w.Process.Lasting().Transact(w.Context(), func(ctx context.Context, tx *sql.Tx) error { return w.ledger.Reserve(ctx, tx, r) }))
	if settled {
		_, err := db.Exec(w.Context(), w.Process.Lasting().Writes(), `UPDATE ledger_entries SET state = 'settled', settled_at = jawort_now() WHERE message = $1`, r.Message)
		w.Must(err)
	}
}

func TestThePageSaysWhatWasSpentOnWhatAgainstWhichBudgetAtWhichPrice(t *testing.T) {
	w := newWorld(t)
	w.sms(true)
	w.In(operator.Auditor, "").Get(costs(w.Service)).Want(http.StatusOK).Says(
		"0.0755", "Application Portal", "Group customers", "Country DE", "The whole tenant", "100.00", "+49", "Refuses codes, but for those who have nothing else",
		"Forbids every SMS", "Codes are sent", "Not closed yet", "Download as CSV")
}

func TestWhatWasSpentOnAGroupStaysReadableWhenItIsDeleted(t *testing.T) {
	w := newWorld(t)
	w.sms(true)
	w.Must(w.Process.Lasting().Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, err := w.Process.Lasting().DeleteGroup(ctx, tx, w.Tenant.ID, w.group.ID)
		return err
	}))
	w.In(operator.Auditor, "").Get(costs(w.Service)).Want(http.StatusOK).Says("Group customers (deleted)").Silent(w.group.ID)
}

func TestWhatIsUnderWayIsToldAsHeld(t *testing.T) {
	w := newWorld(t)
	w.sms(false)
	page := w.In(operator.Auditor, "").Get(costs(w.Service)).Want(http.StatusOK)
	if held := page.Found(`class="held">(\d+)<`); held != "1" {
		t.Errorf("%s are held", held)
	}
}

func TestTheCSVIsTheOneOfTheAPI(t *testing.T) {
	w := newWorld(t)
	w.sms(true)
	page := w.In(operator.Auditor, "").Get(costs(w.Service))
	csv := w.In(operator.Administrator, w.Tenant.ID).Get(page.Found(`href="([^"]*usage.csv[^"]*)"`)).Want(http.StatusOK)
	quarter := page.Found(`Quarter (\d{4}-Q\d)`)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.URL+"/v1/usage?format=csv&quarter="+quarter, nil)
	w.Must(err)
	r.Header.Set("Authorization", "Bearer "+w.Key)
	resp, err := http.DefaultClient.Do(r)
	w.Must(err)
	defer resp.Body.Close()
	api, err := io.ReadAll(resp.Body)
	w.Must(err)
	if !bytes.Equal([]byte(csv.Text), api) || strings.Count(csv.Text, "\n") != 2 || !strings.Contains(csv.Header.Get("Content-Disposition"), quarter) {
		t.Errorf("the console hands over\n%s\nand the API\n%s", csv.Text, api)
	}
}

func TestAnotherQuarterIsLookedAt(t *testing.T) {
	w := newWorld(t)
	w.sms(true)
	p := w.In(operator.Auditor, "")
	before := p.Get(costs(w.Service)).Found(`class="button" href="([^"]*quarter=[^"]*)">The quarter before`)
	page := p.Get(before).Want(http.StatusOK).Says("No SMS was charged in this quarter", "The quarter after")
	p.Get(page.Found(`href="([^"]*quarter=[^"]*)">The quarter after`)).Says("0.0755").Silent("The quarter after")
	p.Get(costs(w.Service) + "?quarter=2026-Q5").Want(http.StatusUnprocessableEntity).Says("A quarter is a year and a number")
}

func TestATenantWithoutSMSIsTold(t *testing.T) {
	h := consoletest.New(t)
	h.In(operator.Auditor, "").Get(costs(h.Service)).Want(http.StatusOK).Says("No SMS was charged", "no budget", "No SMS is sent before there is a price.", "See prices, budgets and limits").Silent("Set prices")
}

func TestOnlyReadersSeeCostsAndOnlyThoseOfTheirTenant(t *testing.T) {
	h := consoletest.New(t)
	other := h.NewService("Other AG")
	for _, path := range []string{"", "/usage.csv"} {
		h.In(operator.Support, "").Get(costs(h.Service) + path).Want(http.StatusForbidden)
		for _, role := range operator.Roles {
			h.In(role, h.Tenant.ID).Get(costs(other) + path).Want(http.StatusNotFound).Silent("Other AG")
		}
	}
}

func TestScriptInNamesIsText(t *testing.T) {
	w := newWorld(t)
	w.sms(true)
	w.SQL(`UPDATE groups SET name = '<script>alert(1)</script>'`)
	if page := w.In(operator.Auditor, "").Get(costs(w.Service)); strings.Contains(page.Text, "<script>alert") {
		t.Error(page.Text)
	}
}
