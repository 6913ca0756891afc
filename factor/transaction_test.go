package factor_test

import (
	"errors"
	"testing"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
)

func TestACodeForATransactionNamesOneAmountAndOnePayee(t *testing.T) {
	t.Parallel()
	amount := approval.Detail{Label: "Amount", Value: "1,250.00 EUR", Role: approval.RoleAmount}
	payee := approval.Detail{Label: "To", Value: "Muster GmbH", Role: approval.RolePayee}
	other := approval.Detail{Label: "Reference", Value: "Invoice 7"}
	gotAmount, gotPayee, err := factor.AmountAndPayee([]approval.Detail{other, payee, amount})
	if err != nil || gotAmount != amount.Value || gotPayee != payee.Value {
		t.Errorf("%q to %q, %v", gotAmount, gotPayee, err)
	}
	for name, details := range map[string][]approval.Detail{
		"nothing": nil, "no payee": {amount, other}, "no amount": {payee}, "two amounts": {amount, amount, payee}, "two payees": {amount, payee, payee},
	} {
		if _, _, err := factor.AmountAndPayee(details); !errors.Is(err, factor.ErrNothingToName) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
