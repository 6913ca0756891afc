package managers_test

import (
	"context"
	"database/sql"
	"encoding/csv"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/server/pages/pagestest"
	kept "github.com/jawort/jawort/store/ledger"
)

// send has an account get messages that somebody pays for.
func (h *house) send(store *kept.Store, n int, payer, to string) {
	h.Helper()
	for range n {
		r := ledger.Reservation{Message: h.newID(id.Message), Tenant: h.tenant.ID, Application: h.app.ID, Account: h.id(to), Payer: h.id(payer), Number: "+491713920010"}
		h.must(store.Transact(h.Context(), func(ctx context.Context, tx *sql.Tx) error {
			if err := store.Reserve(ctx, tx, r); err != nil {
				return err
			}
			return store.Settle(ctx, tx, r.Message, courier.Sent)
		}))
	}
}

// table reads a CSV.
func table(p pagestest.Page) (rows [][]string) {
	p.Helper()
	r := csv.NewReader(strings.NewReader(p.Text))
	r.Comma = ';'
	if !strings.Contains(p.Text, ";") {
		r.Comma = ','
	}
	for {
		row, err := r.Read()
		if err == io.EOF {
			return rows
		}
		if err != nil {
			p.Fatal(err)
		}
		rows = append(rows, row)
	}
}

func TestTheCostsOfAQuarterAreThoseOfTheLedgerToTheCent(t *testing.T) {
	h := brokers(t)
	store := h.prices(755)
	h.send(store, 3, broker, "200001")
	h.send(store, 1, broker, "100101")
	h.send(store, 2, broker, broker)
	h.send(store, 4, "200002", "200002") // pays for itself
	h.send(store, 5, "100200", "300001") // another's
	h.send(store, 6, "300001", "300001") // another's, who pays for itself
	b := h.in(broker)
	b.Get("/portal/costs").Want(http.StatusOK).Says("What you pay", "0.453 EUR", "for 6 SMS.", "Erika Muster", "0.2265 EUR", "Office South", "0.151 EUR").
		Silent("Somebody Else's", "300001", "100200", "Max Muster")
	b.Get("/portal/costs?who=others").Says("0.302 EUR", "for 4 SMS.", "Max Muster").Silent("Somebody Else's", "300001", "Erika")
	h.in(broker, "de").Get("/portal/costs").Says("0,453 EUR")

	file := b.Get("/portal/costs").Found(`href="(/portal/costs/usage.csv\?quarter=[^"]*)"`)
	got := b.Get(file).Want(http.StatusOK)
	var sum ledger.Amount
	lines := 0
	for _, row := range table(got)[1:] {
		if row[1] != broker {
			t.Errorf("it has what another pays: %q", row)
		}
		amount, err := ledger.ParseAmount(row[4])
		h.must(err)
		sum, lines = sum+amount, lines+1
	}
	quarter := strings.TrimPrefix(file[strings.Index(file, "=")+1:], "")
	q, err := ledger.ParseQuarter(quarter)
	h.must(err)
	totals, err := store.Totals(t.Context(), h.tenant.ID, ledger.UsageFilter{Quarter: q, Payer: broker})
	h.must(err)
	if len(totals) != 1 || totals[0].Amount != sum || sum != 6*755 || lines != 3 {
		t.Errorf("the file says %s in %d lines, the ledger %+v", sum, lines, totals)
	}
	if strings.Contains(got.Text, "300001") || !strings.Contains(got.Header.Get("Content-Disposition"), "usage-"+quarter+".csv") {
		t.Errorf("the file is %v %s", got.Header, got.Text)
	}
}

func TestWhatAManagerPaidForStaysTheirsAndWhatOthersPayGoesWithThem(t *testing.T) {
	h := brokers(t)
	store := h.prices(1000)
	h.send(store, 1, broker, "200001")
	h.send(store, 1, "200001", "200001")
	h.account("200001", "", account.Edit{Manager: account.Set("100200")})
	h.in(broker).Get("/portal/costs").Says("200001", "0.10 EUR", "for 1 SMS.").Silent("Erika Muster")
	h.in(broker).Get("/portal/costs?who=others").Says("None so far.")
	h.in("100200").Get("/portal/costs?who=others").Says("Erika Muster", "for 1 SMS.")
	h.in("100200").Get("/portal/costs").Says("None so far.")
}

func TestAnotherQuarterCanBeLookedAtAndALongOneGoesOn(t *testing.T) {
	h := brokers(t)
	store := h.prices(1000)
	for i := range 55 {
		login := "L" + string(rune('A'+i/26)) + string(rune('A'+i%26))
		h.account(login, "Long "+login, account.Edit{Manager: account.Set(broker)})
		h.send(store, 1, broker, login)
	}
	h.send(store, 1, broker, broker)
	b := h.in(broker)
	first := b.Get("/portal/costs").Says("5.60 EUR", "Long LAA").Silent("Long LCC")
	b.Get(first.Found(`href="(/portal/costs\?after=[^"]*)"`)).Says("Long LCC", "5.60 EUR", "Back to the beginning").Silent("Long LAA")
	before := first.Found(`(?s)aria-current="page">[^<]*</a> <a href="([^"]*)"`)
	b.Get(before).Says("None so far.").Silent("5.60")
	b.Get("/portal/costs?quarter=2026-Q5").Want(http.StatusUnprocessableEntity).Says("There is no such quarter.")
	b.Get("/portal/costs?after=x").Want(http.StatusUnprocessableEntity)
	if rows := table(b.Get("/portal/costs/usage.csv")); len(rows) != 57 {
		t.Errorf("the file has %d lines", len(rows))
	}
}
