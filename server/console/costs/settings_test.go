package costs_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server/console/consoletest"
	"github.com/jawort/jawort/server/pages/pagestest"
	stored "github.com/jawort/jawort/store/ledger"
	"github.com/jawort/jawort/store/outbox"
)

var (
	inputs  = regexp.MustCompile(`<input type="(\w+)"(?: id="[^"]*")? name="([^"]*)" value="([^"]*)"([^>]*)>|<select id="[^"]*" name="([^"]*)"[^>]*>((?s:.*?))</select>`)
	options = regexp.MustCompile(`<option value="([^"]*)"( selected)?>`)
)

// entries are what a browser would send of the page's form.
func entries(p pagestest.Page) url.Values {
	form := url.Values{}
	for _, m := range inputs.FindAllStringSubmatch(p.Text, -1) {
		switch {
		case m[5] != "":
			chosen := ""
			for i, o := range options.FindAllStringSubmatch(m[6], -1) {
				if i == 0 || o[2] != "" {
					chosen = o[1]
				}
			}
			form.Add(m[5], html.UnescapeString(chosen))
		case m[1] != "checkbox" || strings.Contains(m[4], "checked"):
			form.Add(m[2], html.UnescapeString(m[3]))
		}
	}
	return form
}

// write types into the first field of a name that has what it had; empty: into an empty row.
func write(form url.Values, name, was, will string) {
	form[name][slices.Index(form[name], was)] = will
}

const german, english = "de", "en"

// see opens the form in a language.
func (w *world) see(p *consoletest.Person, lang string) url.Values {
	w.Helper()
	return entries(p.Get(costs(w.Service)+"/settings", "Accept-Language", lang).Want(http.StatusOK))
}

func (w *world) kept() ledger.Settings {
	w.Helper()
	s, err := w.ledger.Settings(w.Context(), w.Tenant.ID)
	w.Must(err)
	return s
}

func (w *world) told() int {
	w.Helper()
	return w.Count(`(SELECT kind FROM outbox WHERE sequenced_at = 0 AND kind = $1 UNION ALL SELECT kind FROM audit_entries WHERE kind = $1) AS all_of_it`, stored.SettingsChanged)
}

func TestATenantWithoutPricesIsLedToThemAndSetsAll(t *testing.T) {
	h := consoletest.New(t)
	w := &world{House: h, ledger: &stored.Store{DB: h.Process.Lasting().DB}}
	ada := w.In(operator.Administrator, w.Tenant.ID)
	at := ada.Get(costs(w.Service)).Says("No SMS is sent before there is a price.").Found(`class="button primary" href="([^"]*)">Set prices<`)
	form := entries(ada.Get(at).Want(http.StatusOK))
	write(form, "currency", "EUR", "chf")
	write(form, "time_zone", "UTC", "Europe/Zurich")
	write(form, "price.prefix", "", "+41")
	write(form, "price.amount", "", "0.0755")
	write(form, "budget.of", "", "application:"+w.App.ID)
	write(form, "budget.period", "month", "quarter")
	write(form, "budget.limit", "", "1,250.50")
	write(form, "budget.warn_at", "", "90 %")
	write(form, "budget.of", "", "country")
	form["budget.country"][1] = "ch"
	write(form, "budget.limit", "", "0")
	write(form, "limit.account.max", "10", "20")
	write(form, "limit.account.per", "", "2")
	write(form, "limit.account.max", "", "30")
	form["limit.account.unit"][1] = "d"
	before := w.told()
	shown := ada.Post(at+"/changes", form).Want(http.StatusOK).Says("EUR → CHF", "UTC → Europe/Zurich", "Price of one SMS to +41", "not set → 0.0755 CHF", "Application Portal, each quarter", "not set → 1250.50 CHF, warns from 90 %",
		"Country CH, each month", "0.00 CHF, forbids every SMS", "10 in 1 hour → 20 in 1 hour; 30 in 2 days").Silent("E-mails with codes")
	if w.told() != before || len(w.kept().Prices) != 0 {
		t.Error("looking at what would change has changed something")
	}
	ada.Get(ada.Post(at, entries(shown)).Want(http.StatusSeeOther).To()).Says("Saved.", "+41", "0.0755 CHF")
	got := w.kept()
	if got.Currency != "CHF" || got.TimeZone != "Europe/Zurich" || got.Prices["+41"] != 755 || len(got.Budgets) != 2 || got.Budgets[0] != (ledger.Budget{Scope: ledger.ScopeApplication, Subject: w.App.ID, Cycle: ledger.Quarterly, Limit: 12_505_000, WarnAt: 90}) ||
		got.Budgets[1] != (ledger.Budget{Scope: ledger.ScopeCountry, Subject: "CH", Cycle: ledger.Monthly, WarnAt: 80}) || !slices.Equal(got.Limits.Account, []ledger.Rate{{Max: 20, Per: time.Hour}, {Max: 30, Per: 48 * time.Hour}}) {
		t.Errorf("%+v", got)
	}
	if n := w.Count(`(SELECT kind FROM outbox WHERE sequenced_at = 0 AND kind = $1 AND actor_kind = 'operator' AND actor = $2
		UNION ALL SELECT kind FROM audit_entries WHERE kind = $1 AND actor = 'operator:' || $2) AS theirs`, stored.SettingsChanged, ada.Operator.ID); n != 1 {
		t.Errorf("it is recorded %d times as hers", n)
	}
}

func TestWhatIsSavedUnchangedStaysInBothLanguagesAndIsNotRecorded(t *testing.T) {
	w := newWorld(t)
	before, told := w.kept(), w.told()
	ada := w.In(operator.Administrator, "")
	for _, lang := range []string{german, english} {
		form := w.see(ada, lang)
		ada.Post(costs(w.Service)+"/settings/changes", form, "Accept-Language", lang).Want(http.StatusOK).Silent("<dt>")
		ada.Post(costs(w.Service)+"/settings", form, "Accept-Language", lang).Want(http.StatusSeeOther)
	}
	if after := w.kept(); len(after.Budgets) != 3 || !slices.Equal(after.Budgets, before.Budgets) || after.Prices["+49"] != before.Prices["+49"] || w.told() != told {
		t.Errorf("%+v became %+v", before, after)
	}
}

func TestAmountsAreWrittenAndReadInGerman(t *testing.T) {
	w := newWorld(t)
	w.sms(true)
	ada := w.In(operator.Administrator, "")
	ada.Get(costs(w.Service), "Accept-Language", german).Want(http.StatusOK).Says("0,0755 EUR", "100,00 EUR").Silent("0.0755", "100.00")
	form := w.see(ada, german)
	write(form, "price.amount", "0,0755", "0,08")
	write(form, "budget.limit", "100,00", "5.000,25")
	ada.Post(costs(w.Service)+"/settings/changes", form, "Accept-Language", german).Want(http.StatusOK).
		Says("0,0755 EUR → 0,08 EUR", "100,00 EUR, warnt ab 80 % → 5000,25 EUR, warnt ab 80 %", "Ganzer Mandant, jedes Quartal")
	ada.Post(costs(w.Service)+"/settings", form, "Accept-Language", german).Want(http.StatusSeeOther)
	if got := w.kept(); got.Prices["+49"] != 800 || got.Budgets[0].Limit != 50_002_500 {
		t.Errorf("%+v", got)
	}
}

func TestRowsAreTakenAwayAndAddedWithoutAScript(t *testing.T) {
	w := newWorld(t)
	ada := w.In(operator.Administrator, "")
	form := w.see(ada, english)
	form.Set("price.out", "0")
	form["budget.out"] = []string{"1"}
	write(form, "price.prefix", "", "+43")
	write(form, "price.amount", "", "0.08")
	form.Set("edit", "yes")
	more := ada.Post(costs(w.Service)+"/settings/changes", form).Want(http.StatusOK)
	form = entries(more)
	if rows := len(form["price.prefix"]); rows != 11 || !slices.Contains(form["price.prefix"], "+43") || form.Get("price.out") != "0" || form.Get("budget.out") != "1" || len(form["budget.of"]) != 12 {
		t.Errorf("%d prices, %v", rows, form)
	}
	ada.Post(costs(w.Service)+"/settings/changes", form).Want(http.StatusOK).Says("0.0755 EUR → not set any more", "not set → 0.08 EUR", "Group customers, each month", "0.15 EUR, warns from 80 % → not set any more").Silent("Country AT")
	ada.Post(costs(w.Service)+"/settings", form).Want(http.StatusSeeOther)
	if got := w.kept(); len(got.Prices) != 1 || got.Prices["+43"] != 800 || len(got.Budgets) != 2 || got.Budgets[1].Subject != "AT" {
		t.Errorf("%+v", got)
	}
	form = w.see(ada, english)
	write(form, "price.prefix", "+43", "")
	write(form, "price.amount", "0.08", "")
	ada.Post(costs(w.Service)+"/settings/changes", form).Says("not set any more", "There would be no price: no SMS is sent.")
}

func TestAMistakeIsToldAtItsFieldInTheLanguageWithWhatWasTypedAndNothingChanges(t *testing.T) {
	w := newWorld(t)
	other := w.NewService("Other AG")
	before, told := w.kept(), w.told()
	ada := w.In(operator.Administrator, "")
	for name, c := range map[string]struct {
		typed  string // fields with their rows, and what is typed into them
		marked string
		de, en string
	}{
		"a currency":                {"currency/0=EURO", "currency-0", "ISO 4217, etwa EUR.", "Three letters of ISO 4217"},
		"a time zone":               {"time_zone/0=Mars", "time_zone-0", "IANA-Liste heißt", "as the IANA list calls it"},
		"the program's own zone":    {"time_zone/0=Local", "time_zone-0", "IANA-Liste heißt", "as the IANA list calls it"},
		"a beginning":               {"price.prefix/0=0049", "price-prefix-0", "mit + und Land", "with + and country"},
		"a beginning twice":         {"price.prefix/1=+4 9;price.amount/1=1", "price-prefix-1", "weiter oben schon ein Preis", "There is a price for this beginning above."},
		"no price":                  {"price.prefix/1=+43", "price-amount-1", "Ein Betrag von 0 bis 1000 mit", "An amount from 0 to 1000 with"},
		"a price of nothing":        {"price.amount/1=1", "price-prefix-1", "mit + und Land", "with + and country"},
		"a price beyond all":        {"price.amount/0=1001", "price-amount-0", "Ein Betrag von 0 bis 1000 mit", "An amount from 0 to 1000 with"},
		"a price that is none":      {"price.amount/0=-1", "price-amount-0", "Ein Betrag von 0 bis 1000 mit", "An amount from 0 to 1000 with"},
		"no amount":                 {"budget.limit/0=free", "budget-limit-0", "Ein Betrag von 0 bis 999999999", "An amount from 0 to 999999999"},
		"less than an SMS":          {"budget.limit/0=0,01", "budget-limit-0", "0 verbietet jede SMS; sonst", "0 forbids every SMS; otherwise"},
		"nobody's budget":           {"budget.limit/3=5", "budget-of-3", "wofür das Budget ist", "Choose what the budget is of."},
		"another's application":     {"budget.of/3=application:" + other.App.ID + ";budget.limit/3=5", "budget-of-3", "wofür das Budget ist", "Choose what the budget is of."},
		"a group of no name":        {"budget.of/3=group:;budget.limit/3=5", "budget-of-3", "wofür das Budget ist", "Choose what the budget is of."},
		"no country":                {"budget.of/3=country;budget.limit/3=5", "budget-country-3", "Zwei Buchstaben nach ISO 3166", "Two letters of ISO 3166"},
		"a country beside":          {"budget.of/3=group:" + w.group.ID + ";budget.country/3=DE;budget.limit/3=5;budget.period/3=quarter", "budget-country-3", "Ein Land gehört nur zu", "A country belongs only to"},
		"a budget twice":            {"budget.of/3=tenant;budget.limit/3=5;budget.period/3=quarter", "budget-of-3", "weiter oben schon ein Budget", "There is a budget of this above"},
		"a share":                   {"budget.warn_at/0=101", "budget-warn_at-0", "von 1 bis 100, oder nichts", "from 1 to 100, or nothing"},
		"a share of nothing":        {"budget.warn_at/0=0", "budget-warn_at-0", "von 1 bis 100, oder nichts", "from 1 to 100, or nothing"},
		"a period":                  {"budget.period/0=week", "budget-period-0", "Monat oder Quartal", "Choose month or quarter."},
		"no messages":               {"limit.prefix.max/0=0", "limit-prefix-max-0", "Eine ganze Zahl von 1 bis 1000000.", "A whole number from 1 to 1000000."},
		"no time":                   {"limit.prefix.per/0=", "limit-prefix-per-0", "mit der Einheit 1 Minute bis 31 Tage", "1 minute to 31 days"},
		"a time beyond all":         {"limit.prefix.per/0=32;limit.prefix.unit/0=d", "limit-prefix-per-0", "mit der Einheit 1 Minute bis 31 Tage", "1 minute to 31 days"},
		"a time beyond all numbers": {"limit.prefix.per/0=99999999999999;limit.prefix.unit/0=h", "limit-prefix-per-0", "mit der Einheit 1 Minute bis 31 Tage", "1 minute to 31 days"},
	} {
		for lang, says := range map[string]string{german: c.de, english: c.en} {
			form := w.see(ada, lang)
			for one := range strings.SplitSeq(c.typed, ";") {
				field, text, _ := strings.Cut(one, "=")
				name, row, _ := strings.Cut(field, "/")
				at, err := strconv.Atoi(row)
				w.Must(err)
				form[name][at] = text
			}
			for _, path := range []string{"/settings", "/settings/changes"} {
				got := ada.Post(costs(w.Service)+path, form, "Accept-Language", lang).Want(http.StatusUnprocessableEntity)
				if said := got.Found(`id="` + c.marked + `-wrong">([^<]*)<`); !strings.Contains(said, says) {
					t.Errorf("%s in %s: %q", name, lang, said)
				}
				again := entries(got)
				for _, field := range []string{"seen", "currency", "time_zone", "price.prefix", "price.amount", "budget.limit", "limit.prefix.max", "limit.prefix.per"} {
					if strings.TrimSpace(strings.Join(again[field], " ")) != strings.TrimSpace(strings.Join(form[field], " ")) {
						t.Errorf("%s: %s was %q and is %q", name, field, form[field], again[field])
					}
				}
			}
		}
	}
	if after := w.kept(); w.told() != told || !slices.Equal(after.Budgets, before.Budgets) {
		t.Errorf("%+v", after)
	}
}

func TestTheSameTimeTwiceIsToldAtItsLimit(t *testing.T) {
	w := newWorld(t)
	ada := w.In(operator.Administrator, "")
	form := w.see(ada, english)
	form["limit.prefix.max"][1], form["limit.prefix.per"][1] = "200", "10"
	ada.Post(costs(w.Service)+"/settings", form).Want(http.StatusUnprocessableEntity).Says("At most four entries, and one for the same time.")
	form["limit.prefix.unit"][1] = "h"
	ada.Post(costs(w.Service)+"/settings", form).Want(http.StatusSeeOther)
	if got := w.kept().Limits.Prefix; !slices.Equal(got, []ledger.Rate{{Max: 100, Per: 10 * time.Minute}, {Max: 200, Per: 10 * time.Hour}}) {
		t.Errorf("%v", got)
	}
	form = w.see(ada, english)
	form["limit.prefix.max"], form["limit.prefix.per"] = nil, nil
	ada.Post(costs(w.Service)+"/settings", form).Want(http.StatusSeeOther)
	if got := w.kept().Limits; !slices.Equal(got.Prefix, ledger.DefaultLimits().Prefix) || len(got.Number) != 2 {
		t.Errorf("without any entry: %v", got)
	}
}

func TestOfTwoWhoSetAtOnceTheSecondIsToldAndUndoesNothing(t *testing.T) {
	w := newWorld(t)
	ada, bo := w.In(operator.Administrator, ""), w.In(operator.Administrator, w.Tenant.ID)
	hers, his := w.see(ada, english), w.see(bo, english)
	write(hers, "price.amount", "0.0755", "0.08")
	write(his, "budget.limit", "100.00", "200")
	ada.Post(costs(w.Service)+"/settings", hers).Want(http.StatusSeeOther)
	told := w.told()
	for _, path := range []string{"/settings/changes", "/settings"} {
		bo.Post(costs(w.Service)+path, his).Want(http.StatusConflict).Says("Somebody else has changed the settings meanwhile", "0.08 EUR → 0.0755 EUR", "200.00 EUR")
	}
	for _, seen := range []string{"", "x"} {
		his.Set("seen", seen)
		bo.Post(costs(w.Service)+"/settings", his).Want(http.StatusConflict)
	}
	if got := w.kept(); got.Prices["+49"] != 800 || got.Budgets[0].Limit != 1_000_000 || w.told() != told {
		t.Errorf("%+v", got)
	}
	again := entries(bo.Post(costs(w.Service)+"/settings", his))
	bo.Post(costs(w.Service)+"/settings", again).Want(http.StatusSeeOther)
	if got := w.kept(); got.Budgets[0].Limit != 2_000_000 {
		t.Errorf("what he has seen and wants all the same is not saved: %+v", got)
	}
	if got := w.Call(http.MethodPut, "/v1/sms/settings", `{"prices":{"+49":"0.10"}}`); got != http.StatusOK {
		t.Fatal(got)
	}
	ada.Post(costs(w.Service)+"/settings", again).Want(http.StatusConflict)
}

func TestOnlyAnAdministratorOfTheTenantSetsItFromThePageItselfWithAPasskeyThatAnsweredLately(t *testing.T) {
	w := newWorld(t)
	other := w.NewService("Other AG")
	ada := w.In(operator.Administrator, "")
	form := w.see(ada, english)
	write(form, "price.amount", "0.0755", "0.01")
	before, told := w.kept(), w.told()
	paths := []string{"/settings", "/settings/changes"}
	for _, path := range paths {
		for _, role := range []operator.Role{operator.Support, operator.Auditor} {
			w.In(role, "").Post(costs(w.Service)+path, form).Want(http.StatusForbidden)
			w.In(role, other.Tenant.ID).Post(costs(w.Service)+path, form).Want(http.StatusNotFound)
		}
		w.In(operator.Administrator, other.Tenant.ID).Post(costs(w.Service)+path, form).Want(http.StatusNotFound).Silent("Muster")
		for _, headers := range [][]string{{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, {"Origin", "null", "Sec-Fetch-Site", "same-site"}} {
			if got := ada.Post(costs(w.Service)+path, form, headers...); got.Status != http.StatusForbidden {
				t.Errorf("%s from %v: %d", path, headers, got.Status)
			}
		}
		w.Browser().Post(costs(w.Service)+path, form).Want(http.StatusUnauthorized)
	}
	w.In(operator.Support, "").Get(costs(w.Service) + "/settings").Want(http.StatusForbidden)
	w.In(operator.Auditor, "").Get(costs(w.Service)+"/settings").Want(http.StatusOK).Says("<fieldset disabled>", "0.0755").Silent("What would this change?")
	w.Pass(operator.Fresh + time.Minute)
	asked := ada.Post(costs(w.Service)+"/settings", form).Want(http.StatusUnauthorized).Says("Confirm that it is you")
	if got := w.kept(); got.Prices["+49"] != before.Prices["+49"] || w.told() != told {
		t.Fatalf("%+v", got)
	}
	again := entries(asked)
	again.Set("passkey", ada.Answer(asked))
	ada.Post(costs(w.Service)+"/settings", again).Want(http.StatusSeeOther)
	if got := w.kept(); got.Prices["+49"] != 100 || len(got.Budgets) != 3 {
		t.Errorf("after the passkey has answered: %+v", got)
	}
}

func TestAsManyPricesAsThereMayBeAreSetByTheForm(t *testing.T) {
	w := newWorld(t)
	s := w.kept()
	for i := range 1999 {
		s.Prices["+1"+strconv.Itoa(100_000_000_000+i)] = ledger.Amount(i % 1000)
	}
	_, err := w.ledger.PutSettings(t.Context(), w.Tenant.ID, s, outbox.Actor{})
	w.Must(err)
	ada := w.In(operator.Administrator, "")
	form := w.see(ada, english)
	form["price.amount"][slices.Index(form["price.prefix"], "+49")] = "0.08"
	ada.Post(costs(w.Service)+"/settings", form).Want(http.StatusSeeOther)
	if got := w.kept(); len(got.Prices) != 2000 || got.Prices["+49"] != 800 {
		t.Errorf("%d prices, %s", len(got.Prices), got.Prices["+49"])
	}
	form.Add("price.prefix", "+43")
	form.Add("price.amount", "1")
	form.Set("seen", w.see(ada, english).Get("seen"))
	ada.Post(costs(w.Service)+"/settings", form).Want(http.StatusUnprocessableEntity).Says("at most 2000 prices and 500 budgets")
}

func TestAFormOfMoreRowsThanThereMayBeIsNotShownAgain(t *testing.T) {
	w := newWorld(t)
	ada := w.In(operator.Administrator, w.Tenant.ID)
	for field, rows := range map[string]int{"price.prefix": 2010, "budget.of": 510} {
		for _, path := range []string{"/settings", "/settings/changes"} {
			form := url.Values{"seen": {w.see(ada, english).Get("seen")}, field: slices.Repeat([]string{"tenant"}, rows)}
			got := ada.Post(costs(w.Service)+path, form).Want(http.StatusUnprocessableEntity).Says("at most 2000 prices and 500 budgets")
			if len(got.Text) > 10_000 {
				t.Errorf("%d rows of %s to %s are answered by %d bytes", rows, field, path, len(got.Text))
			}
		}
	}
}

func TestABudgetOfAGroupThatWasDeletedIsNamedUntilItIsTakenAway(t *testing.T) {
	w := newWorld(t)
	ada := w.In(operator.Administrator, "")
	w.SQL(`DELETE FROM groups WHERE id = $1`, w.group.ID)
	form := w.see(ada, english)
	ada.Post(costs(w.Service)+"/settings", form).Want(http.StatusUnprocessableEntity).Found(`id="budget-of-1-wrong">(Choose what the budget is of)`)
	form["budget.out"] = []string{"1"}
	ada.Post(costs(w.Service)+"/settings", form).Want(http.StatusSeeOther)
	if got := w.kept().Budgets; len(got) != 2 {
		t.Errorf("%+v", got)
	}
}

func TestABudgetOfARevokedApplicationStays(t *testing.T) {
	w := newWorld(t)
	s := w.kept()
	s.Budgets = []ledger.Budget{{Scope: ledger.ScopeApplication, Subject: w.App.ID, Cycle: ledger.Monthly, Limit: 1_000_000}}
	_, err := w.ledger.PutSettings(t.Context(), w.Tenant.ID, s, outbox.Actor{})
	w.Must(err)
	w.SQL(`UPDATE applications SET revoked_at = 1 WHERE id = $1`, w.App.ID)
	ada := w.In(operator.Administrator, "")
	page := ada.Get(costs(w.Service) + "/settings").Says("Application Portal").Silent(`<option value="application:`)
	form := entries(page)
	write(form, "budget.limit", "100.00", "200")
	ada.Post(costs(w.Service)+"/settings", form).Want(http.StatusSeeOther)
	if got := w.kept().Budgets; len(got) != 1 || got[0].Limit != 2_000_000 {
		t.Errorf("%+v", got)
	}
}

func TestAnAlarmedBudgetSaysUntilWhenPeopleAreLetThrough(t *testing.T) {
	w := newWorld(t)
	w.sms(true)
	w.SQL(`UPDATE ledger_pots SET budget_limit = 1000000, alarmed_at = 1767225600000000 WHERE pot LIKE 'tenant:%'`)
	w.In(operator.Auditor, "").Get(costs(w.Service)).Want(http.StatusOK).Says("Lets those who have nothing else through until 2 January 2026, 01:00")
}

func TestScriptInWhatWasTypedIsText(t *testing.T) {
	w := newWorld(t)
	ada := w.In(operator.Administrator, "")
	w.SQL(`UPDATE groups SET name = '<script>alert(1)</script>'`)
	form := w.see(ada, english)
	for _, field := range []string{"currency", "time_zone", "price.prefix", "budget.limit"} {
		form[field][0] = `"><script>alert(1)</script>`
	}
	if got := ada.Post(costs(w.Service)+"/settings/changes", form).Want(http.StatusUnprocessableEntity); strings.Contains(got.Text, "<script>alert") {
		t.Error(got.Text)
	}
}
