package account_test

import (
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
)

func TestAConfirmationIsWorthWhatItWasAskedUnder(t *testing.T) {
	t.Parallel()
	standard := approval.Context{Preset: string(account.Standard), Digits: 2}
	six := approval.Context{Preset: string(account.Standard), Digits: 6}
	aal2 := approval.Context{Preset: string(account.AAL2), Digits: 6}
	for _, c := range []struct {
		asked approval.Context
		by    approval.Method
		want  account.ACR
	}{
		{standard, approval.MethodPush, account.ACR1}, {six, approval.MethodPush, account.ACR2}, {aal2, approval.MethodPush, account.ACR2},
		{standard, approval.MethodSMS, account.ACR1}, {six, approval.MethodSMS, account.ACR1}, {aal2, approval.MethodSMS, account.ACR2},
		{standard, approval.MethodTOTP, account.ACR2}, {aal2, approval.MethodTrustedBrowser, account.ACR1},
		{approval.Context{}, approval.MethodPush, account.ACR1}, {approval.Context{}, approval.MethodSMS, account.ACR1},
		{aal2, approval.MethodNotEnforced, ""},
	} {
		if got := account.StrengthAsAsked(c.asked, c.by).ACR; got != c.want {
			t.Errorf("%s asked under %s with %d digits is %q, want %q", c.by, c.asked.Preset, c.asked.Digits, got, c.want)
		}
	}
}
