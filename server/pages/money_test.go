package pages_test

import (
	"testing"

	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/server/pages"
)

func TestAnAmountIsWrittenAsTheLanguageDoes(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string]string{"de": "1234,0755 EUR", "en": "1234.0755 EUR", "": "1234.0755 EUR"} {
		page := pages.Page{Lang: lang}
		if got := page.Money(12_340_755, "EUR"); got != want {
			t.Errorf("%s: %s", lang, got)
		}
		if got, err := page.ReadAmount(page.Amount(12_340_755)); err != nil || got != 12_340_755 {
			t.Errorf("%s: it reads its own as %s (%v)", lang, got, err)
		}
	}
}

func TestAnAmountIsReadAsPeopleOfTheLanguageWriteIt(t *testing.T) {
	t.Parallel()
	for lang, amounts := range map[string]map[string]ledger.Amount{
		"de": {"0,0755": 755, " 12 ": 120_000, "5.000": 50_000_000, "5.000,50": 50_005_000, "1.234.567,89": 12_345_678_900, "0.0755": 755, "5.5": 55_000, "0.075": 750, "5000,5": 50_005_000},
		"en": {"0.0755": 755, " 12 ": 120_000, "5,000": 50_000_000, "5,000.50": 50_005_000, "1,234,567.89": 12_345_678_900, "0,0755": 755, "5,5": 55_000, "0,075": 750, "5000.5": 50_005_000},
	} {
		page := pages.Page{Lang: lang}
		for text, want := range amounts {
			if got, err := page.ReadAmount(text); err != nil || got != want {
				t.Errorf("%s: %q is %s (%v), want %s", lang, text, got, err, want)
			}
		}
	}
}

func TestWhatIsNoAmountIsRefusedRatherThanGuessed(t *testing.T) {
	t.Parallel()
	for _, lang := range pages.Languages {
		page := pages.Page{Lang: lang}
		for _, text := range []string{"", "-1", "1e3", "0.07551", "0,07551", "1.2.3", "1,2,3", "1.000,5.0", "1,000.5,0", ".5", ",5", "5,", "5.", "1 EUR", "€5", "٣", "12.3456.789", "9999999999", "0x1", "1,00.000", "1.00,000"} {
			if got, err := page.ReadAmount(text); err == nil {
				t.Errorf("%s: %q is taken for %s", lang, text, got)
			}
		}
	}
}

func FuzzReadAmount(f *testing.F) {
	for _, seed := range []string{"0,0755", "0.0755", "5.000,50", "5,000.50", "", "1.2.3", "12 345"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, lang := range pages.Languages {
			page := pages.Page{Lang: lang}
			a, err := page.ReadAmount(text)
			if err != nil {
				continue
			}
			if again, err := page.ReadAmount(page.Amount(a)); err != nil || again != a || a < 0 || a > ledger.MaxAmount {
				t.Errorf("%s: %q is %s, and that is %s (%v)", lang, text, a, again, err)
			}
		}
	})
}
