package confirmingtest

import (
	"net/http"
	"strings"

	"github.com/jawort/jawort/edge/calltest"
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
	sent := calltest.Send(h, method, h.URL+path, token, body)
	for _, secret := range []string{Number, Address} {
		if strings.Contains(string(sent.Raw), secret) {
			h.Errorf("%s %s answers with %s", method, path, secret)
		}
	}
	return Answer{Status: sent.Status, Header: sent.Header, Body: sent.Object(h), house: h}
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
