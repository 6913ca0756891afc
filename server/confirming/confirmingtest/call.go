package confirmingtest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// Answer is what a call got.
type Answer struct {
	Status int
	Header http.Header
	Body   map[string]any
	house  *House
}

// Call makes a request with a key or ticket; body nil: none.
func (h *House) Call(method, path, token string, body any) Answer {
	h.Helper()
	var content io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		h.Must(err)
		content = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(h.Context(), method, h.URL+path, content)
	h.Must(err)
	req.Header.Set("Authorization", "Bearer "+token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	h.Must(err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	h.Must(err)
	a := Answer{Status: resp.StatusCode, Header: resp.Header, house: h}
	if len(raw) > 0 {
		h.Must(json.Unmarshal(raw, &a.Body))
	}
	for _, secret := range []string{Number, Address} {
		if strings.Contains(string(raw), secret) {
			h.Errorf("%s %s answers with %s", method, path, secret)
		}
	}
	return a
}

// Want ends the test unless the call was answered with the status.
func (a Answer) Want(status int) Answer {
	a.house.Helper()
	if a.Status != status {
		a.house.Fatalf("answered %d %v, want %d", a.Status, a.Body, status)
	}
	return a
}

// WantProblem ends the test unless the call was refused with the code.
func (a Answer) WantProblem(status int, code string) Answer {
	a.house.Helper()
	if a.Want(status); a.Body["type"] != "urn:jawort:problem:"+code {
		a.house.Fatalf("refused with %v, want %s", a.Body, code)
	}
	return a
}

// WantMembers ends the test unless the answer has these members.
func (a Answer) WantMembers(members map[string]any) Answer {
	a.house.Helper()
	for name, want := range members {
		if a.Body[name] != want {
			a.house.Fatalf("%s is %v, want %v, in %v", name, a.Body[name], want, a.Body)
		}
	}
	return a
}
