package costs

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/pages"
)

// fact is one of the settings in words.
type fact struct {
	key  string // by which it is the same before and after
	What string
	Is   string
}

// change is what becomes of a fact; empty: it is not there.
type change struct{ What, Before, After string }

// changes tells what differs, in the order of what was and then of what is new.
func changes(was, will []fact) (all []change) {
	after := map[string]fact{}
	for _, f := range will {
		after[f.key] = f
	}
	for _, f := range was {
		if now := after[f.key]; now.Is != f.Is {
			all = append(all, change{f.What, f.Is, now.Is})
		}
		delete(after, f.key)
	}
	for _, f := range will {
		if _, added := after[f.key]; added {
			all = append(all, change{f.What, "", f.Is})
		}
	}
	return all
}

// facts tells settings in the language of the visit.
func facts(v *console.Visit, s ledger.Settings, called map[string]string) []fact {
	s = s.WithDefaults()
	all := []fact{{"currency", v.Text("costs.currency"), string(s.Currency)}, {"zone", v.Text("costs.time_zone"), s.TimeZone}}
	for _, prefix := range slices.Sorted(maps.Keys(s.Prices)) {
		all = append(all, fact{"price " + prefix, v.Text("costs.fact.price", prefix), v.Page.Money(s.Prices[prefix], s.Currency)})
	}
	for _, b := range s.Budgets {
		pot := ledger.Pot{Scope: b.Scope, Subject: b.Subject, Period: string(b.Cycle)}
		what := of(v, pot, called) + ", " + v.Text("costs.period."+string(b.Cycle))
		all = append(all, fact{"budget " + pot.String(), what, bounds(v, b, s.Currency)})
	}
	for name, rates := range s.Limits.All() {
		all = append(all, fact{"limit " + name, v.Text("costs.limit." + name), told(v, *rates)})
	}
	return all
}

func bounds(v *console.Visit, b ledger.Budget, c ledger.Currency) string {
	if b.Limit == 0 {
		return v.Text("costs.fact.forbids", v.Page.Money(0, c))
	}
	return v.Text("costs.fact.budget", v.Page.Money(b.Limit, c), b.WarnAt)
}

func told(v *console.Visit, rates []ledger.Rate) string {
	texts := make([]string, len(rates))
	for i, r := range rates {
		n, unit := spell(r.Per)
		texts[i] = v.Text("costs.fact.rate", r.Max, v.Text("costs.per."+unit, n))
	}
	return strings.Join(texts, "; ")
}

// The units in which times are entered.
var (
	units   = []string{"s", "m", "h", "d"}
	lengths = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}
)

// spell returns a time in the largest unit of which it is whole.
func spell(d time.Duration) (n int, unit string) {
	for _, u := range units {
		if d%lengths[u] == 0 {
			unit = u
		}
	}
	return int(d / lengths[unit]), unit
}

// valuesOf are what the form of settings has in its fields.
func valuesOf(p *pages.Page, s ledger.Settings) values {
	v := values{"currency": {string(s.Currency)}, "time_zone": {s.TimeZone}}
	for _, prefix := range slices.Sorted(maps.Keys(s.Prices)) {
		v.add(pricesTable, prefix, p.Amount(s.Prices[prefix]))
	}
	for _, b := range s.Budgets {
		country := ""
		if b.Scope == ledger.ScopeCountry {
			country = b.Subject
		}
		v.add(budgetsTable, subjectOf(b), country, p.Amount(b.Limit), string(b.Cycle), strconv.Itoa(b.WarnAt))
	}
	for name, rates := range s.Limits.All() {
		for _, r := range *rates {
			n, unit := spell(r.Per)
			v.add(ratesTable(name), strconv.Itoa(r.Max), strconv.Itoa(n), unit)
		}
	}
	return v
}

// subjectOf is what a budget is of, as the form has it: of a country, another field says which.
func subjectOf(b ledger.Budget) string {
	if b.Scope == ledger.ScopeApplication || b.Scope == ledger.ScopeGroup {
		return string(b.Scope) + ":" + b.Subject
	}
	return string(b.Scope)
}
