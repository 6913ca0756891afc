package costs

import (
	"net/url"
	"reflect"
	"testing"
	"time"

	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/server/pages"
)

// full has something of everything that can be set.
func full() ledger.Settings {
	rates := func(n int) []ledger.Rate {
		return []ledger.Rate{{Max: n, Per: 90 * time.Second}, {Max: 2 * n, Per: 24 * time.Hour}}
	}
	return ledger.Settings{
		Currency: "CHF", TimeZone: "Europe/Zurich", Prices: ledger.PriceBook{"+41": 755, "+49": 0},
		Budgets: []ledger.Budget{
			{Scope: ledger.ScopeTenant, Cycle: ledger.Quarterly, Limit: 12_505_000, WarnAt: 90}, {Scope: ledger.ScopeGroup, Subject: "grp_x", Cycle: ledger.Monthly, Limit: 9000, WarnAt: 80},
			{Scope: ledger.ScopeCountry, Subject: "CH", Cycle: ledger.Monthly, WarnAt: 80}, {Scope: ledger.ScopeCountry, Subject: "AT", Cycle: ledger.Monthly, WarnAt: 1},
			{Scope: ledger.ScopeApplication, Subject: "app_x", Cycle: ledger.Monthly, Limit: 10_000, WarnAt: 100},
		},
		Limits: ledger.Limits{
			Account: rates(1), Application: rates(2), Number: rates(3), Prefix: rates(4),
			EmailAccount: rates(5), EmailAddress: rates(6), EmailApplication: rates(7),
		},
	}
}

var known = map[string]bool{"group:grp_x": true, "application:app_x": true}

func TestTheFormHasAllThatCanBeSet(t *testing.T) {
	t.Parallel()
	s := full()
	for _, v := range []reflect.Value{reflect.ValueOf(s), reflect.ValueOf(s.Limits)} {
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("the test does not set %s", v.Type().Field(i).Name)
			}
		}
	}
	for _, lang := range pages.Languages {
		page := &pages.Page{Lang: lang}
		f := formOf(valuesOf(page, s), 3)
		if got, ok := f.settings(page, known); !ok || !reflect.DeepEqual(got, s) {
			t.Errorf("%s: %+v becomes %+v", lang, s, got)
		}
	}
}

// What the form lets through is what the API does, whatever is sent.
func FuzzForm(f *testing.F) {
	page := &pages.Page{Lang: "de"}
	f.Add(url.Values(valuesOf(page, full())).Encode())
	for _, seed := range []string{"", "price.prefix=%2B49&price.amount=0,10&price.out=0", "price.amount=1", "budget.of=tenant&budget.limit=0&budget.period=month&budget.warn_at=", "limit.number.max=5&limit.number.per=1h30&limit.number.unit=m", "budget.of=country&budget.of=country&budget.country=AT"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sent string) {
		v, err := url.ParseQuery(sent)
		if err != nil {
			return
		}
		form := formOf(values(v), 3)
		s, ok := form.settings(page, known)
		if !ok {
			return
		}
		if err := s.Validate(); err != nil {
			t.Errorf("%q lets through %+v: %v", sent, s, err)
		}
		again := formOf(valuesOf(page, s.WithDefaults()), 0)
		if got, ok := again.settings(page, known); !ok || !reflect.DeepEqual(got.WithDefaults(), s.WithDefaults()) {
			t.Errorf("%+v is shown as %+v", s, got)
		}
	})
}
