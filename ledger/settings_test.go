package ledger_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/jawort/jawort/ledger"
)

const full = `
currency: EUR
time_zone: Europe/Berlin
prices:
  +49: "0.10"
  +43: "0.08"
budgets:
  - {scope: tenant, period: quarter, limit: "5000.00"}
  - {scope: country, subject: DE, period: month, limit: "1000.00", warn_at: 90}
  - {scope: application, subject: app_1, period: month, limit: "0"}
  - {scope: group, subject: grp_1, period: month, limit: "100.00"}
limits:
  number: [5/10m, 10/24h]
  application: [2000/10m]
`

func TestSettingsAreTheSameInYAMLAndJSON(t *testing.T) {
	t.Parallel()
	var fromYAML, fromJSON ledger.Settings
	if err := yaml.Unmarshal([]byte(full), &fromYAML); err != nil {
		t.Fatal(err)
	}
	if err := fromYAML.Validate(); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(fromYAML)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &fromJSON); err != nil || !reflect.DeepEqual(fromYAML, fromJSON) {
		t.Errorf("%+v became %s, and that %+v (%v)", fromYAML, b, fromJSON, err)
	}
	if fromJSON.Prices["+43"] != 800 || fromJSON.Budgets[1].WarnAt != 90 || fromJSON.Limits.Number[1] != (ledger.Rate{Max: 10, Per: 24 * time.Hour}) {
		t.Errorf("read %+v", fromJSON)
	}
}

func TestWhatIsLeftOutHasItsDefault(t *testing.T) {
	t.Parallel()
	var s ledger.Settings
	if err := yaml.Unmarshal([]byte(full), &s); err != nil {
		t.Fatal(err)
	}
	s = s.WithDefaults()
	if s.Budgets[0].WarnAt != 80 || s.Budgets[1].WarnAt != 90 {
		t.Errorf("budgets are %+v", s.Budgets)
	}
	if !reflect.DeepEqual(s.Limits.Account, ledger.DefaultLimits().Account) || s.Limits.Application[0].Max != 2000 {
		t.Errorf("limits are %+v", s.Limits)
	}
	none := ledger.Settings{}.WithDefaults()
	if err := none.Validate(); err != nil || none.Currency != "EUR" || none.TimeZone != "UTC" || !reflect.DeepEqual(none.Limits, ledger.DefaultLimits()) {
		t.Errorf("the defaults are %+v (%v)", none, err)
	}
}

func TestWrongSettingsAreRefusedByTheNameOfTheirField(t *testing.T) {
	t.Parallel()
	budget := func(fields string) string { return `{"prices":{"+49":"0.10"},"budgets":[{` + fields + `}]}` }
	for _, c := range []struct{ field, body string }{
		{"currency", `{"currency":"euro"}`},
		{"currency", `{"currency":"eur"}`},
		{"currency", `{"currency":"XYZ"}`},
		{"time_zone", `{"time_zone":"Berlin"}`},
		{"time_zone", `{"time_zone":"Local"}`},
		{"time_zone", `{"time_zone":"../../etc/passwd"}`},
		{"prices", `{"prices":{"49":"0.10"}}`},
		{"prices", `{"prices":{"+":"0.10"}}`},
		{"prices", `{"prices":{"+049":"0.10"}}`},
		{"prices", `{"prices":{"+49 151":"0.10"}}`},
		{"prices", `{"prices":{"+1234567890123456":"0.10"}}`},
		{"prices.+49", `{"prices":{"+43":"0.10","+49":"0,10"}}`},
		{"prices.+49", `{"prices":{"+49":0.10}}`},
		{"prices.+49", `{"prices":{"+49":null}}`},
		{"prices.+49", `{"prices":{"+49":"-0.10"}}`},
		{"prices.+49", `{"prices":{"+49":"0.00001"}}`},
		{"prices.+49", `{"prices":{"+49":"1000.01"}}`},
		{"budgets[0].scope", budget(`"scope":"device","period":"month","limit":"1"`)},
		{"budgets[0].subject", budget(`"scope":"tenant","subject":"x","period":"month","limit":"1"`)},
		{"budgets[0].subject", budget(`"scope":"group","period":"month","limit":"1"`)},
		{"budgets[0].subject", budget(`"scope":"country","subject":"Germany","period":"month","limit":"1"`)},
		{"budgets[0].subject", budget(`"scope":"group","subject":"` + strings.Repeat("g", 65) + `","period":"month","limit":"1"`)},
		{"budgets[0].subject", budget(`"scope":"country","subject":"de","period":"month","limit":"1"`)},
		{"budgets[0].period", budget(`"scope":"tenant","period":"year","limit":"1"`)},
		{"budgets[0].limit", budget(`"scope":"tenant","period":"month","limit":"lots"`)},
		{"budgets[0].limit", budget(`"scope":"tenant","period":"month","limit":100`)},
		{"budgets[0].limit", budget(`"scope":"tenant","period":"month","limit":"0.09"`)},
		{"budgets[0].warn_at", budget(`"scope":"tenant","period":"month","limit":"1","warn_at":101`)},
		{"budgets[0].warn_at", budget(`"scope":"tenant","period":"month","limit":"1","warn_at":-1`)},
		{"budgets[1]", `{"budgets":[{"scope":"tenant","period":"month","limit":"1"},{"scope":"tenant","period":"month","limit":"2"}]}`},
		{"limits.number", `{"limits":{"number":["5"]}}`},
		{"limits.prefix", `{"limits":{"prefix":["0/10m"]}}`},
		{"limits.account", `{"limits":{"account":["5/10m","6/600s"]}}`},
		{"limits.application", `{"limits":{"application":["1/1m","1/2m","1/3m","1/4m","1/5m"]}}`},
	} {
		var s ledger.Settings
		if err := json.Unmarshal([]byte(c.body), &s); err != nil {
			t.Errorf("%s: %v", c.body, err)
			continue
		}
		t.Run(c.body, func(t *testing.T) { wantField(t, s.Validate(), c.field) })
	}
	many := ledger.PriceBook{}
	for i := range 2001 {
		many[fmt.Sprintf("+49%d", i)] = 1
	}
	wantField(t, ledger.Settings{Prices: many}.Validate(), "prices")
	wantField(t, ledger.Settings{Budgets: make([]ledger.Budget, 501)}.Validate(), "budgets")
}

func TestAMessageCountsInThePotsOfItsTenantApplicationGroupAndCountry(t *testing.T) {
	t.Parallel()
	var names []string
	for _, pot := range ledger.PotsOf("app_1", "grp_1", "DE", "2026-11", "2026-Q4") {
		names = append(names, pot.String())
	}
	want := "application:app_1:2026-11 application:app_1:2026-Q4 country:DE:2026-11 country:DE:2026-Q4 group:grp_1:2026-11 group:grp_1:2026-Q4 tenant::2026-11 tenant::2026-Q4"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("the pots are %s, want %s", got, want)
	}
	b := ledger.Budget{Scope: ledger.ScopeCountry, Subject: "DE", Cycle: ledger.Monthly}
	if got := b.Pot(noon, time.UTC).String(); got != "country:DE:2026-11" {
		t.Errorf("the budget's pot is %s", got)
	}
}

func TestAReservationPrintsWithoutItsNumber(t *testing.T) {
	t.Parallel()
	r := ledger.Reservation{Message: "msg_1", Number: "+4915112345678"}
	for _, shown := range []string{fmt.Sprint(r), fmt.Sprintf("%+v", r), fmt.Sprintf("%#v", r), r.LogValue().String(), r.Validate().Error()} {
		if strings.Contains(shown, "15112345678") || !strings.Contains(shown, "msg_1") {
			t.Errorf("it prints as %s", shown)
		}
	}
}
