package outbound_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/jawort/jawort/outbound"
)

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"120", "0", "-1", "2147483648", "99999999999999999999", "1.5", "Thu, 26 Nov 2026 12:00:30 GMT", "Thu, 26 Nov 9999 12:00:30 GMT", "Thursday", "", "0x10", " 1"} {
		f.Add(seed)
	}
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, value string) {
		if after := outbound.RetryAfter(http.Header{"Retry-After": {value}}, now); after < 0 {
			t.Errorf("%q is %s", value, after)
		}
	})
}
