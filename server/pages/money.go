package pages

import (
	"errors"
	"regexp"
	"strings"

	"github.com/jawort/jawort/ledger"
)

// marks are what a language writes into numbers.
type marks struct {
	decimal, group   string
	grouped, twisted *regexp.Regexp // as the language groups digits; with the decimal mark of others, where it can be nothing else
}

func marksOf(decimal, group string) marks {
	d, g := regexp.QuoteMeta(decimal), regexp.QuoteMeta(group)
	return marks{decimal, group, regexp.MustCompile(`^[1-9]\d{0,2}(` + g + `\d{3})+(` + d + `\d+)?$`), regexp.MustCompile(`^\d+` + g + `\d+$`)}
}

var (
	german  = marksOf(",", ".")
	english = marksOf(".", ",")
)

func marksIn(lang string) marks {
	if lang == "de" {
		return german
	}
	return english
}

// Amount writes an amount as people of the page's language do.
func (p *Page) Amount(a ledger.Amount) string {
	return strings.Replace(a.String(), ".", marksIn(p.Lang).decimal, 1)
}

// Money is Amount with its currency.
func (p *Page) Money(a ledger.Amount, c ledger.Currency) string { return p.Amount(a) + " " + string(c) }

var errNoAmount = errors.New("pages: not an amount of money")

// ReadAmount reads an amount as people of the page's language write it. A mark that only separates thousands there does so; where it cannot, it
// is the decimal mark that other languages have.
func (p *Page) ReadAmount(text string) (ledger.Amount, error) {
	m, text := marksIn(p.Lang), strings.TrimSpace(text)
	switch {
	case m.grouped.MatchString(text):
		text = strings.ReplaceAll(text, m.group, "")
	case m.twisted.MatchString(text):
		text = strings.Replace(text, m.group, m.decimal, 1)
	}
	if m.decimal != "." && strings.Contains(text, ".") {
		return 0, errNoAmount
	}
	return ledger.ParseAmount(strings.Replace(text, m.decimal, ".", 1))
}
