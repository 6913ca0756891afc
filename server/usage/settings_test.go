package usage_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/jawort/jawort/courier"
	domain "github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/db"
)

// settleAll says what became of everything that is under way.
func (w *world) settleAll(state courier.State) {
	w.Helper()
	messages, err := db.All(w.Context(), w.db.Reads(), db.ScanString, `SELECT message FROM ledger_entries WHERE state = 'reserved'`)
	w.must(err)
	for _, m := range messages {
		w.must(w.db.Transact(w.Context(), func(ctx context.Context, tx *sql.Tx) error { return w.ledger.Settle(ctx, tx, m, state) }))
	}
}

func TestSettingsComeBackWithTheirDefaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	read := func(a answer) (s domain.Settings) {
		t.Helper()
		w.must(json.Unmarshal([]byte(a.body), &s))
		return s
	}
	if got := read(w.want(200, "GET", "/v1/sms/settings", "")); !reflect.DeepEqual(got, domain.Settings{}.WithDefaults()) {
		t.Errorf("a new tenant has %+v", got)
	}
	body := `{"currency":"CHF","time_zone":"Europe/Zurich","prices":{"+41":"0.0755"},` +
		`"budgets":[{"scope":"application","subject":"` + w.tenant.app + `","period":"month","limit":"50"}],"limits":{"account":["3/10m"]}}`
	put := read(w.want(200, "PUT", "/v1/sms/settings", body))
	if got := read(w.want(200, "GET", "/v1/sms/settings", "")); !reflect.DeepEqual(got, put) {
		t.Errorf("it keeps %+v, and has answered %+v", got, put)
	}
	if put.Prices["+41"] != 755 || put.Budgets[0].WarnAt != 80 || put.Limits.Account[0].Max != 3 || put.Limits.Number[0].Max != 5 {
		t.Errorf("it keeps %+v", put)
	}
	if got := read(w.want(200, "PUT", "/v1/sms/settings", "{}")); len(got.Prices) != 0 || len(got.Budgets) != 0 || got.Currency != "EUR" {
		t.Errorf("what is left out stays: %+v", got)
	}
}

func TestSettingsWithoutATimeZoneTakeTheTenantsAndKeepIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	moved := func(zone string) {
		t.Helper()
		_, err := db.Exec(t.Context(), w.db.Writes(), `UPDATE tenants SET policy = $1`, `{"time_zone":"`+zone+`"}`)
		w.must(err)
	}
	wants := func(zone string, a answer) {
		t.Helper()
		if !strings.Contains(a.body, `"time_zone":"`+zone+`"`) {
			t.Errorf("the zone is not %s: %s", zone, a.body)
		}
	}
	moved("Asia/Tokyo")
	wants("Asia/Tokyo", w.want(200, "GET", "/v1/sms/settings", ""))
	wants("Asia/Tokyo", w.want(200, "PUT", "/v1/sms/settings", `{"prices":{"+49":"0.10"}}`))
	moved("Europe/Berlin")
	wants("Asia/Tokyo", w.want(200, "GET", "/v1/sms/settings", ""))
	if r := w.report("quarter=2026-Q4"); r.From != "2026-09-30T15:00:00Z" {
		t.Errorf("the quarter begins at %s", r.From)
	}
	wants("Europe/Berlin", w.want(200, "PUT", "/v1/sms/settings", `{"prices":{"+49":"0.10"}}`))
	wants("Europe/Zurich", w.want(200, "PUT", "/v1/sms/settings", `{"time_zone":"Europe/Zurich"}`))
}

func TestWrongSettingsChangeNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	foreign := w.newTenant()
	w.furnish()
	before := w.want(200, "GET", "/v1/sms/settings", "").body
	for body, field := range map[string]string{
		`{"prices":{"+49":0.1}}`:              "prices.+49",
		`{"prices":{"49":"0.10"}}`:            "prices",
		`{"prices":{"+49":"0,10"}}`:           "prices.+49",
		`{"prices":[]}`:                       "prices",
		`{"time_zone":"Mars"}`:                "time_zone",
		`{"limits":{"number":["5"]}}`:         "limits.number",
		`{"limits":{"person":["5/1h"]}}`:      "person",
		`{"budgets":[{"scope":"tenant"}]}`:    "budgets[0].period",
		`{"budget":[]}`:                       "budget",
		`{"currency":"EUR","currency":"CHF"}`: "currency",
		`{"budgets":[{"scope":"application","subject":"` + foreign.app + `","period":"month","limit":"50"}]}`: "budgets[0].subject",
	} {
		w.wantProblem(w.want(422, "PUT", "/v1/sms/settings", body), 422, "invalid-request", field)
	}
	if got := w.want(200, "GET", "/v1/sms/settings", "").body; got != before {
		t.Errorf("the settings became %s", got)
	}
}
