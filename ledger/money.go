package ledger

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"

	"golang.org/x/text/currency"

	"github.com/jawort/jawort/refusal"
)

// Amount is an amount of money in ten-thousandths of the currency's unit.
type Amount int64

const (
	decimals = 4
	unit     = 10_000 // ten to the decimals

	// MaxAmount bounds what may be written down, so that sums of all messages there will ever be fit.
	MaxAmount Amount = 999_999_999 * unit

	// noAmount is what is read from a text that is none. Reading does not fail, so that Validate can name the field.
	noAmount Amount = math.MinInt64
)

var errNoAmount = errors.New("ledger: not an amount such as 0.10")

// ParseAmount reads an amount such as 0.10, 12 or 0.0755: digits, and at most four after the point.
func ParseAmount(s string) (Amount, error) {
	whole, fraction, pointed := strings.Cut(s, ".")
	if pointed == (fraction == "") || len(fraction) > decimals || len(whole) > 9 {
		return 0, errNoAmount
	}
	for _, c := range whole + fraction {
		if c < '0' || c > '9' {
			return 0, errNoAmount
		}
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", decimals-len(fraction)), 10, 64)
	if err != nil || whole == "" || n > int64(MaxAmount) {
		return 0, errNoAmount
	}
	return Amount(n), nil
}

// String writes the amount exactly, with two decimals at least: 0.10, 0.0755, 12.00.
func (a Amount) String() string {
	sign, n := "", uint64(a)
	if a < 0 {
		sign, n = "-", -n
	}
	digits := strconv.FormatUint(n, 10)
	if missing := decimals + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - decimals
	fraction := strings.TrimSuffix(strings.TrimSuffix(digits[point:], "0"), "0")
	return sign + digits[:point] + "." + fraction + strings.Repeat("0", max(0, 2-len(fraction)))
}

// MarshalText implements encoding.TextMarshaler: in JSON and YAML an amount is a text, because a number there is a
// floating point number to most readers.
func (a Amount) MarshalText() ([]byte, error) {
	if a == noAmount {
		return nil, errNoAmount
	}
	return []byte(a.String()), nil
}

// UnmarshalText implements encoding.TextUnmarshaler. It never fails; Validate refuses what was no amount.
func (a *Amount) UnmarshalText(text []byte) error {
	parsed, err := ParseAmount(string(text))
	if err != nil {
		parsed = noAmount
	}
	*a = parsed
	return nil
}

// UnmarshalJSON takes a text only.
func (a *Amount) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		text = "" // a number or worse: no amount
	}
	return a.UnmarshalText([]byte(text))
}

func (a Amount) validate(field string) error {
	if a < 0 || a > MaxAmount {
		return refusal.Field(field, `must be an amount as text, such as "0.10", with at most four decimals`)
	}
	return nil
}

// Currency is an ISO 4217 code.
type Currency string

func (c Currency) validate(field string) error {
	if unit, err := currency.ParseISO(string(c)); err != nil || unit.String() != string(c) {
		return refusal.Field(field, "must be an ISO 4217 code in capitals, such as EUR")
	}
	return nil
}
