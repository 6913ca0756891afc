package costs

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/jawort/jawort/ledger"
)

// form is a tenant's settings as people type them, with what is wrong about each entry.
type form struct {
	Currency, Zone entry
	Prices         []priceRow
	Budgets        []budgetRow
	Limits         []limitRows
	Wrong          []string // keys of what is wrong and belongs to no entry
}

// entry is one field.
type entry struct {
	Name, ID string
	Text     string
	Wrong    string // key of what is wrong with it; empty: nothing
}

type priceRow struct {
	At            int
	Prefix, Price entry
	Out           bool // it is to be taken away
}

type budgetRow struct {
	At                                int
	Of, Country, Cycle, Limit, WarnAt entry
	Out                               bool
	Kept                              string // what it is of, where there is such a budget: that stays
}

// limitRows are the rates of one limit.
type limitRows struct {
	Name  string
	Rates []rateRow
	Wrong string
}

type rateRow struct {
	At             int
	Max, Per, Unit entry
}

func (r priceRow) empty() bool { return r.Prefix.Text+r.Price.Text == "" }

func (r budgetRow) empty() bool { return r.Of.Text+r.Country.Text+r.Limit.Text == "" }

func (r rateRow) empty() bool { return r.Max.Text+r.Per.Text == "" }

// values are what a form sends of its fields: what those of one name have at one place is a row.
type values url.Values

// table is what the names of a row's fields begin with, and end with. Of an empty row nothing was typed into those that come first.
type table struct {
	name    string
	typed   []string
	further []string
	most    int // rows
}

const maxRates = 4 // of a limit

var (
	pricesTable  = table{"price", []string{"prefix", "amount"}, nil, 2000}
	budgetsTable = table{"budget", []string{"of", "country", "limit"}, []string{"period", "warn_at"}, 500}
)

func ratesTable(limit string) table {
	return table{"limit." + limit, []string{"max", "per"}, []string{"unit"}, maxRates}
}

func (t table) fields() []string { return slices.Concat(t.typed, t.further) }

func (v values) at(name string, at int) string {
	if all := v[name]; at < len(all) {
		return strings.TrimSpace(all[at])
	}
	return ""
}

func (v values) out(t table, at int) bool { return slices.Contains(v[t.name+".out"], strconv.Itoa(at)) }

func (v values) rows(t table) int { return len(v[t.name+"."+t.typed[0]]) }

// beyond reports whether there are more rows than any form of ours has: each has a choice of all the tenant's groups, so that thousands would be a page of gigabytes.
func (v values) beyond() bool {
	return v.rows(pricesTable) > pricesTable.most+moreRows || v.rows(budgetsTable) > budgetsTable.most+moreRows
}

// add adds a row, of its fields in their order.
func (v values) add(t table, texts ...string) {
	for i, field := range t.fields() {
		v[t.name+"."+field] = append(v[t.name+"."+field], texts[i])
	}
}

// tidy returns the values without the rows that are empty, and with so many new ones where there is room for them.
func (v values) tidy(t table, room int) values {
	tidied := maps.Clone(v)
	for _, field := range append(t.fields(), "out") {
		delete(tidied, t.name+"."+field)
	}
	for at := range v.rows(t) {
		texts := make([]string, 0, len(t.fields()))
		for _, field := range t.fields() {
			texts = append(texts, v.at(t.name+"."+field, at))
		}
		if strings.Join(texts[:len(t.typed)], "") == "" {
			continue
		}
		if v.out(t, at) {
			tidied[t.name+".out"] = append(tidied[t.name+".out"], strconv.Itoa(tidied.rows(t)))
		}
		tidied.add(t, texts...)
	}
	for range min(room, t.most-tidied.rows(t)) {
		tidied.add(t, make([]string, len(t.fields()))...)
	}
	return tidied
}

func (v values) entry(name string, at int) entry {
	return entry{Name: name, ID: strings.ReplaceAll(name, ".", "-") + "-" + strconv.Itoa(at), Text: v.at(name, at)}
}

// formOf puts the values into fields, with so many new rows for prices and budgets.
func formOf(v values, room int) form {
	v = v.tidy(pricesTable, room).tidy(budgetsTable, room)
	f := form{Currency: v.entry("currency", 0), Zone: v.entry("time_zone", 0)}
	for at := range v.rows(pricesTable) {
		f.Prices = append(f.Prices, priceRow{at, v.entry("price.prefix", at), v.entry("price.amount", at), v.out(pricesTable, at)})
	}
	for at := range v.rows(budgetsTable) {
		f.Budgets = append(f.Budgets, budgetRow{
			At: at, Of: v.entry("budget.of", at), Country: v.entry("budget.country", at), Cycle: v.entry("budget.period", at),
			Limit: v.entry("budget.limit", at), WarnAt: v.entry("budget.warn_at", at), Out: v.out(budgetsTable, at),
		})
	}
	for name := range new(ledger.Limits).All() {
		f.Limits = append(f.Limits, limitRows{Name: name, Rates: ratesOf(v, ratesTable(name), min(room, 1))})
	}
	return f
}

func ratesOf(v values, t table, room int) (all []rateRow) {
	v = v.tidy(t, room)
	for at := range v.rows(t) {
		all = append(all, rateRow{at, v.entry(t.name+".max", at), v.entry(t.name+".per", at), v.entry(t.name+".unit", at)})
	}
	return all
}
