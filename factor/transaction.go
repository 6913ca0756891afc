package factor

import (
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
)

// ErrNothingToName refuses a code for a transaction that does not say what it is for.
var ErrNothingToName = refusal.New(refusal.Invalid, "amount-and-payee-required",
	"A code for a transaction names the amount and the payee. Give one detail with the role amount and one with the role payee.")

// AmountAndPayee returns what the text of a code for a transaction names (dynamic linking, EU 2018/389, article 5). Several
// of one role would leave open which of them is meant, and are refused as none is.
func AmountAndPayee(details []approval.Detail) (amount, payee string, err error) {
	for _, d := range details {
		var named *string
		switch d.Role {
		case approval.RoleAmount:
			named = &amount
		case approval.RolePayee:
			named = &payee
		default:
			continue
		}
		if *named != "" {
			return "", "", ErrNothingToName
		}
		*named = d.Value
	}
	if amount == "" || payee == "" {
		return "", "", ErrNothingToName
	}
	return amount, payee, nil
}
