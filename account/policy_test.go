package account_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
)

// whole is one policy of each kind with everything given, as a file or a store has it.
var whole = struct {
	Tenant      account.TenantPolicy      `json:"tenant" yaml:"tenant"`
	Application account.ApplicationPolicy `json:"application" yaml:"application"`
	Group       account.GroupPolicy       `json:"group" yaml:"group"`
}{
	Tenant: account.TenantPolicy{
		Support: account.Texts{German: "Hilfe: 030 1234", English: "Help: 030 1234"}, Language: "de", TimeZone: "Europe/Berlin",
		Notify:     []string{"it@makler.example"},
		Retention:  account.Retention{Outcomes: 24, PersonalData: 12},
		Invitation: account.Letter{Subject: account.Texts{German: "Einladung"}, Text: account.Texts{German: "Guten Tag,\n\nbitte\n"}},
		Reminder:   account.Letter{Subject: account.Texts{English: "Reminder"}},
	},
	Application: account.ApplicationPolicy{
		Preset: account.AAL2, Match: account.Match{Kind: approval.MatchEnter, Digits: 6}, MaxInterval: account.Duration(90 * time.Minute),
		Remember: account.Duration(12 * time.Hour), Offline: account.OfflineAllowed, ConfirmationSet: "office",
		Methods: []approval.Method{approval.MethodPush, approval.MethodTOTP}, TOTPSkew: new(int),
	},
	Group: account.GroupPolicy{
		Interval: account.Interval{Min: 1, Max: 7, Default: 2}, Remember: true, Sharing: account.SharingForbidden, Deny: account.DenyAll,
		FirstBinding: account.BindingPhoneOnRecord, Methods: []approval.Method{approval.MethodSMS},
		SMS:        account.SMS{Switch: account.SwitchOn, Payer: account.PayerManager},
		Activation: account.Activation{Required: 1, Recommended: 2},
		EnforcedFrom: map[string]account.Date{
			"Portal": date("2027-01-01"), "App": account.DateOf(time.Date(2027, 1, 1, 8, 0, 0, 500, time.UTC)),
		},
	},
}

func date(s string) account.Date {
	var d account.Date
	if err := d.UnmarshalText([]byte(s)); err != nil {
		panic(err)
	}
	return d
}

func TestAPolicyComesBackFromJSONAndFromYAMLAsItWas(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		write func(any) ([]byte, error)
		read  func([]byte, any) error
	}{
		"json": {json.Marshal, func(b []byte, v any) error {
			d := json.NewDecoder(bytes.NewReader(b))
			d.DisallowUnknownFields()
			return d.Decode(v)
		}},
		"yaml": {yaml.Marshal, func(b []byte, v any) error {
			d := yaml.NewDecoder(bytes.NewReader(b))
			d.KnownFields(true)
			return d.Decode(v)
		}},
	} {
		written, err := c.write(whole)
		if err != nil {
			t.Fatal(err)
		}
		read := whole
		read.Tenant, read.Application, read.Group = account.TenantPolicy{}, account.ApplicationPolicy{}, account.GroupPolicy{}
		if err := c.read(written, &read); err != nil || !reflect.DeepEqual(read, whole) {
			t.Errorf("%s: %v\n%s\nread as %+v", name, err, written, read)
		}
		none, err := c.write(account.GroupPolicy{})
		if text := strings.TrimSpace(string(none)); err != nil || text != "{}" {
			t.Errorf("%s: a policy that gives nothing is written as %s, %v", name, text, err)
		}
	}
}

func TestWhatAPolicyDoesNotGiveIsThePresets(t *testing.T) {
	t.Parallel()
	standard := account.ApplicationPolicy{}.WithDefaults()
	if standard.Match != (account.Match{Kind: "enter", Digits: 2}) || standard.MaxInterval != 0 || standard.Skew() != 1 ||
		standard.Offline != account.OfflineRefused || standard.CodeLife() != 15*time.Minute {
		t.Errorf("standard: %+v", standard)
	}
	aal2 := account.ApplicationPolicy{Preset: account.AAL2}.WithDefaults()
	if aal2.Match != (account.Match{Kind: "enter", Digits: 6}) || aal2.MaxInterval.String() != "12h" || aal2.CodeLife() != 10*time.Minute {
		t.Errorf("aal2: %+v", aal2)
	}
	group := account.GroupPolicy{}.WithDefaults()
	if group.Deny != account.DenyAll || group.SMS != (account.SMS{Switch: "account", Payer: "account"}) || group.MaxDevices() != 0 ||
		group.Activation != (account.Activation{Required: 1, Recommended: 1}) || group.FirstBinding != account.BindingNone {
		t.Errorf("group: %+v", group)
	}
	personal := account.GroupPolicy{Sharing: account.SharingForbidden}.WithDefaults()
	if personal.Deny != account.DenyAny || personal.MaxDevices() != 2 {
		t.Errorf("an account that must not be shared: %+v", personal)
	}
	for name, err := range map[string]error{
		"tenant": account.TenantPolicy{}.Validate(), "application": account.ApplicationPolicy{}.Validate(), "group": account.GroupPolicy{}.Validate(),
		"whole tenant": whole.Tenant.Validate(), "whole application": whole.Application.Validate(), "whole group": whole.Group.Validate(),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAPresetIsNotWeakened(t *testing.T) {
	t.Parallel()
	for field, change := range map[string]func(*account.ApplicationPolicy){
		"match.digits": func(p *account.ApplicationPolicy) { p.Match = account.Match{Kind: "enter", Digits: 2} },
		"match.kind":   func(p *account.ApplicationPolicy) { p.Match = account.Match{Kind: "none"} },
		"max_interval": func(p *account.ApplicationPolicy) { p.MaxInterval = account.Duration(12*time.Hour + 1) },
		"remember":     func(p *account.ApplicationPolicy) { p.Remember = account.Duration(30 * account.Day) },
		"methods":      func(p *account.ApplicationPolicy) { p.Methods = []approval.Method{"push", "email"} },
	} {
		p := account.ApplicationPolicy{}
		change(&p)
		if err := p.Validate(); err != nil {
			t.Errorf("%s is refused under standard: %v", field, err)
		}
		p.Preset = account.AAL2
		wantField(t, p.Validate(), field)
	}
}

func TestAPolicyThatCannotBeIsRefusedByItsField(t *testing.T) {
	t.Parallel()
	skew := 3
	for field, p := range map[string]interface{ Validate() error }{
		"preset":                  account.ApplicationPolicy{Preset: "aal3"},
		"match.kind":              account.ApplicationPolicy{Match: account.Match{Digits: 2}},
		"match.digits":            account.ApplicationPolicy{Match: account.Match{Kind: "enter", Digits: 7}},
		"max_interval":            account.ApplicationPolicy{MaxInterval: account.Duration(8 * account.Day)},
		"remember":                account.ApplicationPolicy{Remember: account.Duration(31 * account.Day)},
		"offline":                 account.ApplicationPolicy{Offline: "perhaps"},
		"confirmation_set":        account.ApplicationPolicy{ConfirmationSet: "app_x"},
		"methods[1]":              account.ApplicationPolicy{Methods: []approval.Method{"push", "push"}},
		"totp_skew":               account.ApplicationPolicy{TOTPSkew: &skew},
		"methods[0]":              account.GroupPolicy{Methods: []approval.Method{approval.MethodTrustedBrowser}},
		"interval.max":            account.GroupPolicy{Interval: account.Interval{Max: 8}},
		"interval.min":            account.GroupPolicy{Interval: account.Interval{Min: 2, Max: 1}},
		"interval.default":        account.GroupPolicy{Interval: account.Interval{Min: 1, Max: 2}},
		"sharing":                 account.GroupPolicy{Sharing: "some"},
		"deny":                    account.GroupPolicy{Deny: "most"},
		"first_binding":           account.GroupPolicy{FirstBinding: "letter"},
		"sms.switch":              account.GroupPolicy{SMS: account.SMS{Switch: "yes"}},
		"sms.payer":               account.GroupPolicy{SMS: account.SMS{Payer: "tenant"}},
		"activation.required":     account.GroupPolicy{Activation: account.Activation{Required: -1}},
		"activation.recommended":  account.GroupPolicy{Activation: account.Activation{Required: 2, Recommended: 1}},
		"enforced_from[Portal]":   account.GroupPolicy{EnforcedFrom: map[string]account.Date{"Portal": {}}},
		"enforced_from":           account.GroupPolicy{EnforcedFrom: map[string]account.Date{"": date("2027-01-01")}},
		"language":                account.TenantPolicy{Language: "fr"},
		"time_zone":               account.TenantPolicy{TimeZone: "Local"},
		"support.de":              account.TenantPolicy{Support: account.Texts{German: "a\nb"}},
		"notify[1]":               account.TenantPolicy{Notify: []string{"it@makler.example", "it@makler.example\r\nBcc: eve@evil.example"}},
		"notify[0]":               account.TenantPolicy{Notify: []string{"it@Makler.example"}},
		"notify":                  account.TenantPolicy{Notify: make([]string, 11)},
		"retention.outcomes":      account.TenantPolicy{Retention: account.Retention{Outcomes: 241}},
		"retention.personal_data": account.TenantPolicy{Retention: account.Retention{PersonalData: -1}},
		"invitation.subject.en":   account.TenantPolicy{Invitation: account.Letter{Subject: account.Texts{English: "a\r\nBcc: b"}}},
		"reminder.text.de":        account.TenantPolicy{Reminder: account.Letter{Text: account.Texts{German: "a\u202eb"}}},
	} {
		t.Run(field, func(t *testing.T) { wantField(t, p.Validate(), field) })
	}
}

func TestADurationIsReadAndWrittenInDaysAndHours(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"12h": "12h", "720h": "30d", "30d": "30d", "0": "0", "90m": "90m", "1.5s": "1.5s", "0d": "0"} {
		var d account.Duration
		if err := d.UnmarshalText([]byte(text)); err != nil || d.String() != want {
			t.Errorf("%q is read as %v, %v", text, d, err)
		}
	}
	for _, text := range []string{"", "12", "-1d", "1.5d", "d", "99999999999d", "36501d", "month", "2000000h"} {
		var d account.Duration
		if d.UnmarshalText([]byte(text)) == nil {
			t.Errorf("%q is read as %v", text, d)
		}
	}
}

func TestADayBeginsAtMidnightOfTheTenantsZone(t *testing.T) {
	t.Parallel()
	berlin, err := account.TenantPolicy{TimeZone: "Europe/Berlin"}.Zone()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"2027-01-01": "2026-12-31T23:00:00Z", "2027-07-01": "2027-06-30T22:00:00Z",
		"2027-07-01T00:00:00Z": "2027-07-01T00:00:00Z", "2027-07-01T02:00:00+02:00": "2027-07-01T00:00:00Z",
	} {
		if got := date(text).In(berlin).UTC().Format(time.RFC3339); got != want {
			t.Errorf("%s begins at %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"", "tomorrow", "2027-02-30", "2027-01-01 08:00"} {
		var d account.Date
		if d.UnmarshalText([]byte(text)) == nil {
			t.Errorf("%q is read as %v", text, d)
		}
	}
}

func TestATextIsGivenInTheLanguageOrInTheOtherOne(t *testing.T) {
	t.Parallel()
	both, one := account.Texts{German: "Ja", English: "Yes"}, account.Texts{German: "Ja"}
	if both.In("de") != "Ja" || both.In("en") != "Yes" || both.In("") != "Yes" || one.In("en") != "Ja" {
		t.Error("a text is not given in its language")
	}
}

func TestSMSThatIsSwitchedOffForAnAccountIsNotAmongWhatWorks(t *testing.T) {
	own := account.GroupPolicy{SMS: account.SMS{Switch: account.SwitchAccount}}
	for _, on := range []bool{true, false} {
		got := account.Working(account.ApplicationPolicy{}, own, account.Account{SMSOn: on})
		if slices.Contains(got, approval.MethodSMS) != on || !slices.Contains(got, approval.MethodEmail) {
			t.Errorf("switched on %v: %v", on, got)
		}
	}
}
