package attack_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/jawort/jawort/phone"
)

// heard is what was answered.
type heard struct {
	call       string // method, path and query
	credential string
	sent       []byte
	status     int
	header     http.Header
	body       []byte
}

// code is that of a refusal; empty: none.
func (a heard) code() string {
	var p struct{ Type string }
	_ = json.Unmarshal(a.body, &p) // not every answer is JSON
	return strings.TrimPrefix(p.Type, "urn:jawort:problem:")
}

// tap keeps the last answer to each call that went through it.
type tap struct {
	keeps string // path of a call that is not let through: errKept
	mu    sync.Mutex
	last  map[string]heard
}

var errKept = errors.New("attack: kept back")

// RoundTrip implements http.RoundTripper.
func (t *tap) RoundTrip(r *http.Request) (*http.Response, error) {
	a := heard{call: r.Method + " " + r.URL.RequestURI(), credential: r.Header.Get("Authorization")}
	if t.keeps != "" && r.URL.Path == t.keeps {
		var err error
		if a.sent, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		t.keep(a)
		return nil, errKept
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if a.body, err = io.ReadAll(resp.Body); err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(a.body))
	a.status, a.header = resp.StatusCode, resp.Header
	t.keep(a)
	return resp, nil
}

func (t *tap) keep(a heard) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last == nil {
		t.last = map[string]heard{}
	}
	t.last[a.call] = a
}

func (t *tap) answer(call string) heard {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last[call]
}

// tapped is a phone with all that it was answered.
type tapped struct {
	*phone.Phone
	tap *tap
}

// ask makes a call of the phone API whatever the answer is. Nil: without a body.
func (p tapped) ask(h *house, method, path string, body []byte) heard {
	h.Helper()
	var sent any
	if body != nil {
		sent = body
	}
	if err := p.Call(h.Context(), h.phone, method, path, sent, nil); err != nil && phone.Code(err) == "" {
		h.Fatalf("%s %s: %v", method, path, err)
	}
	return p.tap.answer(method + " " + path)
}

// ask makes a call of the login-facing API whatever the answer is. Nil: without a body.
func (h *house) ask(bearer, method, path string, body []byte) heard {
	h.Helper()
	t := &tap{}
	req, err := http.NewRequestWithContext(h.Context(), method, h.url+path, nil)
	h.must(err)
	if body != nil {
		req.Body = io.NopCloser(bytes.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	resp, err := (&http.Client{Transport: t}).Do(req)
	h.must(err)
	h.must(resp.Body.Close())
	return t.answer(method + " " + path)
}

// get makes a call that has to succeed, and returns the object that came.
func (h *house) get(bearer, method, path, body string) map[string]any {
	h.Helper()
	var sent []byte
	if body != "" {
		sent = []byte(body)
	}
	a := h.ask(bearer, method, path, sent)
	if a.status >= http.StatusMultipleChoices {
		h.Fatalf("%s %s: %d %s", method, path, a.status, a.body)
	}
	object := map[string]any{}
	if len(a.body) > 0 {
		h.must(json.Unmarshal(a.body, &object))
	}
	return object
}
