package courier

import (
	"slices"

	"github.com/jawort/jawort/locale"
)

// About returns the values with what an occasion says in a language. The fact is in no language, so that it can be kept until
// somebody reads it: the platform of a device, the code of a method, a number or an address, masked; empty where there is none.
func (v Values) About(lang string, o Occasion, fact string) Values {
	switch o {
	case NewDevice:
		v.Device = locale.Text(lang, "notice.device."+fact)
	case NewMethod:
		v.Method = locale.Text(lang, "notice.method."+fact)
	case ChangedNumber:
		v.Number = orNone(lang, fact)
	case ChangedAddress:
		v.Address = orNone(lang, fact)
	}
	return v
}

func orNone(lang, fact string) string {
	if fact == "" {
		return locale.Text(lang, "notice.none")
	}
	return fact
}

// Announcements are the occasions that are told to all of an account's people, on their phones too. An app tells them apart by these
// codes.
func Announcements() []Occasion {
	return []Occasion{
		NewDevice, NewMethod, ReportedLogin, ReportedTransaction, LateReport, ChangedNumber, ChangedAddress, RecoveryPending, AccountReset,
	}
}

// renderApp is what the SMS says, without having to be short.
func renderApp(lang string, o Occasion, v Values) string {
	if !slices.Contains(Announcements(), o) {
		return ""
	}
	text := fill(lang, "courier.sms."+string(o), smsParts[o](lang, v), bodyName)
	if contact := clean(v.Contact); contact != "" {
		text += "\n" + locale.Text(lang, "courier.contact", contact)
	}
	return text
}
