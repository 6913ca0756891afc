package docs_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/jawort/jawort/docs"
)

// said is an exchange that the file allows.
func said() (e exchange, body string) {
	r, err := http.NewRequest(http.MethodPut, "https://jawort.example/v1/accounts/AB1234", nil)
	if err != nil {
		panic(err)
	}
	r.Header = http.Header{"Authorization": {"Bearer jw_secret"}, "Content-Type": {"application/json"}}
	return exchange{
		face: loginFacing, request: r, sent: []byte(`{"label":"Anna"}`), status: http.StatusOK,
		header: http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {"req_" + strings.Repeat("a", 26)}, "Date": {"now"}},
		body:   []byte(`{"account":"AB1234","label":"Anna","interval":null,"sms":false,"devices":0,"methods":[],"used":[],"created_at":"2026-01-02T03:04:05Z"}`),
	}, docs.OpenAPI
}

func refusing(status int, code string) func(*exchange) {
	return func(e *exchange) {
		e.status = status
		e.header.Set("Content-Type", "application/problem+json")
		e.body = fmt.Appendf(nil, `{"type":"urn:jawort:problem:%s","title":"t","status":%d,"detail":"d","request_id":"req_%s"}`, code, status, strings.Repeat("a", 26))
	}
}

// The whole play passes as long as nobody is at fault, so it has to be seen that the referee whistles.
func TestTheRefereeNoticesWhatTheFileDoesNotKnow(t *testing.T) {
	t.Parallel()
	alter := func(e *exchange, old, new string) { e.body = []byte(strings.Replace(string(e.body), old, new, 1)) }
	for name, c := range map[string]struct {
		exchange func(*exchange)
		from, to string // of the file
		fair     bool
	}{
		"nothing":                           {fair: true},
		"nothing, in a refusal":             {exchange: refusing(503, "unavailable"), fair: true},
		"a member that is not in the file":  {exchange: func(e *exchange) { alter(e, `{`, `{"secret":1,`) }},
		"a member that is missing":          {exchange: func(e *exchange) { alter(e, `"label":"Anna",`, ``) }},
		"a member of another type":          {exchange: func(e *exchange) { alter(e, `"AB1234"`, `1234`) }},
		"a time that is not in UTC":         {exchange: func(e *exchange) { alter(e, `05Z`, `05+01:00`) }},
		"a status that is not in the file":  {exchange: func(e *exchange) { e.status = http.StatusAccepted }},
		"a code that the call does not say": {exchange: refusing(503, "internal")},
		"a status without its code":         {exchange: refusing(404, "unknown-account")},
		"another content type":              {exchange: func(e *exchange) { e.header.Set("Content-Type", "text/html") }},
		"a header that is not in the file":  {exchange: func(e *exchange) { e.header.Set("X-Internal", "1") }},
		"a header that is missing":          {exchange: func(e *exchange) { e.header.Del("X-Request-Id") }},
		"a request that is not in the file": {exchange: func(e *exchange) { e.sent = []byte(`{"name":"Anna"}`) }},
		"a request without credentials":     {exchange: func(e *exchange) { e.request.Header.Del("Authorization") }},
		"a request with wrong credentials":  {exchange: func(e *exchange) { e.request.Header.Set("Authorization", "Bearer jt_ticket") }},
		"a body where there should be none": {exchange: func(e *exchange) { e.request.Method, e.sent, e.status = http.MethodDelete, nil, http.StatusNoContent }},
		"a field that the file renames":     {from: "label: {type: string, description: How phones call it.}", to: "name: {type: string}"},
		"a status that the file drops":      {from: "'200': {$ref: '#/components/responses/AccountAnswer'}\n        '201'", to: "'201'"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, file := said()
			if c.exchange != nil {
				c.exchange(&e)
			}
			if c.from != "" && !strings.Contains(file, c.from) {
				t.Fatalf("the file has no %q to break", c.from)
			}
			var fouls []string
			f := newReferee(t, load(t, strings.Replace(file, c.from, c.to, 1)), func(format string, args ...any) {
				fouls = append(fouls, fmt.Sprintf(format, args...))
			})
			f.judge(e)
			if (len(fouls) == 0) != c.fair {
				t.Errorf("fouls: %q", fouls)
			}
		})
	}
}
