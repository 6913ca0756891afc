package account_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
)

func TestAnRPIDIsADomainThatBrowsersBindPasskeysToAndThatAnOriginLiesUnder(t *testing.T) {
	t.Parallel()
	origins := []string{"https://login.example.com", "http://plain.example.org", "http://localhost:8090", "https://192.0.2.1", "https://a.github.io", "https://intranet"}
	for rpID, ok := range map[string]bool{
		"": true, "login.example.com": true, "example.com": true, "localhost": true, "a.github.io": true,
		"com": false, "github.io": false, "intranet": false, "example.org": false, "plain.example.org": false, "ample.com": false, "other.example.com": false,
		"a.login.example.com": false, "192.0.2.1": false, "[2001:db8::1]": false, "https://login.example.com": false, "login.example.com:443": false,
		"login.example.com.": false, ".example.com": false, "Example.com": false, "example..com": false, "-a.example.com": false, "münchen.example": false,
		strings.Repeat("a.", 130) + "example.com": false,
	} {
		if err := account.ValidateRPID(rpID, origins); (err == nil) != ok {
			t.Errorf("%q: %v", rpID, err)
		}
	}
}

func TestOnlyPagesUnderTheRPIDMayUsePasskeysAndOnlyThoseOverTLSOrOnThisMachine(t *testing.T) {
	t.Parallel()
	a := account.Application{RPID: "example.com", Origins: []string{
		"https://login.example.com", "https://example.com:8443", "http://login.example.com", "https://example.org", "https://badexample.com", "https://example.com.evil.example",
	}}
	if got := a.PasskeyOrigins(); !slices.Equal(got, []string{"https://login.example.com", "https://example.com:8443"}) {
		t.Errorf("%q", got)
	}
	a = account.Application{RPID: "localhost", Origins: []string{"http://localhost:8090", "http://app.localhost:1", "http://127.0.0.1:8090"}}
	if got := a.PasskeyOrigins(); !slices.Equal(got, []string{"http://localhost:8090", "http://app.localhost:1"}) {
		t.Errorf("%q", got)
	}
	a.RPID = ""
	if got := a.PasskeyOrigins(); got != nil {
		t.Errorf("without an RP ID: %q", got)
	}
}

func TestOurOwnPagesUseThePasskeysOfADomainThatTheyLieUnderOrOfAnApplicationThatNamesThem(t *testing.T) {
	t.Parallel()
	const own = "https://jawort.example.com"
	for name, c := range map[string]struct {
		a      account.Application
		origin string
		want   bool
	}{
		"under the domain":            {account.Application{RPID: "example.com"}, own, true},
		"the domain itself":           {account.Application{RPID: "jawort.example.com"}, own, true},
		"this machine":                {account.Application{RPID: "localhost"}, "http://localhost:8080", true},
		"elsewhere":                   {account.Application{RPID: "login.example"}, own, false},
		"a name that only ends alike": {account.Application{RPID: "ple.com"}, own, false},
		"named":                       {account.Application{RPID: "login.example", Origins: []string{own}}, own, true},
		"named without TLS":           {account.Application{RPID: "login.example", Origins: []string{"http://jawort.example.com"}}, "http://jawort.example.com", false},
		"no passkeys at all":          {account.Application{Origins: []string{own}}, own, false},
		"nowhere":                     {account.Application{RPID: "login.example"}, "", false},
	} {
		if got := c.a.PasskeysAt(c.origin); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
