package outbound_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/jawort/jawort/outbound"
)

func TestAFailureIsToldWithoutTheURL(t *testing.T) {
	t.Parallel()
	r, _ := resolver(t, nil)
	secure := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(secure.Close)
	dying := target(t, func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) })
	resetting := target(t, func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if tcp, ok := c.(*net.TCPConn); err == nil && ok {
			err = errors.Join(tcp.SetLinger(0), tcp.Close())
		}
		if err != nil {
			t.Error(err)
		}
	})
	closed := target(t, nil)
	closed.Close()
	c := outbound.NewClient(outbound.Options{Private: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Timeout: patience, Resolver: r})
	for url, want := range map[string]string{
		secure.URL:                "certificate",
		dying.URL:                 "no-answer",
		resetting.URL:             "no-answer",
		closed.URL:                "connection refused",
		"http://nowhere.example/": "name-not-resolved",
	} {
		_, err := get(t, c, url)
		if got := outbound.Reason(err); got != want {
			t.Errorf("%s: told as %q, want %q (%v)", url, got, want, err)
		}
	}
	if got := outbound.Reason(context.Canceled); got != outbound.Stopped {
		t.Errorf("a request that we gave up: %q", got)
	}
}

func TestRetryAfterIsSecondsOrADate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-7": 0, "soon": 0, "99999999999999": 0,
		"Sun, 01 Mar 2026 12:00:20 GMT": 20 * time.Second, "Sun, 01 Mar 2026 11:00:00 GMT": 0,
	} {
		if got := outbound.RetryAfter(http.Header{"Retry-After": {value}}, now); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}
