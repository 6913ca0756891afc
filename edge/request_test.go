package edge_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/jawort/jawort/edge"
)

func TestABearerTokenIsReadFromOneCleanHeader(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		headers []string
		token   string
	}{
		"usual":              {[]string{"Bearer jw_1"}, "jw_1"},
		"other case":         {[]string{"bEARER jw_1"}, "jw_1"},
		"more spaces":        {[]string{"Bearer   jw_1 "}, "jw_1"},
		"none":               {nil, ""},
		"other scheme":       {[]string{"Basic jw_1"}, ""},
		"scheme only":        {[]string{"Bearer"}, ""},
		"scheme and a space": {[]string{"Bearer "}, ""},
		"two headers":        {[]string{"Bearer jw_1", "Bearer jw_2"}, ""},
		"two tokens":         {[]string{"Bearer jw_1 jw_2"}, ""},
		"a list":             {[]string{"Bearer jw_1,jw_2"}, ""},
	} {
		r := get("/")
		r.Header["Authorization"] = c.headers
		if token, ok := edge.BearerToken(r, "Bearer"); token != c.token || ok != (c.token != "") {
			t.Errorf("%s: %q %v", name, token, ok)
		}
	}
}

func TestTheWaitIsWholeSecondsUpToTheMost(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{"": 0, "0": 0, "30": 30 * time.Second, "3600": time.Minute} {
		if got, err := edge.Wait(get("/?wait="+value), time.Minute); err != nil || got != want {
			t.Errorf("%q: %v %v", value, got, err)
		}
	}
	for _, value := range []string{"-1", "1.5", "30s", "99999999999999999999", " "} {
		g := newRig()
		g.Handle("GET /x", edge.Public, func(_ http.ResponseWriter, r *http.Request) error {
			_, err := edge.Wait(r, time.Minute)
			return err
		})
		doc := wantProblem(t, g.ask(get("/x?wait="+url.QueryEscape(value))), 422, "invalid-request")
		if doc["field"] != "wait" {
			t.Errorf("%q: %v", value, doc)
		}
	}
}
