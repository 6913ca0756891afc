package ledger_test

import (
	"encoding/json"
	"sync/atomic"
	"testing"

	"github.com/jawort/jawort/courier"
	domain "github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/ledger"
	"github.com/jawort/jawort/store/outbox"
	"github.com/jawort/jawort/webhook"
)

var actor = outbox.Actor{Kind: outbox.ByKey, ID: "key_1"}

func TestParallelReservationsNeverExceedABudgetAndItWarnsOnce(t *testing.T) {
	onEach(t, func(w *world) {
		w.budget(domain.Budget{Scope: domain.ScopeTenant, Cycle: domain.Quarterly, Limit: 25_500})
		accounts := []string{w.newAccount(w.tenant), w.newAccount(w.tenant), w.newAccount(w.tenant)}
		apps := []string{w.app, w.newApplication(w.tenant)}
		passed := inParallel(80, func(i int) bool {
			r := w.sms(accounts[i%3])
			r.Application = apps[i%2]
			err := w.reserve(r)
			if err != nil && !is(err, domain.ErrBudgetSpent) {
				t.Error(err)
			}
			return err == nil
		})
		wantEqual(w.T, "messages that passed", passed, 25)
		wantEqual(w.T, "spent", w.spent(domain.ScopeTenant, "", domain.Quarterly), 25_000)
		wantEqual(w.T, "reserved", w.sum("price", "ledger_entries"), 25_000)
		for kind, want := range map[string]int64{"budget.warned": 1, "budget.stopped": 1, "budget.alarm": 0} {
			wantEqual(w.T, kind, w.told(kind), want)
		}
	})
}

func TestABudgetIsNeverExceededWhileMessagesFailAndGiveTheirMoneyBack(t *testing.T) {
	onEach(t, func(w *world) {
		w.budget(domain.Budget{Scope: domain.ScopeApplication, Subject: w.app, Cycle: domain.Monthly, Limit: 5000})
		own := w.newAccount(w.tenant)
		var standing, most atomic.Int64
		inParallel(16, func(i int) bool {
			for range 6 {
				r := w.sms(own)
				if err := w.reserve(r); err != nil {
					if !is(err, domain.ErrBudgetSpent) {
						t.Error(err)
					}
					continue
				}
				most.Store(max(most.Load(), standing.Add(1)))
				standing.Add(-1) // before it is given back, so that this never counts too many
				if err := w.settle(r.Message, courier.Failed); err != nil {
					t.Error(err)
				}
			}
			return true
		})
		if most.Load() > 5 {
			w.Errorf("%d messages were reserved at once", most.Load())
		}
		wantEqual(w.T, "spent when all is over", w.spent(domain.ScopeApplication, w.app, domain.Monthly), 0)
	})
}

func TestEachScopeHasItsOwnBudget(t *testing.T) {
	onEach(t, func(w *world) {
		other, group := w.newApplication(w.tenant), w.newGroup(w.tenant)
		w.budget(
			domain.Budget{Scope: domain.ScopeApplication, Subject: w.app, Cycle: domain.Monthly, Limit: 1000},
			domain.Budget{Scope: domain.ScopeGroup, Subject: group, Cycle: domain.Monthly, Limit: 1000},
			domain.Budget{Scope: domain.ScopeCountry, Subject: "AT", Cycle: domain.Quarterly, Limit: 755},
		)
		own := w.newAccount(w.tenant)
		try := func(change func(r *domain.Reservation)) error {
			r := w.sms(own)
			r.Application = other
			change(&r)
			return w.reserve(r)
		}
		for name, change := range map[string]func(r *domain.Reservation){
			"application": func(r *domain.Reservation) { r.Application = w.app },
			"group":       func(r *domain.Reservation) { r.Group = group },
			"country":     func(r *domain.Reservation) { r.Number = "+436641234567" },
		} {
			must(w.T, try(change))
			err := try(change)
			wantError(w.T, err, domain.ErrBudgetSpent)
			wantExtra(w.T, err, "budget", name)
		}
		must(w.T, try(func(*domain.Reservation) {}))
		wantEqual(w.T, "budgets that told that they stop", w.told("budget.stopped"), 3)
	})
}

func TestABudgetBeginsAnewWithItsPeriod(t *testing.T) {
	onEach(t, func(w *world) {
		w.clock("2026-10-31T22:30:00Z") // in Berlin the last half hour of October, after the clocks went back
		w.budget(domain.Budget{Scope: domain.ScopeTenant, Cycle: domain.Monthly, Limit: 1000}, domain.Budget{Scope: domain.ScopeTenant, Cycle: domain.Quarterly, Limit: 2000})
		own := w.newAccount(w.tenant)
		must(w.T, w.reserve(w.sms(own)))
		wantError(w.T, w.reserve(w.sms(own)), domain.ErrBudgetSpent)
		w.clock("2026-10-31T23:00:01Z")
		must(w.T, w.reserve(w.sms(own)))
		wantError(w.T, w.reserve(w.sms(own)), domain.ErrBudgetSpent)
		w.clock("2026-12-31T22:59:00Z")
		wantError(w.T, w.reserve(w.sms(own)), domain.ErrBudgetSpent) // December has money, the quarter has none
		w.clock("2026-12-31T23:00:01Z")
		must(w.T, w.reserve(w.sms(own)))
	})
}

func TestWhoHasOnlySMSIsLockedOutAfterAnAlarmAndItsGraceOnly(t *testing.T) {
	onEach(t, func(w *world) {
		w.clock("2026-11-02T08:00:00Z")
		w.budget(domain.Budget{Scope: domain.ScopeTenant, Cycle: domain.Monthly, Limit: 1000})
		own := w.newAccount(w.tenant)
		must(w.T, w.reserve(w.sms(own)))
		only := func() error {
			r := w.sms(own)
			r.OnlyMethod = true
			return w.reserve(r)
		}
		w.clock("2026-11-05T08:00:00Z")
		passed := inParallel(6, func(int) bool { return only() == nil })
		wantEqual(w.T, "messages that passed", passed, 6)
		wantEqual(w.T, "alarms", w.told("budget.alarm"), 1)
		wantError(w.T, w.reserve(w.sms(own)), domain.ErrBudgetSpent)
		w.clock("2026-11-06T07:59:00Z")
		must(w.T, only())
		w.clock("2026-11-06T08:01:00Z")
		wantError(w.T, only(), domain.ErrBudgetSpent)
		wantEqual(w.T, "alarms", w.told("budget.alarm"), 1)
		w.budget(domain.Budget{Scope: domain.ScopeTenant, Cycle: domain.Monthly, Limit: 2000}) // raised, and used up already
		must(w.T, only())
		wantEqual(w.T, "alarms", w.told("budget.alarm"), 2)
	})
}

func TestABudgetTellsItsFiguresAndNobodysNumber(t *testing.T) {
	onEach(t, func(w *world) {
		w.clock("2026-11-02T08:00:00Z")
		w.budget(domain.Budget{Scope: domain.ScopeApplication, Subject: w.app, Cycle: domain.Monthly, Limit: 1000})
		r := w.sms(w.newAccount(w.tenant))
		must(w.T, w.reserve(r))
		r = w.sms(r.Account)
		r.OnlyMethod = true
		must(w.T, w.reserve(r))
		for kind, want := range map[string]string{
			"budget.warned":  `{"scope":"application","subject":"` + w.app + `","period":"2026-11","limit":"0.10","spent":"0.10","percent":100,"currency":"EUR"}`,
			"budget.stopped": `{"scope":"application","subject":"` + w.app + `","period":"2026-11","limit":"0.10","spent":"0.10","percent":100,"currency":"EUR"}`,
		} {
			got, err := db.One(t.Context(), w.Reads(), db.ScanString, `SELECT data FROM outbox WHERE kind = $1 AND tenant = $2 AND application = $3`, kind, w.tenant, w.app)
			must(w.T, err)
			wantEqual(w.T, kind, got, want)
		}
		alarm, err := db.One(t.Context(), w.Reads(), db.ScanString, `SELECT data FROM outbox WHERE kind = 'budget.alarm'`)
		must(w.T, err)
		var told struct{ Spent, Until string }
		must(w.T, json.Unmarshal([]byte(alarm), &told))
		if told.Spent != "0.20" || told.Until[:16] != "2026-11-03T08:00" {
			w.Errorf("the alarm tells %s", alarm)
		}
	})
}

func TestABudgetThatIsSetLaterKnowsWhatWasSpent(t *testing.T) {
	onEach(t, func(w *world) {
		own := w.newAccount(w.tenant)
		for range 3 {
			w.sent(w.sms(own))
		}
		w.budget(domain.Budget{Scope: domain.ScopeTenant, Cycle: domain.Monthly, Limit: 3500})
		wantEqual(w.T, "warnings when it is set", w.told("budget.warned"), 1)
		wantEqual(w.T, "stops when it is set", w.told("budget.stopped"), 1)
		wantError(w.T, w.reserve(w.sms(own)), domain.ErrBudgetSpent)
		wantEqual(w.T, "warnings", w.told("budget.warned"), 1)
	})
}

func TestABudgetOfWhatIsNotTheTenantsIsRefused(t *testing.T) {
	onEach(t, func(w *world) {
		other := w.newTenant()
		for scope, foreign := range map[domain.Scope]string{domain.ScopeApplication: w.newApplication(other), domain.ScopeGroup: w.newGroup(other)} {
			for _, subject := range []string{foreign, "none"} {
				s := settings()
				s.Budgets = []domain.Budget{{Scope: scope, Subject: subject, Cycle: domain.Monthly, Limit: 100_000}}
				_, err := w.PutSettings(t.Context(), w.tenant, s, actor)
				wantExtra(w.T, err, "field", "budgets[0].subject")
			}
		}
	})
}

func TestSettingsThatStayAsTheyAreChangeNothing(t *testing.T) {
	onEach(t, func(w *world) {
		before := w.told(ledger.SettingsChanged)
		for _, want := range []bool{true, false, false} {
			s := settings()
			s.Prices["+43"] = 800
			changed, err := w.PutSettings(t.Context(), w.tenant, s, actor)
			must(w.T, err)
			wantEqual(w.T, "changed", changed, want)
			wantEqual(w.T, "events", w.told(ledger.SettingsChanged)-before, 1)
			kept, err := w.Settings(t.Context(), w.tenant)
			must(w.T, err)
			wantEqual(w.T, "price", kept.Prices["+43"], 800)
			wantEqual(w.T, "currency", kept.Currency, "EUR")
		}
		s := settings()
		s.Prices["43"] = 1
		_, err := w.PutSettings(t.Context(), w.tenant, s, actor)
		wantExtra(w.T, err, "field", "prices")
	})
}

func TestABudgetTellsAllThatItsWebhooksPromise(t *testing.T) {
	onEach(t, func(w *world) {
		w.clock("2026-11-02T08:00:00Z")
		w.budget(domain.Budget{Scope: domain.ScopeCountry, Subject: "DE", Cycle: domain.Monthly, Limit: 1000})
		own := w.newAccount(w.tenant)
		must(w.T, w.reserve(w.sms(own)))
		r := w.sms(own)
		r.OnlyMethod = true
		must(w.T, w.reserve(r))
		for _, kind := range []domain.Event{domain.Warned, domain.Stopped, domain.Alarmed} {
			w.wantPromised(string(kind))
		}
	})
}

// wantPromised wants the event to have been told with each member that a receiver is promised.
func (w *world) wantPromised(kind string) {
	w.Helper()
	e, err := db.One(w.Context(), w.Reads(), func(r db.Row) (e webhook.Event, err error) {
		var facts string
		err = r.Scan(&e.Application, &e.Account, &e.Subject, &facts)
		e.Type, e.Facts = kind, json.RawMessage(facts)
		return e, err
	}, `SELECT application, account, subject, data FROM outbox WHERE kind = $1 AND tenant = $2`, kind, w.tenant)
	must(w.T, err)
	body, err := e.Payload()
	must(w.T, err)
	var told struct{ Data map[string]any }
	must(w.T, json.Unmarshal(body, &told))
	for _, typ := range webhook.Types {
		for _, name := range append([]string{typ.Subject}, typ.Facts...) {
			if typ.Name == kind && name != "" && told.Data[name] == nil {
				w.Errorf("%s lacks %s: %s", kind, name, body)
			}
		}
	}
}
