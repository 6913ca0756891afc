package account_test

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/refusal"
)

func TestAPhoneThatLacksSomethingIsToldAllOfIt(t *testing.T) {
	t.Parallel()
	required := account.Requirements{ScreenLock: true, Notifications: true, MinOS: map[string]string{"ios": "15.4", "android": "7.0"}}
	fit := account.Posture{Platform: "ios", OSVersion: "15.4", ScreenLock: true, Notifications: true}
	for name, c := range map[string]struct {
		change func(*account.Posture)
		lacks  string
	}{
		"fit":                          {func(*account.Posture) {}, ""},
		"newer by a whole version":     {func(p *account.Posture) { p.OSVersion = "26" }, ""},
		"newer in the second part":     {func(p *account.Posture) { p.OSVersion = "15.10" }, ""},
		"same, written longer":         {func(p *account.Posture) { p.OSVersion = "15.4.0" }, ""},
		"older in the second part":     {func(p *account.Posture) { p.OSVersion = "15.3.9" }, "os-too-old"},
		"only the first part":          {func(p *account.Posture) { p.OSVersion = "15" }, "os-too-old"},
		"unreadable":                   {func(p *account.Posture) { p.OSVersion = "latest" }, "os-too-old"},
		"android has its own minimum":  {func(p *account.Posture) { p.Platform, p.OSVersion = "android", "7" }, ""},
		"a platform without a minimum": {func(p *account.Posture) { p.Platform, p.OSVersion = "web", "1" }, ""},
		"no screen lock":               {func(p *account.Posture) { p.ScreenLock = false }, "screen-lock-required"},
		"notifications off":            {func(p *account.Posture) { p.Notifications = false }, "notifications-off"},
		"everything": {func(p *account.Posture) { *p = account.Posture{Platform: "ios", OSVersion: "9"} },
			"os-too-old screen-lock-required notifications-off"},
	} {
		p := fit
		c.change(&p)
		var codes []string
		for _, lack := range required.Check(p) {
			codes = append(codes, lack.Code)
		}
		if got := strings.Join(codes, " "); got != c.lacks {
			t.Errorf("%s: lacks %q, want %q", name, got, c.lacks)
		}
	}
}

func TestAPostureThatCannotBeComparedOrShownIsRefused(t *testing.T) {
	t.Parallel()
	for field, p := range map[string]account.Posture{
		"installation.platform":   {Platform: "symbian", OSVersion: "9"},
		"installation.os_version": {Platform: "ios", OSVersion: "15.x"},
		"installation.model":      {Platform: "ios", OSVersion: "15", Model: "iPhone\n"},
		"installation.language":   {Platform: "ios", OSVersion: "15", Language: strings.Repeat("d", 300)},
	} {
		wantField(t, p.Validate(), field)
	}
}

func TestAPushAddressThatNoProviderCouldUseIsRefused(t *testing.T) {
	t.Parallel()
	subscription := func(endpoint string) account.PushAddress {
		s := &account.Subscription{Endpoint: endpoint}
		s.Keys.P256dh, s.Keys.Auth = "p", "a"
		return account.PushAddress{Provider: account.WebPush, Subscription: s}
	}
	for name, c := range map[string]struct {
		address account.PushAddress
		field   string
	}{
		"unknown provider":         {account.PushAddress{Provider: "pigeon"}, "push.provider"},
		"no token":                 {account.PushAddress{Provider: account.FCM, App: "p"}, "push.token"},
		"token with a line break":  {account.PushAddress{Provider: account.FCM, App: "p", Token: "a\nb"}, "push.token"},
		"token too long":           {account.PushAddress{Provider: account.FCM, App: "p", Token: strings.Repeat("x", 4097)}, "push.token"},
		"no app":                   {account.PushAddress{Provider: account.APNs, Token: "t", Environment: "sandbox"}, "push.app"},
		"no project":               {account.PushAddress{Provider: account.Huawei, Token: "t"}, "push.app"},
		"no token of Huawei's":     {account.PushAddress{Provider: account.Huawei, App: "4711"}, "push.token"},
		"no environment":           {account.PushAddress{Provider: account.APNs, App: "b", Token: "t"}, "push.environment"},
		"token that is a path":     {account.PushAddress{Provider: account.APNs, App: "b", Token: "../../x", Environment: "sandbox"}, "push.token"},
		"no subscription":          {account.PushAddress{Provider: account.WebPush}, "push.subscription"},
		"endpoint is no web URL":   {subscription("file:///etc/passwd"), "push.subscription"},
		"subscription without key": {account.PushAddress{Provider: account.WebPush, Subscription: &account.Subscription{Endpoint: "https://p.example"}}, "push.subscription.keys"},
	} {
		t.Run(name, func(t *testing.T) { wantField(t, c.address.Validate(), c.field) })
	}
	for _, a := range []account.PushAddress{
		subscription("https://push.example/1"),
		{Provider: account.FCM, App: "project", Token: "t"},
		{Provider: account.Huawei, App: "4711", Token: "t"},
		{Provider: account.APNs, App: "com.example", Environment: "production", Token: "00ff"},
	} {
		if err := a.Validate(); err != nil {
			t.Errorf("%+v: %v", a, err)
		}
	}
}

func TestOnlyAnOriginAsABrowserSendsItIsAccepted(t *testing.T) {
	t.Parallel()
	for s, ok := range map[string]bool{
		"https://login.example": true, "http://localhost:8090": true, "https://login.example/": false, "https://login.example/path": false,
		"login.example": false, "*": false, "https://": false, "https://u@login.example": false, "ftp://x": false, "null": false,
	} {
		if (account.ValidateOrigin(s) == nil) != ok {
			t.Errorf("ValidateOrigin(%q) accepts: %v, want %v", s, !ok, ok)
		}
	}
}

func TestKeysAndCodesCarryTheirRandomness(t *testing.T) {
	t.Parallel()
	secret, err := account.NewSecret(rand.Reader)
	if err != nil || !strings.HasPrefix(secret, "jw_") || len(secret) != 3+43 {
		t.Errorf("secret of %d characters, %v", len(secret), err)
	}
	mac := append([]byte("ahead"), make([]byte, 32)...)
	mac[len(mac)-1] = 7
	if code := account.EnrolmentCode(mac); code != "AAAAAAAAAAAAAAAAAAAABw" {
		t.Errorf("code %q, want 128 bits of the end", code)
	}
	if _, err := account.NewSecret(strings.NewReader("short")); err == nil {
		t.Error("a secret was made without enough randomness")
	}
	if digits := account.ConfirmationDigits(append(make([]byte, 31), 7)); digits != "000007" {
		t.Errorf("digits %q, want leading zeros kept", digits)
	}
}

func TestScopesAreNamedOrRefused(t *testing.T) {
	t.Parallel()
	got, err := account.ParseScopes("login, admin")
	if err != nil || len(got) != 2 {
		t.Fatalf("ParseScopes = %v, %v", got, err)
	}
	key := account.Key{Scopes: got}
	if !key.Allows(account.ScopeLogin) || key.Allows(account.ScopeEnrol) {
		t.Errorf("%v allows the wrong things", got)
	}
	for _, s := range []string{"", "root", "login,", "Login"} {
		_, err := account.ParseScopes(s)
		wantField(t, err, "scopes")
	}
}

func TestANumberHasTwoToSixDigitsOrNone(t *testing.T) {
	t.Parallel()
	for n, ok := range map[int]bool{-1: false, 0: true, 1: false, 2: true, 6: true, 7: false} {
		if (account.ValidateDigits(n) == nil) != ok {
			t.Errorf("%d digits accepted: %v", n, !ok)
		}
	}
}

func wantField(t *testing.T, err error, field string) {
	t.Helper()
	var r *refusal.Error
	if !errors.As(err, &r) || r.Extra["field"] != field {
		t.Errorf("%v, want a refusal of %s", err, field)
	}
}
