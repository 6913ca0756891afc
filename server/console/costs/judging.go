package costs

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/pages"
)

// Each entry is judged by the rules of package ledger, alone first: so every mistake is told at once, and where it is.

// settings returns what the entries say, to somebody who reads the page; false: something is wrong, which is noted where it is.
// A budget can be of what is among the subjects.
func (f *form) settings(p *pages.Page, subjects map[string]bool) (ledger.Settings, bool) {
	s := ledger.Settings{Currency: ledger.Currency(strings.ToUpper(f.Currency.Text)), TimeZone: f.Zone.Text, Prices: ledger.PriceBook{}}
	right := f.Currency.judge(refused(ledger.Settings{Currency: s.Currency}) == "", "costs.wrong.currency")
	right = f.Zone.judge(refused(ledger.Settings{TimeZone: s.TimeZone}) == "", "costs.wrong.time_zone") && right
	for i := range f.Prices {
		right = f.Prices[i].into(&s, p) && right
	}
	for i := range f.Budgets {
		right = f.Budgets[i].into(&s, p, subjects) && right
	}
	all := f.Limits
	for name, rates := range s.Limits.All() {
		right = all[0].into(name, rates) && right
		all = all[1:]
	}
	if right && s.Validate() != nil { // of each by itself nothing was wrong
		f.Wrong, right = append(f.Wrong, "costs.wrong.many"), false
	}
	return s, right
}

// judge notes what is wrong with the entry, unless it is right.
func (e *entry) judge(right bool, wrong string) bool {
	if !right {
		e.Wrong = wrong
	}
	return right
}

// refused returns the field for which settings are refused; empty: they are not.
func refused(s ledger.Settings) string {
	var r *refusal.Error
	if !errors.As(s.Validate(), &r) {
		return ""
	}
	field, _ := r.Extra["field"].(string)
	return field
}

func (r *priceRow) into(s *ledger.Settings, p *pages.Page) bool {
	if r.Out || r.empty() {
		return true
	}
	prefix := strings.ReplaceAll(r.Prefix.Text, " ", "")
	price, err := p.ReadAmount(r.Price.Text)
	right := r.Price.judge(err == nil, "costs.wrong.price")
	wrong := refused(ledger.Settings{Prices: ledger.PriceBook{prefix: price}})
	right = r.Prefix.judge(wrong != "prices", "costs.wrong.prefix") && right
	right = r.Price.judge(wrong == "" || wrong == "prices", "costs.wrong.price") && right
	_, twice := s.Prices[prefix]
	right = r.Prefix.judge(!twice, "costs.wrong.prefix.twice") && right
	if right {
		s.Prices[prefix] = price
	}
	return right
}

func (r *budgetRow) into(s *ledger.Settings, p *pages.Page, subjects map[string]bool) bool {
	if r.Out || r.empty() {
		return true
	}
	b, right := r.budget(p)
	switch wrong := refused(ledger.Settings{Prices: s.Prices, Budgets: []ledger.Budget{b}}); strings.TrimPrefix(wrong, "budgets[0].") {
	case "scope":
		right = r.Of.judge(false, "costs.wrong.of")
	case "subject":
		if b.Scope == ledger.ScopeCountry {
			right = r.Country.judge(false, "costs.wrong.country")
		} else {
			right = r.Of.judge(false, "costs.wrong.of")
		}
	case "period":
		right = r.Cycle.judge(false, "costs.wrong.period")
	case "limit":
		right = r.Limit.judge(false, "costs.wrong.limit")
	case "warn_at":
		right = r.WarnAt.judge(false, "costs.wrong.warn_at")
	}
	if b.Scope == ledger.ScopeApplication || b.Scope == ledger.ScopeGroup {
		right = r.Of.judge(subjects[r.Of.Text], "costs.wrong.of") && right
	}
	right = r.Country.judge(b.Scope == ledger.ScopeCountry || r.Country.Text == "", "costs.wrong.country.of") && right
	for _, other := range s.Budgets {
		same := other.Scope == b.Scope && other.Subject == b.Subject && other.Cycle == b.Cycle
		right = r.Of.judge(!same, "costs.wrong.of.twice") && right
	}
	if right {
		s.Budgets = append(s.Budgets, b)
	}
	return right
}

// budget reads the row; false: it says something that is no number.
func (r *budgetRow) budget(p *pages.Page) (ledger.Budget, bool) {
	scope, subject, _ := strings.Cut(r.Of.Text, ":")
	b := ledger.Budget{Scope: ledger.Scope(scope), Subject: subject, Cycle: ledger.Cycle(r.Cycle.Text)}
	if b.Scope == ledger.ScopeCountry {
		b.Subject = strings.ToUpper(r.Country.Text)
	}
	limit, err := p.ReadAmount(r.Limit.Text)
	right := r.Limit.judge(err == nil, "costs.wrong.amount")
	b.Limit = limit
	if text := strings.TrimSpace(strings.TrimSuffix(r.WarnAt.Text, "%")); text != "" {
		b.WarnAt, err = strconv.Atoi(text)
		right = r.WarnAt.judge(err == nil && b.WarnAt != 0, "costs.wrong.warn_at") && right // 0 would be taken for nothing
	}
	return b, right
}

func (l *limitRows) into(name string, rates *[]ledger.Rate) bool {
	right := true
	for i := range l.Rates {
		if !l.Rates[i].empty() {
			right = l.Rates[i].into(rates) && right
		}
	}
	var alone ledger.Settings
	for other, of := range alone.Limits.All() {
		if other == name {
			*of = *rates
		}
	}
	if right && refused(alone) != "" {
		l.Wrong, right = "costs.wrong.rates", false
	}
	return right
}

func (r *rateRow) into(rates *[]ledger.Rate) bool {
	_, err := ledger.ParseRate(r.Max.Text + "/1m")
	right := r.Max.judge(err == nil, "costs.wrong.max")
	_, err = ledger.ParseRate("1/" + r.per())
	right = r.Per.judge(err == nil, "costs.wrong.per") && right
	if rate, err := ledger.ParseRate(r.Max.Text + "/" + r.per()); err == nil && right {
		*rates = append(*rates, rate)
	}
	return right
}

// per is the time as a rate has it, which knows no days.
func (r *rateRow) per() string {
	if r.Unit.Text != "d" {
		return r.Per.Text + r.Unit.Text
	}
	days, err := strconv.Atoi(r.Per.Text)
	if err != nil || days > 31 {
		return "no time"
	}
	return fmt.Sprintf("%dh", 24*days)
}
