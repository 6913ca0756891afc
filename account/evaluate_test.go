package account_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
)

var now = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// everyday is the login of a customer with a phone, whose browser confirmed an hour ago.
func everyday() account.Situation {
	return account.Situation{
		Application: account.Application{
			ID: "app_1", Name: "Portal", RPID: "login.example", TenantPolicy: account.TenantPolicy{Support: account.Texts{English: "Call us."}},
		},
		Group: account.Group{Policy: account.GroupPolicy{
			Interval: account.Interval{Max: 7, Default: 1}, SMS: account.SMS{Switch: account.SwitchOn},
		}},
		Account: account.Account{ID: "acc_1", Phone: "+4930123", Email: "a@b.example"},
		Kind:    approval.Login, Now: now, Browser: account.Browser{Family: "Firefox", Country: "DE"},
		Trust: &account.Trust{
			Account: "acc_1", Set: "app_1", Method: approval.MethodPush, ACR: account.ACR2, Browser: account.Browser{Family: "Firefox", Country: "DE"},
			ConfirmedAt: now.Add(-time.Hour), ExpiresAt: now.Add(30 * account.Day),
		},
		Devices: 1, Passkeys: []string{"other.example", "login.example"},
	}
}

// judged is everyday after a change.
func judged(change func(*account.Situation)) account.Verdict {
	s := everyday()
	change(&s)
	return account.Evaluate(s)
}

func days(n int) *int { return &n }

func TestABrowserThatConfirmedIsAskedAgainAsThePolicySays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*account.Situation)
		code   account.Code
		by     account.Bound
	}{
		"within the group's default":    {func(*account.Situation) {}, "trusted", "group"},
		"nothing presented":             {func(s *account.Situation) { s.Trust = nil }, "unknown_browser", "group"},
		"another account's":             {func(s *account.Situation) { s.Trust.Account = "acc_2" }, "other_account", "group"},
		"another application's":         {func(s *account.Situation) { s.Trust.Set = "app_2" }, "other_set", "group"},
		"of the same set":               {func(s *account.Situation) { s.Application.Policy.ConfirmationSet, s.Trust.Set = "office", "office" }, "trusted", "group"},
		"its own, but the set is named": {func(s *account.Situation) { s.Application.Policy.ConfirmationSet = "office" }, "other_set", "group"},
		"from another browser":          {func(s *account.Situation) { s.Browser.Family = "Chrome" }, "browser_changed", "group"},
		"from a browser unknown now":    {func(s *account.Situation) { s.Browser.Family = "" }, "browser_changed", "group"},
		"from another country":          {func(s *account.Situation) { s.Browser.Country = "FR" }, "country_changed", "group"},
		"without a database now":        {func(s *account.Situation) { s.Browser.Country = "" }, "trusted", "group"},
		"without a database then":       {func(s *account.Situation) { s.Trust.Browser.Country = "" }, "trusted", "group"},
		"always, chosen":                {func(s *account.Situation) { s.Account.Interval = days(0) }, "always", "account"},
		"always, by the group":          {func(s *account.Situation) { s.Group.Policy.Interval = account.Interval{} }, "always", "group"},
		"always, and nothing presented": {func(s *account.Situation) { s.Trust, s.Account.Interval = nil, days(0) }, "always", "account"},
		"always, a clock that is ahead": {func(s *account.Situation) { s.Account.Interval, s.Trust.ConfirmedAt = days(0), now.Add(time.Minute) }, "always", "account"},
		"without a group":               {func(s *account.Situation) { s.Group = account.Group{} }, "always", "group"},
		"the longer interval chosen":    {func(s *account.Situation) { s.Account.Interval, s.Trust.ConfirmedAt = days(3), now.Add(-2*account.Day) }, "trusted", "account"},
		"chosen before the group was tightened": {func(s *account.Situation) {
			s.Account.Interval, s.Group.Policy.Interval.Max, s.Trust.ConfirmedAt = days(7), 1, now.Add(-2*account.Day)
		}, "interval_over", "group"},
		"capped by the application": {func(s *account.Situation) {
			s.Application.Policy.MaxInterval, s.Trust.ConfirmedAt = account.Duration(12*time.Hour), now.Add(-13*time.Hour)
		}, "interval_over", "application"},
		"capped by the preset": {func(s *account.Situation) {
			s.Application.Policy.Preset, s.Trust.ConfirmedAt = account.AAL2, now.Add(-13*time.Hour)
		}, "interval_over", "preset"},
		"granted for less":              {func(s *account.Situation) { s.Trust.ExpiresAt = now.Add(-time.Second) }, "expired", "group"},
		"confirmed by less than aal2":   {func(s *account.Situation) { s.Application.Policy.Preset, s.Trust.ACR = account.AAL2, account.ACR1 }, "weaker", "preset"},
		"by a method not allowed here":  {func(s *account.Situation) { s.Application.Policy.Methods = []approval.Method{"totp"} }, "weaker", "group"},
		"by a method forbidden by now":  {func(s *account.Situation) { s.Group.Policy.Methods = []approval.Method{"totp"} }, "weaker", "group"},
		"a transaction":                 {func(s *account.Situation) { s.Kind = approval.Transaction }, "transaction", ""},
		"an unknown kind":               {func(s *account.Situation) { s.Kind = "payment" }, "transaction", ""},
		"an account without any method": {func(s *account.Situation) { s.Devices = 0 }, "first_login", "group"},
	} {
		v := judged(c.change)
		if v.Reason.Code != c.code || v.Reason.BoundedBy != c.by || v.Asked() == (c.code == account.CodeTrusted) {
			t.Errorf("%s: %q, reason %+v, want %s by %s", name, v.Method, v.Reason, c.code, c.by)
		}
		if v.Reason.Code.Suspicious() != (c.code == "browser_changed" || c.code == "country_changed") {
			t.Errorf("%s: suspicious is %v", name, v.Reason.Code.Suspicious())
		}
	}
}

func TestTrustEndsExactlyWhenItsIntervalDoes(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for name, confirmed := range map[string]time.Time{
		"winter": time.Date(2026, 11, 25, 12, 0, 0, 0, berlin), "as the clock goes back": time.Date(2026, 10, 24, 12, 0, 0, 0, berlin),
		"as the clock goes ahead": time.Date(2027, 3, 27, 12, 0, 0, 0, berlin),
	} {
		for offset, asked := range map[time.Duration]bool{-time.Microsecond: false, 0: true, time.Microsecond: true} {
			v := judged(func(s *account.Situation) {
				s.Trust.ConfirmedAt, s.Trust.ExpiresAt = confirmed, confirmed.Add(7*account.Day)
				s.Now = confirmed.Add(24*time.Hour + offset)
			})
			if v.Asked() != asked || !v.Reason.Until.Equal(confirmed.Add(24*time.Hour)) {
				t.Errorf("%s, %v from the end: asked %v, %+v", name, offset, v.Asked(), v.Reason)
			}
		}
	}
	for offset, asked := range map[time.Duration]bool{-time.Microsecond: false, 0: true} {
		v := judged(func(s *account.Situation) { s.Trust.ExpiresAt = now.Add(-offset) })
		if v.Asked() != asked {
			t.Errorf("%v from the end of what was granted: asked %v", offset, v.Asked())
		}
	}
}

func TestARememberedBrowserIsTrustedForAsLongAsTheApplicationOffers(t *testing.T) {
	t.Parallel()
	remembered := func(change func(*account.Situation)) account.Verdict {
		return judged(func(s *account.Situation) {
			s.Application.Policy.Remember, s.Group.Policy.Remember = account.Duration(30*account.Day), true
			s.Trust.Remember, s.Trust.ConfirmedAt, s.Trust.ExpiresAt = true, now.Add(-29*account.Day), now.Add(account.Day)
			change(s)
		})
	}
	for name, c := range map[string]struct {
		change func(*account.Situation)
		code   account.Code
	}{
		"offered":                       {func(*account.Situation) {}, "remembered"},
		"over":                          {func(s *account.Situation) { s.Now = now.Add(account.Day) }, "interval_over"},
		"forbidden by the group by now": {func(s *account.Situation) { s.Group.Policy.Remember = false }, "interval_over"},
		"offered for less by now":       {func(s *account.Situation) { s.Application.Policy.Remember = account.Duration(10 * account.Day) }, "interval_over"},
		"not offered any more":          {func(s *account.Situation) { s.Application.Policy.Remember = 0 }, "interval_over"},
		"not what was asked for then":   {func(s *account.Situation) { s.Trust.Remember = false }, "interval_over"},
		"where the group asks always":   {func(s *account.Situation) { s.Group.Policy.Interval = account.Interval{} }, "remembered"},
		"where always was chosen":       {func(s *account.Situation) { s.Account.Interval = days(0) }, "always"},
		"where the application caps":    {func(s *account.Situation) { s.Application.Policy.MaxInterval = account.Duration(time.Hour) }, "remembered"},
		"where aal2 caps":               {func(s *account.Situation) { s.Application.Policy.Preset = account.AAL2 }, "interval_over"},
		"where the interval is longer": {func(s *account.Situation) {
			s.Application.Policy.Remember, s.Trust.ConfirmedAt = account.Duration(time.Hour), now.Add(-2*time.Hour)
		}, "trusted"},
	} {
		if v := remembered(c.change); v.Reason.Code != c.code {
			t.Errorf("%s: %+v, want %s", name, v.Reason, c.code)
		}
	}
}

func TestAConfirmationIsWorthTheTightestBound(t *testing.T) {
	t.Parallel()
	granted := func(change func(*account.Situation)) account.Grant {
		return judged(func(s *account.Situation) { s.Trust = nil; change(s) }).Grant
	}
	offer := func(s *account.Situation) {
		s.Application.Policy.Remember, s.Group.Policy.Remember = account.Duration(30*account.Day), true
	}
	for name, c := range map[string]struct {
		change func(*account.Situation)
		want   account.Grant
	}{
		"the interval":                           {func(*account.Situation) {}, account.Grant{Set: "app_1", For: account.Day}},
		"the cap":                                {func(s *account.Situation) { s.Application.Policy.Preset = account.AAL2 }, account.Grant{Set: "app_1", For: 12 * time.Hour}},
		"always":                                 {func(s *account.Situation) { s.Account.Interval = days(0) }, account.Grant{Set: "app_1"}},
		"remembering, offered but not asked for": {offer, account.Grant{Set: "app_1", For: account.Day, Offer: 30 * account.Day}},
		"remembering, asked for": {func(s *account.Situation) { offer(s); s.Remember = true },
			account.Grant{Set: "app_1", For: 30 * account.Day, Remember: true, Offer: 30 * account.Day}},
		"remembering, asked for and not offered": {func(s *account.Situation) { s.Remember = true }, account.Grant{Set: "app_1", For: account.Day}},
		"remembering, against the choice of always": {func(s *account.Situation) { offer(s); s.Remember, s.Account.Interval = true, days(0) },
			account.Grant{Set: "app_1"}},
		"a set":                                {func(s *account.Situation) { s.Application.Policy.ConfirmationSet = "office" }, account.Grant{Set: "office", For: account.Day}},
		"a transaction":                        {func(s *account.Situation) { s.Kind = approval.Transaction }, account.Grant{}},
		"nothing, because nothing can confirm": {func(s *account.Situation) { s.Application.Policy.Methods = []approval.Method{"totp"} }, account.Grant{}},
	} {
		if got := granted(c.change); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	g := granted(func(*account.Situation) {})
	if g.By("push") != account.Day || g.By("bypass") != 0 || g.By("trusted_browser") != 0 || g.By("not_enforced") != 0 {
		t.Error("an operator's code or no confirmation at all makes a browser trusted")
	}
	if got := judged(func(*account.Situation) {}).Grant; got != (account.Grant{}) {
		t.Errorf("a trusted browser renews itself: %+v", got)
	}
}

// only is an account whose one method is m.
func only(m approval.Method, change func(*account.Situation)) func(*account.Situation) {
	return func(s *account.Situation) {
		s.Devices, s.Active = 0, []approval.Method{m}
		change(s)
	}
}

func TestOnlyWhatIsAllowedAndReadyMayConfirm(t *testing.T) {
	t.Parallel()
	all := []approval.Method{"bypass", "recovery", "email", "sms", "totp", "passkey"}
	for name, c := range map[string]struct {
		change   func(*account.Situation)
		methods  []approval.Method
		obstacle account.Obstacle
	}{
		"all, the stronger first": {func(s *account.Situation) { s.Active = all }, account.Methods, ""},
		"aal2 takes no e-mail": {func(s *account.Situation) { s.Active, s.Application.Policy.Preset = all, account.AAL2 },
			[]approval.Method{"push", "passkey", "totp", "sms", "recovery", "bypass"}, ""},
		"application and group agree": {func(s *account.Situation) {
			s.Active, s.Application.Policy.Methods, s.Group.Policy.Methods = all, []approval.Method{"totp", "sms", "push"}, []approval.Method{"email", "totp"}
		}, []approval.Method{"totp"}, ""},
		"a transaction": {func(s *account.Situation) { s.Active, s.Kind, s.NamesSums = all, approval.Transaction, true },
			[]approval.Method{"push", "passkey", "sms"}, ""},
		"a transaction without a payee": {func(s *account.Situation) { s.Active, s.Kind = all, approval.Transaction },
			[]approval.Method{"push", "passkey"}, ""},
		"only an SMS without a payee":  {only("sms", func(s *account.Situation) { s.Kind = approval.Transaction }), nil, "sums_not_named"},
		"a transaction by codes only":  {only("totp", func(s *account.Situation) { s.Kind = approval.Transaction }), nil, "not_transactions"},
		"a transaction by a bypass":    {only("bypass", func(s *account.Situation) { s.Kind = approval.Transaction }), nil, "not_transactions"},
		"a transaction of nobody":      {func(s *account.Situation) { s.Kind, s.Devices = approval.Transaction, 0 }, nil, "no_method"},
		"none that is allowed":         {func(s *account.Situation) { s.Application.Policy.Methods = []approval.Method{"totp"} }, nil, "not_allowed"},
		"e-mail under aal2":            {only("email", func(s *account.Situation) { s.Application.Policy.Preset = account.AAL2 }), nil, "not_allowed"},
		"a passkey":                    {only("passkey", func(*account.Situation) {}), []approval.Method{"passkey"}, ""},
		"a passkey of another domain":  {only("passkey", func(s *account.Situation) { s.Passkeys = []string{"other.example"} }), nil, "passkey_elsewhere"},
		"no domain for passkeys":       {only("passkey", func(s *account.Situation) { s.Application.RPID, s.Passkeys = "", []string{""} }), nil, "no_rp_id"},
		"a paused passkey":             {only("passkey", func(s *account.Situation) { s.Pauses = []account.Pause{{"passkey", now.Add(1)}} }), nil, "method_paused"},
		"no number":                    {only("sms", func(s *account.Situation) { s.Account.Phone = "" }), nil, "no_number"},
		"no address":                   {only("email", func(s *account.Situation) { s.Account.Email = "" }), nil, "no_address"},
		"SMS off for the group":        {only("sms", func(s *account.Situation) { s.Account.SMSOn, s.Group.Policy.SMS.Switch = true, "off" }), nil, "sms_off"},
		"SMS off for the account":      {only("sms", func(s *account.Situation) { s.Group.Policy.SMS.Switch = "account" }), nil, "sms_off"},
		"SMS on for the account":       {only("sms", func(s *account.Situation) { s.Account.SMSOn, s.Group.Policy.SMS.Switch = true, "" }), []approval.Method{"sms"}, ""},
		"a number changed within 24 h": {only("sms", func(s *account.Situation) { s.Account.PhoneChangedAt = now.Add(1 - account.Day) }), nil, "number_changed"},
		"a number changed 24 h ago":    {only("sms", func(s *account.Situation) { s.Account.PhoneChangedAt = now.Add(-account.Day) }), []approval.Method{"sms"}, ""},
		"e-mail without a sender":      {only("email", func(s *account.Situation) { s.NoSender = []approval.Method{"email"} }), nil, "no_sender"},
		"an address changed now":       {only("email", func(s *account.Situation) { s.Account.EmailChangedAt = now }), nil, "address_changed"},
		"an address changed 24 h ago":  {only("email", func(s *account.Situation) { s.Account.EmailChangedAt = now.Add(-account.Day) }), []approval.Method{"email"}, ""},
		"SMS beside a new address":     {only("sms", func(s *account.Situation) { s.Account.EmailChangedAt = now }), []approval.Method{"sms"}, ""},
		"e-mail beside a new number":   {only("email", func(s *account.Situation) { s.Account.PhoneChangedAt = now }), []approval.Method{"email"}, ""},
		"paused":                       {only("totp", func(s *account.Situation) { s.Pauses = []account.Pause{{"totp", now.Add(1)}} }), nil, "method_paused"},
		"paused until now":             {only("totp", func(s *account.Situation) { s.Pauses = []account.Pause{{"totp", now}} }), []approval.Method{"totp"}, ""},
		"disabled, and no first login": {only("totp", func(s *account.Situation) { s.Pauses = []account.Pause{{Method: "totp"}} }), nil, "method_disabled"},
		"a phone that wrong numbers disabled, and no first login": {func(s *account.Situation) { s.Devices, s.Locked = 0, true }, nil, "method_disabled"},
		"the other phone was disabled":                            {func(s *account.Situation) { s.Locked = true }, []approval.Method{"push"}, ""},
		"another method paused":                                   {func(s *account.Situation) { s.Pauses = []account.Pause{{"totp", now.Add(1)}} }, []approval.Method{"push"}, ""},
	} {
		v := judged(func(s *account.Situation) { s.Trust = nil; c.change(s) })
		if !slices.Equal(v.Methods, c.methods) || v.Obstacle != c.obstacle || len(v.Activate.Methods) != 0 {
			t.Errorf("%s: %v, obstacle %q, activate %v; want %v, %q", name, v.Methods, v.Obstacle, v.Activate, c.methods, c.obstacle)
		}
		if v.Support.English == "" {
			t.Errorf("%s: whoever lost the phone is not told whom to ask", name)
		}
	}
}

func TestAnObstacleThatPassesSaysWhen(t *testing.T) {
	t.Parallel()
	until := now.Add(15 * time.Minute)
	v := judged(func(s *account.Situation) {
		s.Trust, s.Devices, s.Active, s.Pauses = nil, 0, []approval.Method{"totp"}, []account.Pause{{"totp", until}}
	})
	if !v.Reason.Until.Equal(until) {
		t.Errorf("a paused method is ready at %v, want %v", v.Reason.Until, until)
	}
	quiet := func(at time.Time) time.Time {
		return judged(func(s *account.Situation) { s.Trust, s.QuietTo = nil, at }).QuietTo
	}
	if !quiet(until).Equal(until) || !quiet(now).IsZero() {
		t.Error("phones are woken within a pause, or left alone after it")
	}
}

func TestBeforeTheDayOfEnforcementOnlyThoseWithoutAMethodPass(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	eve := time.Date(2026, 12, 31, 22, 59, 59, 999_999_000, time.UTC)
	from := map[string]account.Date{"Portal": date("2027-01-01")}
	for name, c := range map[string]struct {
		change func(*account.Situation)
		asked  bool
	}{
		"without a method": {func(*account.Situation) {}, false},
		"with a phone":     {func(s *account.Situation) { s.Devices = 1 }, true},
		"with a method that is disabled": {func(s *account.Situation) {
			s.Active, s.Pauses = []approval.Method{"totp"}, []account.Pause{{Method: "totp"}}
		}, true},
		"with one that is not allowed": {func(s *account.Situation) {
			s.Active, s.Group.Policy.Methods = []approval.Method{"email"}, []approval.Method{"totp"}
		}, true},
		"on the day":                       {func(s *account.Situation) { s.Now = eve.Add(time.Microsecond) }, true},
		"for another application":          {func(s *account.Situation) { s.Application.Name = "App" }, true},
		"a transaction":                    {func(s *account.Situation) { s.Kind = approval.Transaction }, true},
		"in a zone where the day is later": {func(s *account.Situation) { s.Now, s.Zone = eve.Add(time.Hour), nil }, false},
	} {
		v := judged(func(s *account.Situation) {
			s.Trust, s.Devices, s.Group.Policy.EnforcedFrom, s.Now, s.Zone = nil, 0, from, eve, berlin
			c.change(s)
		})
		if v.Asked() != c.asked || (!c.asked && (v.Method != approval.MethodNotEnforced || v.Reason.EnforcedFrom.IsZero() || v.Grant.For != 0)) {
			t.Errorf("%s: %q, %+v", name, v.Method, v.Reason)
		}
	}
}

func TestAnApplicationThatMatchesNothingAsksOneQuestionAtATime(t *testing.T) {
	t.Parallel()
	alone := judged(func(s *account.Situation) { s.Application.Policy.Match = account.Match{Kind: approval.MatchNone} })
	if !alone.Alone || judged(func(*account.Situation) {}).Alone {
		t.Error("two questions without a number could be taken for each other")
	}
	if v := judged(func(s *account.Situation) { s.Application.Policy.Offline = account.OfflineAllowed }); v.Offline != account.OfflineAllowed {
		t.Errorf("offline %q, want what the application says", v.Offline)
	}
}

func TestAnIntervalOutsideItsBoundsIsRefusedByItsBound(t *testing.T) {
	t.Parallel()
	brokers := account.GroupPolicy{Interval: account.Interval{Min: 1, Max: 3, Default: 1}}
	for n, ok := range map[int]bool{-1: false, 0: false, 1: true, 3: true, 4: false} {
		err := brokers.ChooseInterval(n)
		if (err == nil) != ok {
			t.Errorf("%d days: %v", n, err)
		}
		if !ok {
			wantField(t, err, "interval")
			var r *refusal.Error
			if errors.As(err, &r); r.Class != refusal.Invalid || r.Extra["bounded_by"] != account.BoundGroup || r.Extra["max"] != 3 {
				t.Errorf("%d days: %v does not name the bound", n, r.Extra)
			}
		}
	}
}
