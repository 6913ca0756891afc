package account_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/refusal"
)

// refused wants an error that says what to mend.
func refused(t *testing.T, given any, err error) {
	t.Helper()
	var shown *refusal.Error
	if !errors.As(err, &shown) || shown.Class != refusal.Invalid || shown.Detail == "" {
		t.Fatalf("%q is refused with %v", given, err)
	}
}

func FuzzExternalID(f *testing.F) {
	for _, seed := range []string{"4711", "", "AB/12 Ü", strings.Repeat("a", 128), strings.Repeat("a", 129), "\u202e", " ", "a\x00", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if err := account.ValidateExternalID(s); err != nil {
			refused(t, s, err)
		} else if s == "" || len(s) > 128 || account.ValidateName("name", s) != nil {
			t.Errorf("%q is a login number, but no name", s)
		}
	})
}

func FuzzOriginAndRPID(f *testing.F) {
	for _, seed := range [][2]string{
		{"https://login.example", "login.example"}, {"https://login.example:8443", "example"}, {"http://localhost:3000", "localhost"}, {"https://a.b.example/", "b.example"},
		{"https://user@login.example", "login.example"}, {"https://[::1]", "::1"}, {"javascript:alert(1)", "x"}, {"https://login.example", "com"}, {"https://LOGIN.example", "login.example"},
		{"", ""}, {"https://", ""}, {"https://a.co.uk", "co.uk"}, {"null", "null"}, {"https://xn--bcher-kva.example", "bücher.example"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, origin, rpID string) {
		if err := account.ValidateOrigin(origin); err != nil {
			refused(t, origin, err)
			return
		}
		u, err := url.Parse(origin)
		if err != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
			t.Fatalf("%q is an origin: %+v %v", origin, u, err)
		}
		if err := account.ValidateRPID(rpID, []string{origin}); err != nil {
			refused(t, rpID, err)
		} else if host := u.Hostname(); rpID != "" && host != rpID && !strings.HasSuffix(host, "."+rpID) {
			t.Errorf("pages of %q may use passkeys of %q", origin, rpID)
		}
	})
}

func FuzzDurationIsReadAsItIsWritten(f *testing.F) {
	for _, seed := range []string{"0", "90m", "12h", "30d", "36500d", "36501d", "-30d", "-720h", "1h30m", "1.5h", "1ns", "", "d", "9223372036854775807ns", "4294967296d", "+1d", "1e3h"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var d, again account.Duration
		if err := d.UnmarshalText([]byte(text)); err != nil {
			refused(t, text, err)
			return
		}
		if err := again.UnmarshalText([]byte(d.String())); err != nil || again != d {
			t.Errorf("%q is written as %q, which is read as %s (%v)", text, d, again, err)
		}
	})
}

func FuzzDateIsReadAsItIsWritten(f *testing.F) {
	for _, seed := range []string{"2027-01-01", "2027-01-01T08:00:00Z", "2027-01-01T08:00:00+02:00", "2027-02-30", "0000-01-01", "9999-12-31T23:59:59.999999999Z", "", "soon", "2027-01-01T24:00:00Z", "2027-1-1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var d, again account.Date
		if err := d.UnmarshalText([]byte(text)); err != nil {
			refused(t, text, err)
			return
		}
		if err := again.UnmarshalText([]byte(d.String())); err != nil || again.String() != d.String() {
			t.Errorf("%q is written as %q, which is read as %q (%v)", text, d, again, err)
		}
		d.In(time.UTC)
	})
}

func FuzzParseScopes(f *testing.F) {
	for _, seed := range []string{"login", "login,enrol,admin", "login, enrol", "", ",", "root", "LOGIN", "login,login", "login\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		scopes, err := account.ParseScopes(s)
		if err != nil {
			refused(t, s, err)
			return
		}
		var written []string
		for _, scope := range scopes {
			written = append(written, string(scope))
		}
		if again, err := account.ParseScopes(strings.Join(written, ",")); err != nil || !reflect.DeepEqual(again, scopes) {
			t.Errorf("%q is %v, and then %v (%v)", s, scopes, again, err)
		}
	})
}

// fuzzPolicy reads policies as a dry run and a file hand them in, and wants what is taken to be kept as it is.
func fuzzPolicy[T interface{ Validate() error }](f *testing.F, seeds ...string) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var p, again T
		if json.Unmarshal(text, &p) != nil {
			return
		}
		if err := p.Validate(); err != nil {
			refused(t, text, err)
			return
		}
		kept, err := json.Marshal(p)
		if err != nil {
			t.Fatalf("%s is taken, but cannot be kept: %v", text, err)
		}
		if err := json.Unmarshal(kept, &again); err != nil {
			t.Fatalf("%s is kept as %s, which cannot be read: %v", text, kept, err)
		}
		if twice, err := json.Marshal(again); err != nil || string(twice) != string(kept) {
			t.Errorf("%s is kept as %s, and then as %s", text, kept, twice)
		}
		if err := again.Validate(); err != nil {
			t.Errorf("%s is kept as %s, which is refused: %v", text, kept, err)
		}
	})
}

func FuzzGroupPolicy(f *testing.F) {
	fuzzPolicy[account.GroupPolicy](f, `{}`, `{"interval":{"min":0,"max":7,"default":1},"remember":true,"sharing":"forbidden","deny":"any","first_binding":"operator","methods":["push","sms"]}`,
		`{"interval":{"min":3,"max":2}}`, `{"interval":{"max":8}}`, `{"methods":["push","push"]}`, `{"methods":["pigeon"]}`, `{"enforced_from":{"Portal":"2027-01-01"}}`,
		`{"enforced_from":{"":"2027-01-01"}}`, `{"sms":{"switch":"account"}}`, `{"activation":{"required":6}}`, `{"activation":{"required":2,"recommended":1}}`)
}

func FuzzApplicationPolicy(f *testing.F) {
	fuzzPolicy[account.ApplicationPolicy](f, `{}`, `{"preset":"aal2","match":{"kind":"enter","digits":6},"max_interval":"12h","remember":"12h","totp_skew":1}`, `{"match":{"kind":"enter","digits":7}}`,
		`{"match":{"kind":"none","digits":2}}`, `{"preset":"aal9"}`, `{"max_interval":"-1h"}`, `{"remember":"31d"}`, `{"totp_skew":-1}`, `{"confirmation_set":"\u202e"}`, `{"methods":["sms"],"preset":"aal2"}`)
}

func FuzzTenantPolicy(f *testing.F) {
	fuzzPolicy[account.TenantPolicy](f, `{}`, `{"language":"de","time_zone":"Europe/Berlin","region":"DE"}`, `{"language":"klingon"}`, `{"time_zone":"../../etc/passwd"}`, `{"time_zone":"Local"}`,
		`{"region":"de"}`, `{"notify":["anna@example.com"]}`, `{"notify":["a@b\r\nBcc: c@d"]}`, `{"retention":{"outcomes":"-1d"}}`, `{"support":{"phone":"\u202e"}}`)
}

func FuzzPushAddress(f *testing.F) {
	fuzzPolicy[account.PushAddress](f, `{"provider":"fcm","app":"p","token":"dQw4w9WgXcQ:APA91b"}`, `{"provider":"apns","app":"b","environment":"sandbox","token":"00fc"}`, `{"provider":"huawei","app":"7","token":"I"}`,
		`{"provider":"webpush","subscription":{"endpoint":"https://push.example/a","keys":{"p256dh":"BA","auth":"AA"}}}`, `{}`, `{"provider":"apns","app":"b","environment":"sandbox","token":"0"}`,
		`{"provider":"fcm","app":"a b","token":"x"}`, `{"provider":"webpush","subscription":{"endpoint":"gopher://x","keys":{"p256dh":"BA","auth":"AA"}}}`, `{"provider":"webpush","subscription":{"endpoint":"https://x"}}`)
}

func FuzzPosture(f *testing.F) {
	const rest = `,"model":"Pixel","language":"de","screen_lock":true,"notifications":true}`
	fuzzPolicy[account.Posture](f, `{"platform":"android","os_version":"16"`+rest, `{"platform":"ios","os_version":"17.1.2"`+rest, `{"platform":"web","os_version":"0"`+rest, `{}`,
		`{"platform":"android","os_version":""`+rest, `{"platform":"android","os_version":"1..2"`+rest, `{"platform":"android","os_version":"99999999999"`+rest, `{"platform":"android","os_version":"1","model":"\u0000"}`,
		`{"platform":"android","os_version":"`+strings.Repeat("1.", 20)+`1"`+rest)
}

func FuzzMemberIsAbsentNullOrAValue(f *testing.F) {
	for _, seed := range []string{`{}`, `{"label":null}`, `{"label":"a"}`, `{"interval":7,"sms":false}`, `{"interval":7.5}`, `{"sms":1}`, `{"label":{}}`, `[]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var c account.Edit
		if json.Unmarshal(text, &c) != nil {
			return
		}
		if err := c.Validate(); err != nil {
			refused(t, text, err)
			return
		}
		before := account.Account{ExternalID: "4711", Label: "Depot", Email: "anna@example.com"}
		once := c.Apply(before, "", "")
		if again := c.Apply(once, "", ""); !reflect.DeepEqual(once, again) {
			t.Errorf("%s applied once is %+v, and twice %+v", text, once, again)
		}
	})
}
