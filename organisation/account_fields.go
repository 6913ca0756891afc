package organisation

import (
	"strconv"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/factor"
)

// fields returns in what an account differs. A new one is compared with one that has nothing but its login number.
func (a *accountPlanner) fields(before *account.Account, after account.Account) []Field {
	none := account.Account{Label: after.ExternalID}
	if before == nil {
		before = &none
	}
	var fields []Field
	compare := func(name, old, now string, shown func(string) string) {
		if old != now {
			fields = append(fields, Field{name, shown(old), shown(now)})
		}
	}
	compare("label", before.Label, after.Label, maskLabel)
	compare("group", before.Group, after.Group, func(id string) string { return a.policies[id].Name })
	compare("manager", before.Manager, after.Manager, func(id string) string { return a.numbers[id] })
	compare("phone", before.Phone, after.Phone, maskNumber)
	compare("email", before.Email, after.Email, ifGiven(factor.MaskAddress))
	compare("language", before.Language, after.Language, asIs)
	compare("interval", days(before.Interval), days(after.Interval), asIs)
	compare("sms", onOff(before.SMSOn), onOff(after.SMSOn), asIs)
	return fields
}

func asIs(s string) string { return s }

// ifGiven keeps it visible that there is none.
func ifGiven(mask func(string) string) func(string) string {
	return func(s string) string {
		if s == "" {
			return ""
		}
		return mask(s)
	}
}

// maskLabel shows how a label begins, and no more: it is often a person's name.
func maskLabel(label string) string {
	for _, first := range label {
		return string(first) + "•••"
	}
	return ""
}

// maskNumber shows how a number ends. It does not look for the country, as factor.MaskPhone does: that takes a while with a
// hundred thousand of them, for which a transaction would wait.
func maskNumber(number string) string {
	if number == "" {
		return ""
	}
	return "•••" + number[max(0, len(number)-2):]
}

func days(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n) + "d"
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
