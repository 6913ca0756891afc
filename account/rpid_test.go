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
