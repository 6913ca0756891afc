package judge

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/jawort/jawort/approval"
)

func FuzzBrowser(f *testing.F) {
	for _, seed := range [][2]string{
		{"203.0.113.9", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}, {"2001:db8::1", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1"},
		{"::ffff:203.0.113.9", ""}, {"fe80::1%eth0", "curl/8"}, {"", "\u202e"}, {"1.2.3", "Mozilla/5.0 ((((((((((;;;;"}, {"1.2.3.4/8", strings.Repeat("a/1 ", 600)}, {"010.1.1.1", "(" + strings.Repeat(";", 2000)},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, ip, userAgent string) {
		b := Browser{IP: ip, UserAgent: userAgent}
		if b.Validate() != nil {
			return
		}
		shown := b.Shown(nil)
		if _, err := netip.ParseAddr(shown.IP); err != nil || approval.CheckText("browser", shown.IP+shown.Name+shown.OS) != nil {
			t.Errorf("%q from %q is shown as %+v", userAgent, ip, shown)
		}
		if listed(map[string]string{shown.Name: ""}, shown.Name) != "" || len(shown.Name) > 20 || len(shown.OS) > 20 {
			t.Errorf("%q is shown as %q on %q", userAgent, shown.Name, shown.OS)
		}
	})
}
