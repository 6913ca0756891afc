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
func (p page) table() (rows [][]string) {
	p.Helper()
	r := csv.NewReader(strings.NewReader(p.text))
	r.Comma = ';'
	if !strings.Contains(p.text, ";") {
		r.Comma = ','
	}
	for {
		row, err := r.Read()
		if err == io.EOF {
			return rows
		}
		p.must(err)
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
	b.get("/portal/costs").want(http.StatusOK).says("What you pay", "0.453 EUR", "for 6 SMS.", "Erika Muster", "0.2265 EUR", "Office South", "0.151 EUR").
		silent("Somebody Else's", "300001", "100200", "Max Muster")
	b.get("/portal/costs?who=others").says("0.302 EUR", "for 4 SMS.", "Max Muster").silent("Somebody Else's", "300001", "Erika")
	h.in(broker, "de").get("/portal/costs").says("0,453 EUR")

	file := b.get("/portal/costs").found(`href="(/portal/costs/usage.csv\?quarter=[^"]*)"`)
	got := b.get(file).want(http.StatusOK)
	var sum ledger.Amount
	lines := 0
	for _, row := range got.table()[1:] {
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
	if strings.Contains(got.text, "300001") || !strings.Contains(got.header.Get("Content-Disposition"), "usage-"+quarter+".csv") {
		t.Errorf("the file is %v %s", got.header, got.text)
	}
}

func TestWhatAManagerPaidForStaysTheirsAndWhatOthersPayGoesWithThem(t *testing.T) {
	h := brokers(t)
	store := h.prices(1000)
	h.send(store, 1, broker, "200001")
	h.send(store, 1, "200001", "200001")
	h.account("200001", "", account.Edit{Manager: account.Set("100200")})
	h.in(broker).get("/portal/costs").says("200001", "0.10 EUR", "for 1 SMS.").silent("Erika Muster")
	h.in(broker).get("/portal/costs?who=others").says("None so far.")
	h.in("100200").get("/portal/costs?who=others").says("Erika Muster", "for 1 SMS.")
	h.in("100200").get("/portal/costs").says("None so far.")
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
	first := b.get("/portal/costs").says("5.60 EUR", "Long LAA").silent("Long LCC")
	b.get(first.found(`href="(/portal/costs\?after=[^"]*)"`)).says("Long LCC", "5.60 EUR", "Back to the beginning").silent("Long LAA")
	before := first.found(`(?s)aria-current="page">[^<]*</a> <a href="([^"]*)"`)
	b.get(before).says("None so far.").silent("5.60")
	b.get("/portal/costs?quarter=2026-Q5").want(http.StatusUnprocessableEntity).says("There is no such quarter.")
	b.get("/portal/costs?after=x").want(http.StatusUnprocessableEntity)
	if rows := b.get("/portal/costs/usage.csv").table(); len(rows) != 57 {
		t.Errorf("the file has %d lines", len(rows))
	}
}
