package journeys_test

import (
	"testing"

	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/operator"
)

// pricing is what somebody who sets prices reads and types, in their language.
type pricing struct {
	none, settings, wrong, change, after, saved string
	price, limit                                string
}

func TestAnAdministratorSetsPricesAndABudgetInTheConsoleAtThePhone(t *testing.T) {
	for lang, say := range map[string]pricing{
		"en": {
			"No SMS is sent before there is a price.", "Prices, budgets and limits", "An amount from 0 to 1000", "not set → 0.0755 EUR", "0.0755 EUR", "Saved.", "0.0755", "1,250.50",
		},
		"de": {
			"Solange es keinen Preis gibt, wird keine SMS gesendet.", "Preise, Budgets und Grenzen", "Ein Betrag von 0 bis 1000", "nicht gesetzt → 0,0755 EUR", "0,0755 EUR", "Gespeichert.", "0,0755", "1.250,50",
		},
	} {
		t.Run(lang, func(t *testing.T) {
			h := newHouse(t)
			d := h.operator("Ada", operator.Administrator, phoneScreen(lang, lang == "de"))
			d.Go(h.tenantURL() + "/costs")
			d.WantText(".note.warn", say.none)
			d.check()
			d.Click(`main a.primary[href$="/costs/settings"]`)
			d.WantText("h1", say.settings)
			d.check()
			d.Type("#price-prefix-0", "+49")
			d.Type("#price-amount-0", "cheap")
			d.choosing("#budget-of-0", "tenant")
			d.choosing("#budget-period-0", "quarter")
			d.Type("#budget-limit-0", say.limit)
			d.Press("\r") // looks at what would change, and takes nothing away
			d.WantText("#price-amount-0-wrong", say.wrong)
			d.check()
			d.Click(`main button[name="edit"]`)
			d.Wait("#price-prefix-9")
			d.Type("#price-amount-0", say.price)
			d.Click("main form button.primary")
			d.WantText("main dl", say.change)
			d.check()
			d.Click("main form button.primary")
			d.WantText(".note.good", say.saved)
			d.WantText("main", say.after)
			d.check()
			d.Click(`main a[href$="/costs/settings"]`)
			d.WantText("h1", say.settings)
			d.Wait(`#price-amount-0[value="` + say.price + `"]`)
			d.check()
		})
	}
}

// choosing chooses one of a list.
func (s *staff) choosing(selector, value string) {
	s.Helper()
	s.Wait(selector)
	if got := browsertest.Eval[string](s.Tab, `(() => { const e = document.querySelector("`+selector+`"); e.value = "`+value+`"; return e.value; })()`); got != value {
		s.Errorf("%s has no %s", selector, value)
	}
}
