package pushgw

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sideshow/apns2"
)

// sane wants a verdict by which no push is repeated for ever and nothing gets into the log.
func sane(t *testing.T, answer string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	f := failureOf(err)
	if f.After < 0 || f.Kind.String() == "" || word(f.Reason) != f.Reason {
		t.Errorf("%q is %s %q after %s", answer, f.Kind, f.Reason, f.After)
	}
}

func response(status int, body, after string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {after}}, Body: io.NopCloser(strings.NewReader(body))}
}

func FuzzProvidersAnswers(f *testing.F) {
	for _, seed := range []struct {
		status      int
		body, after string
	}{
		{200, `{"code":"80000000","msg":"Success"}`, ""}, {200, `{"code":"80100000","msg":"{\"illegal_tokens\":[\"token\"]}"}`, ""}, {200, `{"code":"80300007","msg":"{"}`, ""}, {200, "", ""}, {503, "<html>", "120"}, {429, "{}", "-1"},
		{404, `{"error":{"status":"NOT_FOUND","details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"UNREGISTERED"}]}}`, ""},
		{400, `{"error":{"status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"INVALID_ARGUMENT"},{"fieldViolations":[{"field":"message.token"}]}]}}`, ""},
		{410, `{"reason":"Unregistered","timestamp":1790000000000}`, ""}, {403, `{"error":7}`, "Thu, 26 Nov 2026 12:00:30 GMT"}, {-1, "null", ""}, {200, `{"code":7}`, ""}, {429, `{"error":{"status":"a b"}}`, "99999999999"}, {200, `{"code":"a\nb"}`, ""},
	} {
		f.Add(seed.status, seed.body, seed.after)
	}
	now := func() time.Time { return time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC) }
	f.Fuzz(func(t *testing.T, status int, body, after string) {
		sane(t, body, (&FCM{now: now}).answer(response(status, body, after)))
		sane(t, body, (&WebPush{now: now}).failure(response(status, body, after)))
		a := &huaweiAnswer{status: status}
		_ = readHuawei(strings.NewReader(body), a)
		a.after = 0
		sane(t, body, (&Huawei{now: now}).verdict(a, "token"))
		if status >= 400 && status != http.StatusGone {
			sane(t, body, (&APNs{now: now, key: &APNsKey{}}).failure(&apns2.Response{StatusCode: status, Reason: strings.TrimPrefix(body, apns2.ReasonExpiredProviderToken)}))
		}
	})
}

func FuzzReadGrant(f *testing.F) {
	for _, seed := range []string{`{"access_token":"a","expires_in":3600}`, `{}`, "", "null", `{"access_token":"a b"}`, `{"access_token":"a\r\nX: y","expires_in":1}`, `{"access_token":"a","expires_in":-9223372036854775808}`, `{"access_token":"a","expires_in":9223372036854775807}`, `{"access_token":"` + strings.Repeat("a", 9000) + `"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		token, life, failure := readGrant(response(http.StatusOK, body, ""))
		if failure == nil && (!isBearer(token) || life <= 0 || life > longestLife) {
			t.Errorf("%q grants %q for %s", body, token, life)
		}
	})
}

func FuzzAPNsKey(f *testing.F) {
	for _, seed := range []string{"", "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----", "-----BEGIN", "\x30\x82\xff\xff", "-----BEGIN PRIVATE KEY-----\nMEECAQAwEwYHKoZIzj0CAQYIKoZIzj0DAQcEJzAlAgEBBCA=\n-----END PRIVATE KEY-----"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, p8 []byte) {
		if k, err := NewAPNsKey(p8, "KEYID", "TEAM"); (k == nil) == (err == nil) {
			t.Errorf("%q is %v, %v", p8, k, err)
		}
	})
}
