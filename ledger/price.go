package ledger

import (
	"maps"
	"slices"
	"strings"

	"github.com/jawort/jawort/refusal"
)

// ErrNoPrice refuses an SMS to where the price book has no price.
var ErrNoPrice = refusal.New(refusal.Invalid, "sms-no-price",
	"No SMS goes to this number, because there is no price for where it leads. Use another method, or have a price added to the tenant's price book.")

const (
	maxPrices        = 2000
	maxPrefix        = 15          // digits of a number (E.164)
	maxPrice  Amount = 1000 * unit // beyond, somebody has forgotten a point
)

// PriceBook says what one SMS costs, by the beginning of the number in E.164 ("+49", "+88216"). The longest beginning
// wins. A price may be zero.
type PriceBook map[string]Amount

// Price returns what an SMS to a number in E.164 costs, or ErrNoPrice.
func (b PriceBook) Price(number string) (Amount, error) {
	for n := min(len(number), 1+maxPrefix); n > 1; n-- {
		if price, ok := b[number[:n]]; ok {
			return price, nil
		}
	}
	return 0, ErrNoPrice
}

// Dearest returns the highest price of a number that begins with prefix; an empty prefix begins all.
func (b PriceBook) Dearest(prefix string) Amount {
	var dearest Amount
	for p, price := range b {
		if strings.HasPrefix(p, prefix) || strings.HasPrefix(prefix, p) {
			dearest = max(dearest, price)
		}
	}
	return dearest
}

func (b PriceBook) validate(field string) error {
	if len(b) > maxPrices {
		return refusal.Field(field, "has more than 2000 prices")
	}
	for _, prefix := range slices.Sorted(maps.Keys(b)) {
		if !isPrefix(prefix) {
			return refusal.Field(field, `each price is given for the beginning of a number with its country, such as "+49"`)
		}
		name := field + "." + prefix
		if err := b[prefix].validate(name); err != nil {
			return err
		}
		if b[prefix] > maxPrice {
			return refusal.Field(name, "is more than 1000.00 for one SMS")
		}
	}
	return nil
}

// isPrefix reports whether s begins numbers of one country at least: a price for all of them would invite numbers that
// cost more than anybody thought of.
func isPrefix(s string) bool {
	digits, ok := strings.CutPrefix(s, "+")
	if !ok || digits == "" || len(digits) > maxPrefix || digits[0] == '0' {
		return false
	}
	return !strings.ContainsFunc(digits, func(c rune) bool { return c < '0' || c > '9' })
}
