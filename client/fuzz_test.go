package client

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func FuzzProblemsAreReadWhateverStandsThere(f *testing.F) {
	for _, seed := range []string{`{"type":"urn:jawort:problem:not-pending","detail":"d","request_id":"req_1","ended":"approved"}`, "<html>", "", "null", "[]", `{"type":7}`, `{"type":"about:blank"}`, `{"type":"urn:jawort:problem:"}`, `{"type":"urn:jawort:problem:x","detail":{}}`, strings.Repeat("[", 20000)} {
		f.Add(409, seed, "30")
	}
	f.Fuzz(func(t *testing.T, status int, body, after string) {
		e := problem(&http.Response{StatusCode: status, Header: http.Header{"Retry-After": {after}}, Body: io.NopCloser(strings.NewReader(body))})
		if e == nil || e.Status != status || e.RetryAfter < 0 || e.Error() == "" {
			t.Errorf("%d %q is %+v", status, body, e)
		}
	})
}
