package main

import (
	"net/http"
	"strings"
	"testing"
)

func TestAnAddressBehindATrustedProxyIsLimitedAndALoginServiceThereIsNot(t *testing.T) {
	t.Parallel()
	i := installed(t)
	for name, value := range map[string]string{"TRUSTED_PROXIES": "127.0.0.0/8,::1/128", "LIMITS_REQUESTS": "1", "LIMITS_BURST": "20"} {
		i.set("JAWORT_"+name, value)
	}
	p := i.run()
	ask := func(base, source, key string) int {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/v1/accounts/nobody", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Forwarded-For", "198.51.100.1, "+source)
		req.Header.Set("Authorization", "Bearer "+key)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	got := map[int]int{}
	for range 60 {
		got[ask(i.server.url, "203.0.113.9", "jw_guessed")]++
		if status := ask(i.server.url, "203.0.113.10", i.key); status != http.StatusNotFound {
			t.Fatalf("the login service got %d", status)
		}
	}
	if got[http.StatusTooManyRequests] == 0 || got[http.StatusUnauthorized] < 20 {
		t.Errorf("who guesses got %v", got)
	}
	if status := ask(i.phones.url, "203.0.113.11", ""); status != http.StatusNotFound {
		t.Errorf("another address got %d", status)
	}
	if strings.Contains(p.log.String(), "203.0.113") || strings.Contains(p.log.String(), "198.51.100") {
		t.Error("the log names an address")
	}
}
