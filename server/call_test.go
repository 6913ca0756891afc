package server_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// answer is what a call got.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	raw    []byte
	body   map[string]any
}

type option func(*http.Request)

func bearer(token string) option {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

func header(name, value string) option {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// call sends a request with the world's key, unless an option says otherwise. A string is sent as it is, all else as JSON.
func (i *instance) call(method, path string, body any, options ...option) answer {
	i.Helper()
	a, err := i.try(method, path, body, options...)
	i.must(err)
	return a
}

func (i *instance) try(method, path string, body any, options ...option) (answer, error) {
	i.Helper()
	var payload io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		payload = strings.NewReader(b)
	default:
		encoded, err := json.Marshal(b)
		i.must(err)
		payload = bytes.NewReader(encoded)
	}
	r, err := http.NewRequestWithContext(i.Context(), method, i.URL+path, payload)
	i.must(err)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	bearer(i.key)(r)
	for _, o := range options {
		o(r)
	}
	resp, err := i.Client().Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	a := answer{t: i.TB, status: resp.StatusCode, header: resp.Header}
	if a.raw, err = io.ReadAll(resp.Body); err != nil {
		return answer{}, err
	}
	_ = json.Unmarshal(a.raw, &a.body) // some answers are no JSON
	return a, nil
}

// want fails unless the answer has this status and, for a problem, this code.
func (a answer) want(status int, code string) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.raw)
	}
	if code != "" && a.text("type") != "urn:jawort:problem:"+code {
		a.t.Fatalf("problem %s, want %s", a.raw, code)
	}
	return a
}

// uniform is the body without what differs by design.
func (a answer) uniform() string {
	return strings.Replace(string(a.raw), a.text("request_id"), "", 1)
}

func (a answer) text(path ...string) string {
	var v any = a.body
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	s, _ := v.(string)
	return s
}

// question is the body of a creation.
type question map[string]any

func ask(externalID string) question {
	return question{
		"account": externalID,
		"browser": map[string]any{
			"ip":         "203.0.113.9",
			"user_agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:139.0) Gecko/20100101 Firefox/139.0",
		},
	}
}

func (q question) session(s string) question {
	q["browser"].(map[string]any)["session"] = s
	return q
}

// create asks for an approval of an account that has a phone.
func (i *instance) create(externalID string) answer {
	i.Helper()
	return i.call("POST", "/v1/approvals", ask(externalID)).want(http.StatusCreated, "")
}
