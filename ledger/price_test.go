package ledger_test

import (
	"testing"

	"github.com/jawort/jawort/ledger"
)

func TestTheLongestPrefixSetsThePrice(t *testing.T) {
	t.Parallel()
	book := ledger.PriceBook{"+49": 1000, "+491": 900, "+49151": 0, "+1": 500, "+1876": 4000}
	for number, want := range map[string]ledger.Amount{
		"+4930123456": 1000, "+491701234567": 900, "+4915112345678": 0, "+12025550123": 500, "+18765550123": 4000,
	} {
		if got, err := book.Price(number); err != nil || got != want {
			t.Errorf("%s costs %s (%v), want %s", number, got, err, want)
		}
	}
}

func TestWithoutAPriceNothingIsSent(t *testing.T) {
	t.Parallel()
	book := ledger.PriceBook{"+49": 1000}
	for _, number := range []string{"+43123456789", "+4", "+", "", "4915112345678"} {
		if _, err := book.Price(number); !is(err, ledger.ErrNoPrice) {
			t.Errorf("%q: %v", number, err)
		}
	}
}

func TestADestinationIsTheCountryAndTheNeighbourhoodOfANumber(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]ledger.Destination{
		"+4915112345678": {Country: "DE", Prefix: "+4915112"},
		"+12025550123":   {Country: "US", Prefix: "+120255"},
		"+18765550123":   {Country: "JM", Prefix: "+187655"},
		"+3545551234":    {Country: "IS", Prefix: "+354555"}, // seven digits: four stay open
	} {
		if got, err := ledger.DestinationOf(number); err != nil || got != want {
			t.Errorf("%s leads to %+v (%v), want %+v", number, got, err, want)
		}
	}
	for _, number := range []string{"", "0151 12345678", "+49 151 12345678", "+4901511234567", "004915112345678", "+99912345678", "+49x"} {
		if got, err := ledger.DestinationOf(number); !is(err, ledger.ErrNoPrice) {
			t.Errorf("%q leads to %+v, %v", number, got, err)
		}
	}
}

func TestTheDearestPriceIsThatOfAllNumbersThatMayBegin(t *testing.T) {
	t.Parallel()
	book := ledger.PriceBook{"+49": 1000, "+4915": 1200, "+43": 800, "+8": 50000}
	for prefix, want := range map[string]ledger.Amount{"": 50000, "+49": 1200, "+43": 800, "+881": 50000, "+7": 0} {
		if got := book.Dearest(prefix); got != want {
			t.Errorf("the dearest under %q is %s, want %s", prefix, got, want)
		}
	}
}
