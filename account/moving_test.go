package account_test

import (
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
)

func TestALoginAuthorisesAPhoneWhereItsMethodIsWorthAsMuchAsAllElseThatTheAccountHas(t *testing.T) {
	type methods = []approval.Method
	standard, aal2 := account.ApplicationPolicy{}, account.ApplicationPolicy{Preset: account.AAL2}
	both := []account.ApplicationPolicy{standard, aal2}
	for name, c := range map[string]struct {
		by         approval.Method
		at         account.ApplicationPolicy
		has        methods
		group      account.GroupPolicy
		everywhere []account.ApplicationPolicy
		want       bool
	}{
		"e-mail beside a phone of two digits":                                         {"email", standard, methods{"push", "email"}, account.GroupPolicy{}, both[:1], true},
		"e-mail beside a phone that reaches more elsewhere":                           {"email", standard, methods{"push", "email"}, account.GroupPolicy{}, both, false},
		"e-mail beside a phone that confirms nothing by policy":                       {"email", standard, methods{"push", "email"}, account.GroupPolicy{Methods: methods{"email"}}, both, true},
		"e-mail beside an authenticator app":                                          {"email", standard, methods{"totp", "email"}, account.GroupPolicy{}, both[:1], false},
		"e-mail beside a passkey":                                                     {"email", standard, methods{"email", "passkey"}, account.GroupPolicy{}, both[:1], false},
		"e-mail beside SMS":                                                           {"email", standard, methods{"email", "sms"}, account.GroupPolicy{}, both[:1], true},
		"e-mail beside SMS that reaches more elsewhere":                               {"email", standard, methods{"email", "sms"}, account.GroupPolicy{}, both, false},
		"SMS alone, which reaches more elsewhere":                                     {"sms", standard, methods{"sms"}, account.GroupPolicy{}, both, true},
		"SMS here beside a phone that reaches more elsewhere":                         {"sms", standard, methods{"push", "sms"}, account.GroupPolicy{}, both, false},
		"SMS here beside a phone that reaches more at another, whichever comes first": {"sms", standard, methods{"push", "sms"}, account.GroupPolicy{}, []account.ApplicationPolicy{aal2, standard}, false},
		"SMS there, where it reaches as much as a phone":                              {"sms", aal2, methods{"push", "sms"}, account.GroupPolicy{}, both, true},
		"an authenticator app beside a phone":                                         {"totp", standard, methods{"push", "totp"}, account.GroupPolicy{}, both, true},
		"a passkey beside all else":                                                   {"passkey", standard, methods{"push", "totp", "sms", "email", "passkey"}, account.GroupPolicy{}, both, true},
		"a recovery code, which is for when all else is lost":                         {"recovery", standard, methods{"push", "totp", "recovery"}, account.GroupPolicy{}, both, true},
		"recovery codes in the drawer":                                                {"email", standard, methods{"email", "recovery"}, account.GroupPolicy{}, both, true},
		"a phone, which is asked instead":                                             {"push", standard, methods{"push"}, account.GroupPolicy{}, both, false},
		"an operator's code":                                                          {"bypass", standard, methods{"push"}, account.GroupPolicy{}, both, false},
		"a trusted browser":                                                           {"trusted_browser", standard, methods{"push"}, account.GroupPolicy{}, both, false},
	} {
		e := account.Enrolling{Has: c.has, Group: c.group, Application: c.at, Applications: c.everywhere}
		if got := e.Authorises(c.by); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestWhatWouldDoIsNamed(t *testing.T) {
	e := account.Enrolling{
		Has: []approval.Method{"email", "push", "recovery", "sms", "totp"}, Applications: []account.ApplicationPolicy{{}},
	}
	if got := e.Sufficient(); len(got) != 2 || got[0] != "recovery" || got[1] != "totp" || e.Has[0] != "email" {
		t.Errorf("%v", got)
	}
}
