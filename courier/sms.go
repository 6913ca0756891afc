package courier

import (
	"strings"
	"unicode"

	"github.com/jawort/jawort/factor/smpp/gsm"
	"github.com/jawort/jawort/locale"
)

// smsParts are what the SMS of each occasion is filled with, in the order of its text.
var smsParts = map[Occasion]func(lang string, v Values) []part{
	LoginCode:           func(_ string, v Values) []part { return []part{fixed(v.Code), name(v.Application)} },
	StepCode:            func(_ string, v Values) []part { return []part{fixed(v.Code), name(v.Application)} },
	TransactionCode:     func(_ string, v Values) []part { return []part{fixed(v.Code), fixed(v.Amount), name(v.Payee)} },
	ActivationCode:      func(_ string, v Values) []part { return []part{fixed(v.Code), name(v.Application)} },
	EnrolmentCode:       func(_ string, v Values) []part { return []part{fixed(v.Code), name(v.Tenant)} },
	NewDevice:           func(lang string, v Values) []part { return []part{name(v.Tenant), timeOf(lang, v), name(v.Device)} },
	NewMethod:           func(lang string, v Values) []part { return []part{name(v.Tenant), timeOf(lang, v), name(v.Method)} },
	ReportedLogin:       func(_ string, v Values) []part { return []part{name(v.Tenant)} },
	ReportedTransaction: func(_ string, v Values) []part { return []part{name(v.Tenant)} },
	LateReport:          func(_ string, v Values) []part { return []part{name(v.Tenant)} },
	ChangedNumber:       func(_ string, v Values) []part { return []part{name(v.Tenant), fixed(v.Number)} },
	ChangedAddress:      func(_ string, v Values) []part { return []part{name(v.Tenant), name(v.Address)} },
	RecoveryPending:     func(lang string, v Values) []part { return []part{name(v.Tenant), timeOf(lang, v)} },
	AccountReset:        func(lang string, v Values) []part { return []part{name(v.Tenant), timeOf(lang, v)} },
}

// Names in an SMS are cut to no less than leastName characters, unless there is no room at all.
const (
	longestName = 60
	leastName   = 10
	shortest    = 6
)

func renderSMS(lang string, o Occasion, v Values) string {
	partsOf, ok := smsParts[o]
	if !ok {
		return ""
	}
	parts := partsOf(lang, v)
	for i := range parts {
		parts[i].text = gsm.Fold(parts[i].text)
	}
	key, last := "courier.sms."+string(o), whereToTurn(lang, v)
	if o == LoginCode || o == StepCode || o == TransactionCode || o == ActivationCode || o == EnrolmentCode {
		last = domainBound(v)
	}
	// What lets the browser fill the code in, and only on the right page, is worth more than words; and so is where to turn to.
	for _, try := range []struct {
		key, last string
		least     int
	}{{key, last, leastName}, {key + ".short", last, leastName}, {key, "", leastName}, {key + ".short", "", shortest}} {
		for most := longestName; most >= try.least; most-- {
			if text := fill(lang, try.key, parts, most) + try.last; gsm.Fits(text) {
				return text
			}
		}
	}
	return fill(lang, key+".short", parts, shortest)
}

// whereToTurn is the last line of an SMS that says what happened.
func whereToTurn(lang string, v Values) string {
	contact := clean(v.Contact)
	if contact == "" {
		return ""
	}
	return "\n" + gsm.Fold(locale.Text(lang, "courier.contact", contact))
}

// domainBound is the last line of an SMS with a code, in the form that browsers fill in on pages of this host only
// (https://wicg.github.io/sms-one-time-codes/).
func domainBound(v Values) string {
	if v.Host == "" || strings.ContainsFunc(v.Host, notInHost) {
		return ""
	}
	return "\n@" + v.Host + " #" + v.Code
}

func notInHost(r rune) bool {
	return r > unicode.MaxASCII || r != '.' && r != '-' && !unicode.IsLower(r) && !unicode.IsDigit(r)
}
