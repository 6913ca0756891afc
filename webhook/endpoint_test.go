package webhook_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/webhook"
)

var private = webhook.Rules{Private: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}

func wantField(t *testing.T, name string, err error, field string) {
	t.Helper()
	var r *refusal.Error
	if !errors.As(err, &r) || r.Class != refusal.Invalid || r.Extra["field"] != field {
		t.Errorf("%s: got %v", name, err)
	}
}

func TestAnEndpointIsAnHTTPSAddressOfTheWorld(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"https://example.com", "https://example.com/hooks?tenant=7", "https://example.com:8443/", "https://EXAMPLE.com:443/a%20b",
		"https://93.184.216.34/hooks", "https://[2606:2800:220:1::1]/hooks", "https://xn--bcher-kva.example/", "https://a1.b2c/",
	} {
		if err := (webhook.Rules{}).Check(webhook.Endpoint{URL: url}); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
	for _, url := range []string{
		"", "example.com", "//example.com", "https:", "https://", "https:///hooks", "https://:443/", "https:example.com",
		"http://example.com/", "ftp://example.com/", "file:///etc/passwd", "javascript:alert(1)", "HTTP://127.0.0.1:8080/",
		"https://user@example.com/", "https://user:secret@example.com/", "https://example.com/#part", "https://example.com/#",
		"https://example.com:80/", "https://example.com:22/", "https://example.com:1023/", "https://example.com:0/", "https://example.com:65536/",
		"https://127.0.0.1/", "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data", "https://0.0.0.0/", "https://168.63.129.16/",
		"https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:a9fe:a9fe]/", "https://[fd00::1]/", "https://[fe80::1%25eth0]/",
		"https://2130706433/", "https://0x7f000001/", "https://127.1/", "https://0177.0.0.1/", "https://example.09/", "https://127.0.0.1./",
		"https://bücher.example/", "https://example.com/a b", "https://example.com/\n", "https://example.com/" + strings.Repeat("a", 1024), "https://%zz/",
	} {
		wantField(t, url, webhook.Rules{}.Check(webhook.Endpoint{URL: url}), "url")
	}
}

func TestWithAllowedNetworksEndpointsMayLieInThem(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"http://127.0.0.1:80/hooks", "https://127.0.0.1:22/", "http://receiver.internal:3000/", "http://[::ffff:127.0.0.1]/"} {
		if err := private.Check(webhook.Endpoint{URL: url}); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
	for _, url := range []string{"http://93.184.216.34/", "http://10.0.0.1/", "https://10.0.0.1/", "http://receiver.internal/#a", "https://example.com:22/"} {
		wantField(t, url, private.Check(webhook.Endpoint{URL: url}), "url")
	}
}

func TestAnEndpointAsksForTypesThatThereAre(t *testing.T) {
	t.Parallel()
	ok := webhook.Endpoint{URL: "https://example.com/", Description: "Portal", Events: []string{"approval.approved", "budget.alarm"}}
	if err := (webhook.Rules{}).Check(ok); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]struct {
		change func(*webhook.Endpoint)
		field  string
	}{
		"an unknown type":       {func(e *webhook.Endpoint) { e.Events = []string{"approval.approved", "approval.*"} }, "events[1]"},
		"an empty type":         {func(e *webhook.Endpoint) { e.Events = []string{""} }, "events[0]"},
		"the ping":              {func(e *webhook.Endpoint) { e.Events = []string{"ping"} }, "events[0]"},
		"a type twice":          {func(e *webhook.Endpoint) { e.Events = []string{"budget.alarm", "budget.alarm"} }, "events[1]"},
		"an unfit description":  {func(e *webhook.Endpoint) { e.Description = "a\u202eb" }, "description"},
		"too long descriptions": {func(e *webhook.Endpoint) { e.Description = strings.Repeat("a", 257) }, "description"},
	} {
		e := ok
		c.change(&e)
		wantField(t, name, webhook.Rules{}.Check(e), c.field)
	}
}

func TestAnEndpointWithoutAFilterWantsEverything(t *testing.T) {
	t.Parallel()
	if !(webhook.Endpoint{}).Wants("approval.denied") || !(webhook.Endpoint{Events: []string{"approval.denied"}}).Wants("approval.denied") ||
		(webhook.Endpoint{Events: []string{"approval.denied"}}).Wants("approval.approved") {
		t.Error("the filter is not applied")
	}
}
