package requirements_test

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/calltest"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/db"
)

// (h) SMS codes cost 0.10 € each, are switched on per customer, or by brokers for themselves, and are charged to the broker every
// quarter.
func TestAnSMSCodeCostsTenCentIsSwitchedOnAndIsChargedToTheBrokerByTheQuarter(t *testing.T) {
	h := brokers(t)
	h.until("2027-05-03 10:00")
	on, off := true, false

	without := h.login(portal, customer, laptop)
	without.page("/activations", body{"method": "sms"}).refused("method-not-offered")
	without.giveUp()
	_, err := h.at(portal).ChangeAccount(t.Context(), customer, client.AccountChange{SMS: &on})
	h.must(err)
	h.login(portal, customer, laptop).beginSMS("+491713920010")
	h.login(suite, customer, laptop).bySMS("+491713920010")
	h.login(portal, bySMS, laptop).beginSMS(bySMSNumber)
	h.login(portal, broker, laptop).beginSMS(brokersNumber)
	_, err = h.at(portal).ChangeAccount(t.Context(), broker, client.AccountChange{SMS: &off})
	h.must(err)
	_, err = h.at(portal).CreateApproval(t.Context(), client.Request{Account: broker, Browser: laptop})
	h.refused("no-method", err)

	h.until("2027-06-30 23:59")
	h.login(portal, bySMS, laptop).bySMS(bySMSNumber)
	second := h.bill("2027-Q2", "&payer="+broker)
	second.lines(map[string]string{customer: "2 0.20", bySMS: "2 0.20", broker: "1 0.10"})
	second.equalsTheLedger(5, "0.50")
	h.until("2027-07-01 00:00")
	h.login(portal, bySMS, laptop).bySMS(bySMSNumber)
	h.bill("2027-Q3", "&payer="+broker).lines(map[string]string{bySMS: "1 0.10"})
	h.call(h.at(portal).key, "POST", "/v1/usage/close", body{"quarter": "2027-Q2"}).want()
	h.bill("2027-Q2", "").equalsTheLedger(5, "0.50")
	if page := h.call(h.at(portal).key, "GET", "/v1/usage?quarter=2027-Q2&payer="+broker, nil).want(); page.body["exported_at"] == nil {
		t.Errorf("the bill was not noted: %v", page.body)
	}
}

// bill is what the broker pays for a quarter, as the CSV says.
type bill struct {
	*house
	quarter string
	rows    []map[string]string
}

// bill fetches the bill of a quarter once the carrier has taken all that was sent.
func (h *house) bill(quarter, more string) bill {
	h.Helper()
	h.settled()
	a := calltest.Send(h, "GET", h.url+"/v1/usage?format=csv&quarter="+quarter+more, h.at(portal).key, nil)
	if a.Status != http.StatusOK {
		h.Fatalf("usage: %d %s", a.Status, a.Raw)
	}
	records, err := csv.NewReader(bytes.NewReader(a.Raw)).ReadAll()
	h.must(err)
	b := bill{h, quarter, nil}
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = record[i]
		}
		b.rows = append(b.rows, row)
	}
	return b
}

// settled waits until nothing is reserved any more.
func (h *house) settled() {
	h.Helper()
	tick := time.NewTicker(lookAgainIn)
	defer tick.Stop()
	for late := time.Now().Add(patience); ; <-tick.C {
		open, err := db.One(h.Context(), h.process.Lasting().Reads(), db.ScanInt, `SELECT COUNT(*) FROM ledger_entries WHERE state = 'reserved'`)
		h.must(err)
		if open == 0 {
			return
		}
		if time.Now().After(late) {
			h.Fatalf("%d messages are neither sent nor given up", open)
		}
	}
}

// lines wants messages and amount by account, and the broker to pay.
func (b bill) lines(want map[string]string) {
	b.Helper()
	if len(b.rows) != len(want) {
		b.Errorf("the bill of %s has %d lines: %v", b.quarter, len(b.rows), b.rows)
	}
	for _, row := range b.rows {
		if got := row["messages"] + " " + row["amount"]; got != want[row["account"]] || row["payer"] != broker || row["currency"] != "EUR" {
			b.Errorf("the bill of %s says %v, want %q", b.quarter, row, want[row["account"]])
		}
	}
}

// equalsTheLedger wants the bill's sum to be the ledger's, and both to be so many messages and so much.
func (b bill) equalsTheLedger(messages int, amount string) {
	b.Helper()
	type sum struct {
		messages int
		amount   ledger.Amount
	}
	var billed sum
	for _, row := range b.rows {
		billed.messages += b.number(row["messages"])
		billed.amount += b.amount(row["amount"])
	}
	kept, err := db.One(b.Context(), b.process.Lasting().Reads(), func(r db.Row) (s sum, err error) {
		return s, r.Scan(&s.messages, &s.amount)
	}, `SELECT COUNT(*), CAST(SUM(e.price) AS BIGINT) FROM ledger_entries e JOIN accounts a ON a.id = e.payer
		WHERE a.external_id = $1 AND e.quarter = $2 AND e.state = 'settled'`, broker, b.quarter)
	b.must(err)
	if want := (sum{messages, b.amount(amount)}); billed != want || kept != want {
		b.Errorf("the bill of %s says %+v, the ledger %+v, want %+v", b.quarter, billed, kept, want)
	}
}

func (h *house) amount(text string) ledger.Amount {
	h.Helper()
	a, err := ledger.ParseAmount(text)
	h.must(err)
	return a
}

func (h *house) number(digits string) int {
	h.Helper()
	n, err := strconv.Atoi(digits)
	h.must(err)
	return n
}
