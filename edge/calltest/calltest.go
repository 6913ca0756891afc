// Package calltest makes calls of an API, for tests.
package calltest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
)

// Answer is what a call got.
type Answer struct {
	Status int
	Header http.Header
	Raw    []byte
}

// Send makes a call with a key or ticket; body nil: none. It ends the test where there is no answer.
func Send(t testing.TB, method, url, bearer string, body any) Answer {
	t.Helper()
	a, err := send(t, method, url, bearer, body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	return a
}

func send(t testing.TB, method, url, bearer string, body any) (Answer, error) {
	var content io.Reader = http.NoBody
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return Answer{}, err
		}
		content = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, content)
	if err != nil {
		return Answer{}, err
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return Answer{Status: resp.StatusCode, Header: resp.Header, Raw: raw}, err
}

// Object returns the JSON object that came; an empty one where nothing did. It ends the test where it is none.
func (a Answer) Object(t testing.TB) map[string]any {
	t.Helper()
	object := map[string]any{}
	if len(a.Raw) == 0 {
		return object
	}
	if err := json.Unmarshal(a.Raw, &object); err != nil {
		t.Fatalf("%s: %v", a.Raw, err)
	}
	return object
}
