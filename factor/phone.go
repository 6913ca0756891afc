package factor

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"

	"github.com/jawort/jawort/refusal"
)

// ErrCannotReceiveSMS refuses a number that exists, but of a kind to which no SMS goes.
var ErrCannotReceiveSMS = refusal.New(refusal.Invalid, "cannot-receive-sms",
	"This is not a mobile number, so no SMS can be sent to it. Give a mobile number.")

const (
	maxNumber = 40 // characters as typed
	// longestE164 is a plus and fifteen digits (ITU-T E.164, 6.1). Some plans hold longer numbers, which no carrier takes.
	longestE164 = 16
)

// Phone is a telephone number that exists according to its country's plan.
type Phone struct{ number *phonenumbers.PhoneNumber }

// ParsePhone reads a number as people write it; region (ISO 3166, e.g. DE) is where one without country code belongs, and
// empty allows none. What is no number is refused by naming field; the number is not repeated.
func ParsePhone(field, typed, region string) (Phone, error) {
	refused := refusal.Field(field, "must be a telephone number that exists, with its country code, e.g. +49 151 23456789")
	if len(typed) > maxNumber || strings.ContainsFunc(typed, notInNumber) {
		return Phone{}, refused
	}
	n, err := phonenumbers.Parse(typed, region)
	if err != nil || !phonenumbers.IsValidNumber(n) || n.GetExtension() != "" {
		return Phone{}, refused
	}
	if p := (Phone{n}); len(p.E164()) <= longestE164 {
		return p, nil
	}
	return Phone{}, refused
}

// notInNumber leaves out letters, which the library would turn into digits as on a keypad.
func notInNumber(r rune) bool {
	return !unicode.IsDigit(r) && !strings.ContainsRune("+-/(). \u00a0\u2011\u2013", r)
}

// E164 returns the number as it is kept and dialled: plus, country code, number.
func (p Phone) E164() string { return phonenumbers.Format(p.number, phonenumbers.E164) }

// TakesSMS reports whether messages reach numbers of this kind. Some plans, such as North America's, do not tell mobile
// numbers from fixed ones; those pass.
func (p Phone) TakesSMS() bool {
	switch phonenumbers.GetNumberType(p.number) {
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE:
		return true
	default:
		return false
	}
}

// Masked returns what may be shown of the number: its country and its last two digits.
func (p Phone) Masked() string {
	national := phonenumbers.GetNationalSignificantNumber(p.number)
	return fmt.Sprintf("+%d ••• ••%s", p.number.GetCountryCode(), national[max(len(national)-2, 0):])
}

// Format hides the number, whatever the verb.
func (p Phone) Format(f fmt.State, _ rune) { io.WriteString(f, "telephone number") }

// ParseMobile reads a number that must take SMS, and returns it in E.164.
func ParseMobile(field, typed, region string) (string, error) {
	p, err := ParsePhone(field, typed, region)
	if err != nil {
		return "", err
	}
	if !p.TakesSMS() {
		return "", ErrCannotReceiveSMS.With("field", field)
	}
	return p.E164(), nil
}

// MaskPhone masks a number in E.164; one that cannot be read shows nothing.
func MaskPhone(e164 string) string {
	p, err := ParsePhone("phone", e164, "")
	if err != nil {
		return "•••"
	}
	return p.Masked()
}
