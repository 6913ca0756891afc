package edge_test

import (
	"net/http"
	"net/netip"
	"testing"

	"github.com/jawort/jawort/edge"
)

// Whoever is behind the trusted proxies cannot choose where a request seems to come from by what stands before them.
func FuzzSourceIsTheNearestThatIsNotTrusted(f *testing.F) {
	for _, seed := range [][2]string{
		{"192.0.2.1:1", "203.0.113.9"}, {"127.0.0.1:1", "203.0.113.9, 10.0.0.1"}, {"127.0.0.1:1", ""}, {"127.0.0.1:1", ",,,"}, {"127.0.0.1:1", "[2001:db8::1]:443"}, {"[::1]:1", "::ffff:203.0.113.9"},
		{"127.0.0.1:1", "fe80::1%eth0"}, {"", ""}, {"nonsense", "1.2.3.4"}, {"127.0.0.1:1", "010.0.0.1"}, {"127.0.0.1:1", "unknown, _hidden"}, {"127.0.0.1:1", "\xff"},
	} {
		f.Add(seed[0], seed[1])
	}
	p := edge.Proxies{Trusted: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}}
	f.Fuzz(func(t *testing.T, peer, forwarded string) {
		ask := func(forwarded string) (netip.Addr, bool) {
			return p.Source(&http.Request{RemoteAddr: peer, Header: http.Header{"X-Forwarded-For": {forwarded}}})
		}
		source, limited := ask(forwarded)
		if limited && (!source.IsValid() || source.Zone() != "" || source.IsLoopback()) {
			t.Errorf("%q behind %q is limited as %s", forwarded, peer, source)
		}
		if limited {
			if forged, still := ask("198.51.100.66," + forwarded); !still || forged != source {
				t.Errorf("%q behind %q is %s, and with an address before it %s (%t)", forwarded, peer, source, forged, still)
			}
		}
	})
}

func FuzzIdempotencyKey(f *testing.F) {
	for _, seed := range []string{"once", "", " ", "ä", "a\x00", "a\nb", "\x7f", string(make([]byte, 256))} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		key, err := edge.IdempotencyKey(&http.Request{Header: http.Header{"Idempotency-Key": {value}}})
		if err == nil && (key != value || key == "" || len(key) > 255) {
			t.Errorf("%q is taken as %q", value, key)
		}
		if _, err := edge.IdempotencyKey(&http.Request{Header: http.Header{"Idempotency-Key": {value, value}}}); err == nil {
			t.Errorf("two keys %q are taken", value)
		}
	})
}
