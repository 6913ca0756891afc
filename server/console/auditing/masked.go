package auditing

import (
	"strings"

	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/store/lasting"
)

// masked is a piece of personal data as pages show it: numbers and addresses as everywhere in the console. Whole they are in the export alone.
func masked(kind, name, value string) string {
	if value == "" {
		return ""
	}
	of, _, _ := strings.Cut(name, ".") // phone.old, email.new
	switch {
	case of == "phone" || kind == lasting.AccountPhoneChanged:
		return factor.MaskPhone(value)
	case of == "email" || kind == lasting.AccountEmailChanged:
		return factor.MaskAddress(value)
	}
	return value
}
