package account_test

import (
	"slices"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
)

func TestAFirstLoginBeginsWithWhatTheGroupAllows(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change   func(*account.Situation)
		methods  []approval.Method
		obstacle account.Obstacle
	}{
		"anything": {func(*account.Situation) {}, []approval.Method{"push", "passkey", "totp", "sms", "email"}, ""},
		"anything, and number and address are typed": {func(s *account.Situation) { s.Account.Phone, s.Account.Email = "", "" },
			[]approval.Method{"push", "passkey", "totp", "sms", "email"}, ""},
		"one of three": {func(s *account.Situation) {
			s.Application.Policy.Methods = []approval.Method{"email", "sms", "totp", "recovery"}
		},
			[]approval.Method{"totp", "sms", "email"}, ""},
		"aal2":           {func(s *account.Situation) { s.Application.Policy.Preset = account.AAL2 }, []approval.Method{"push", "passkey", "totp", "sms"}, ""},
		"no mail server": {func(s *account.Situation) { s.NoSender = []approval.Method{"email"} }, []approval.Method{"push", "passkey", "totp", "sms"}, ""},
		"no carrier, and a number on record, which a code to it would have to prove": {func(s *account.Situation) {
			s.NoSender, s.Group.Policy.FirstBinding = []approval.Method{"sms"}, account.BindingPhoneOnRecord
		}, []approval.Method{"email"}, ""},
		"no carrier, and nothing but a phone, which a code to the number would have to prove": {func(s *account.Situation) {
			s.NoSender, s.Group.Policy.FirstBinding, s.Group.Policy.Methods = []approval.Method{"sms"}, account.BindingPhoneOnRecord, []approval.Method{"push"}
		}, nil, "no_sender"},
		"a personal login without a mail server, but with a number": {func(s *account.Situation) {
			s.NoSender, s.Group.Policy.Sharing, s.Group.Policy.Methods = []approval.Method{"email"}, account.SharingForbidden, []approval.Method{"push"}
		}, []approval.Method{"push"}, ""},
		"a personal login with an address alone, and no mail server": {func(s *account.Situation) {
			s.NoSender, s.Group.Policy.Sharing, s.Group.Policy.Methods, s.Account.Phone = []approval.Method{"email"}, account.SharingForbidden, []approval.Method{"push"}, ""
		}, nil, "no_sender"},
		"a personal login with a new number, and no mail server": {func(s *account.Situation) {
			s.NoSender, s.Group.Policy.Sharing, s.Group.Policy.Methods, s.Account.PhoneChangedAt = []approval.Method{"email"}, account.SharingForbidden, []approval.Method{"push"}, now
		}, nil, "number_changed"},
		"SMS off": {func(s *account.Situation) { s.Group.Policy.SMS.Switch = account.SwitchOff }, []approval.Method{"push", "passkey", "totp", "email"}, ""},
		"a number on record": {func(s *account.Situation) { s.Group.Policy.FirstBinding = account.BindingPhoneOnRecord },
			[]approval.Method{"push", "sms", "email"}, ""},
		"no number on record": {func(s *account.Situation) {
			s.Group.Policy.FirstBinding, s.Account.Phone = account.BindingPhoneOnRecord, ""
		}, nil, "no_number"},
		"a number changed since it was last used": {func(s *account.Situation) {
			s.Group.Policy.FirstBinding, s.Account.Email, s.Account.PhoneChangedAt = account.BindingPhoneOnRecord, "", now.Add(-1)
		}, nil, "number_changed"},
		"only an authenticator app, which proves no number": {func(s *account.Situation) {
			s.Group.Policy.FirstBinding, s.Group.Policy.Methods = account.BindingPhoneOnRecord, []approval.Method{"totp"}
		}, nil, "number_required"},
		"no domain for passkeys": {func(s *account.Situation) { s.Application.RPID = "" }, []approval.Method{"push", "totp", "sms", "email"}, ""},
		"only a passkey, without a domain for it": {func(s *account.Situation) {
			s.Application.RPID, s.Group.Policy.Methods = "", []approval.Method{"passkey"}
		}, nil, "no_rp_id"},
		"what the person can mend comes before a domain for passkeys": {func(s *account.Situation) {
			s.Application.RPID, s.Group.Policy.Methods, s.Group.Policy.SMS.Switch = "", []approval.Method{"passkey", "sms"}, account.SwitchOff
		}, nil, "sms_off"},
		"only an operator": {func(s *account.Situation) { s.Group.Policy.FirstBinding = account.BindingOperator }, nil, "operator_needed"},
		"a personal login without number or address": {func(s *account.Situation) {
			s.Group.Policy.Sharing, s.Account.Phone, s.Account.Email = account.SharingForbidden, "", ""
		}, []approval.Method{"passkey", "totp", "sms", "email"}, ""},
		"a personal login with a number": {func(s *account.Situation) {
			s.Group.Policy.Sharing, s.Account.Email, s.Group.Policy.Methods = account.SharingForbidden, "", []approval.Method{"push"}
		}, []approval.Method{"push"}, ""},
		"a personal login with a new number": {func(s *account.Situation) {
			s.Group.Policy.Sharing, s.Account.Email, s.Group.Policy.Methods, s.Account.PhoneChangedAt = account.SharingForbidden, "", []approval.Method{"push"}, now
		}, nil, "number_changed"},
		"a personal login with a new address": {func(s *account.Situation) {
			s.Group.Policy.Sharing, s.Account.Phone, s.Group.Policy.Methods, s.Account.EmailChangedAt = account.SharingForbidden, "", []approval.Method{"push"}, now
		}, nil, "address_changed"},
		"a personal login with a new address and a number": {func(s *account.Situation) {
			s.Group.Policy.Sharing, s.Group.Policy.Methods, s.Account.EmailChangedAt = account.SharingForbidden, []approval.Method{"push"}, now
		}, []approval.Method{"push"}, ""},
		"nothing that can come first": {func(s *account.Situation) { s.Group.Policy.Methods = []approval.Method{"recovery", "bypass"} }, nil, "not_allowed"},
	} {
		v := judged(func(s *account.Situation) { s.Devices = 0; c.change(s) })
		if !slices.Equal(v.Activate.Methods, c.methods) || v.Obstacle != c.obstacle || len(v.Methods) != 0 || !v.Asked() {
			t.Errorf("%s: %v, obstacle %q, methods %v; want %v, %q", name, v.Activate.Methods, v.Obstacle, v.Methods, c.methods, c.obstacle)
		}
		if v.Support.English == "" {
			t.Errorf("%s: no support contact", name)
		}
	}
}

func TestAFirstLoginSaysHowManyMethodsAreWanted(t *testing.T) {
	t.Parallel()
	wanted := func(methods ...approval.Method) account.Activatable {
		return judged(func(s *account.Situation) {
			s.Devices, s.Group.Policy.Methods = 0, methods
			s.Group.Policy.Activation = account.Activation{Required: 1, Recommended: 2}
		}).Activate
	}
	if got := wanted(); got.Required != 1 || got.Recommended != 2 {
		t.Errorf("%+v, want one required and two recommended", got)
	}
	if got := wanted("totp"); got.Required != 1 || got.Recommended != 1 {
		t.Errorf("%+v, want no more than can be activated", got)
	}
}

func TestAMethodReachesWhatItsRulesGive(t *testing.T) {
	t.Parallel()
	standard, aal2 := account.ApplicationPolicy{}, account.ApplicationPolicy{Preset: account.AAL2}
	six := account.ApplicationPolicy{Match: account.Match{Kind: approval.MatchEnter, Digits: 6}}
	none := account.ApplicationPolicy{Match: account.Match{Kind: approval.MatchNone}}
	for _, c := range []struct {
		policy account.ApplicationPolicy
		method approval.Method
		want   account.ACR
	}{
		{standard, "push", "aal1"}, {six, "push", "aal2"}, {aal2, "push", "aal2"}, {none, "push", "aal1"},
		{standard, "sms", "aal1"}, {aal2, "sms", "aal2"}, {standard, "totp", "aal2"}, {standard, "passkey", "aal2"},
		{aal2, "email", "aal1"}, {aal2, "recovery", "aal1"}, {aal2, "bypass", "aal1"}, {aal2, "trusted_browser", "aal1"}, {aal2, "not_enforced", ""},
	} {
		got := c.policy.Strength(c.method)
		if got.ACR != c.want || got.Restricted != (c.method == "sms") || (len(got.AMR) == 0) != (c.method == "not_enforced") {
			t.Errorf("%s under %+v: %+v, want %q", c.method, c.policy, got, c.want)
		}
	}
}
