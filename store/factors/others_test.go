package factors_test

import (
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/store/factors"
)

// Who has SMS, and beside it what does not work, is let through a full budget with an alarm, and keeps SMS.
func TestWhatDoesNotWorkIsNoOtherMethod(t *testing.T) {
	elsewhere := factors.Ways{Allowed: account.Methods, RPID: "elsewhere.example"}
	for name, c := range map[string]struct {
		other    approval.Method
		but      string // statement that keeps it from working; empty: it works
		ways     factors.Ways
		noSender []approval.Method
		only     bool
	}{
		"an authenticator app":                    {other: "totp", ways: everyWay},
		"one that is paused":                      {other: "totp", but: `UPDATE methods SET paused_until = 9000000000000000 WHERE method = 'totp'`, ways: everyWay, only: true},
		"one that was disabled":                   {other: "totp", but: `UPDATE methods SET disabled_at = 1 WHERE method = 'totp'`, ways: everyWay, only: true},
		"one that policy forbids":                 {other: "totp", ways: factors.Ways{Allowed: []approval.Method{"sms", "email"}}, only: true},
		"codes by e-mail":                         {other: "email", ways: everyWay},
		"codes by e-mail to no address":           {other: "email", but: `UPDATE accounts SET email = ''`, ways: everyWay, only: true},
		"codes to an address of today":            {other: "email", but: `UPDATE accounts SET email_changed_at = jawort_now() - 86399000000`, ways: everyWay, only: true},
		"codes to an address of yesterday":        {other: "email", but: `UPDATE accounts SET email_changed_at = jawort_now() - 86400000000`, ways: everyWay},
		"codes by e-mail, and a number of today":  {other: "email", but: `UPDATE accounts SET phone_changed_at = 1`, ways: everyWay},
		"codes by e-mail, which nothing can send": {other: "email", ways: everyWay, noSender: []approval.Method{"email"}, only: true},
		"a passkey":                               {other: "passkey", ways: everyWay},
		"a passkey of another domain":             {other: "passkey", ways: elsewhere, only: true},
		"a passkey, where pages have no domain":   {other: "passkey", ways: factors.Ways{Allowed: account.Methods}, only: true},
		"recovery codes":                          {other: "recovery", ways: everyWay, only: true},
		"an operator's code":                      {other: "bypass", ways: everyWay, only: true},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(w *world) {
				w.s.NoSender = c.noSender
				w.activate(approval.MethodSMS)
				if c.other == approval.MethodPasskey {
					w.passkey()
				} else {
					w.activate(c.other)
				}
				if c.but != "" {
					w.sql(c.but)
				}
				sending := factors.Sending{Approval: w.login(), Method: approval.MethodSMS, Letter: letter()}
				sending.Letter.Ways = c.ways
				_, err := w.s.SendCode(w.Context(), sending)
				must(t, err)
				if w.ledger.last.OnlyMethod != c.only {
					t.Errorf("only SMS: %v", w.ledger.last.OnlyMethod)
				}
				err = w.s.Remove(w.Context(), w.account.ID, approval.MethodSMS, c.ways, byKey)
				if c.only {
					w.wantError(err, factor.ErrLastMethod)
				} else {
					must(t, err)
				}
			})
		})
	}
}

func TestTheLastPasskeyOfADomainStaysWhereNothingElseWorksThere(t *testing.T) {
	onEach(t, func(w *world) {
		w.passkey()
		w.passkey()
		w.sql(`UPDATE passkeys SET rp_id = 'elsewhere.example' WHERE id = (SELECT MIN(id) FROM passkeys)`)
		kept, err := w.s.Passkeys(w.Context(), w.account.ID)
		must(t, err)
		for _, k := range kept {
			w.wantError(w.s.RemovePasskey(w.Context(), w.account.ID, k.ID, factors.Ways{Allowed: account.Methods, RPID: k.RPID}, byKey), factor.ErrLastMethod)
		}
		w.activate(approval.MethodTOTP)
		must(t, w.s.RemovePasskey(w.Context(), w.account.ID, kept[0].ID, everyWay, byKey))
		if n := w.count(`methods WHERE method = 'passkey'`); n != 1 {
			t.Error("the passkey that is left is no method any more")
		}
		must(t, w.s.RemovePasskey(w.Context(), w.account.ID, kept[1].ID, everyWay, byKey))
		if n := w.count(`methods WHERE method = 'passkey'`); n != 0 {
			t.Error("there is a method without a passkey")
		}
	})
}

func TestSMSToANumberOfTodayIsNoOtherMethod(t *testing.T) {
	for name, c := range map[string]struct {
		but  string
		only bool
	}{
		"a number of yesterday": {`UPDATE accounts SET phone_changed_at = jawort_now() - 86400000000`, false},
		"a number of today":     {`UPDATE accounts SET phone_changed_at = jawort_now() - 86399000000`, true},
		"no number":             {`UPDATE accounts SET phone = ''`, true},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(w *world) {
				w.activate(approval.MethodTOTP)
				w.activate(approval.MethodSMS)
				w.sql(c.but)
				err := w.s.Remove(w.Context(), w.account.ID, approval.MethodTOTP, everyWay, byKey)
				if c.only {
					w.wantError(err, factor.ErrLastMethod)
				} else {
					must(t, err)
				}
			})
		})
	}
}
