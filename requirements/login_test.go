package requirements_test

import (
	"slices"

	"github.com/jawort/jawort/client"
)

// The browsers of the tests, of two families.
var (
	laptop = client.Browser{IP: "203.0.113.9", UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}
	tablet = client.Browser{IP: "203.0.113.9", UserAgent: "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"}
)

// with is the browser with what it got for an earlier confirmation.
func with(b client.Browser, confirmed client.Approval) client.Browser {
	b.TrustToken = confirmed.TrustToken
	return b
}

// login is somebody's login at an application: name and password were right.
type login struct {
	*house
	client.Approval
	at application
}

func (h *house) login(at, account string, from client.Browser) login {
	h.Helper()
	return h.loginAs(at, client.Request{Account: account, Browser: from})
}

func (h *house) loginAs(at string, r client.Request) login {
	h.Helper()
	a := h.at(at)
	asked, err := a.CreateApproval(h.Context(), r)
	if err != nil {
		h.Fatalf("%s at %s: %v", r.Account, at, err)
	}
	return login{h, asked, a}
}

// page makes a call of the page that waits for the login: it has the ticket and nothing else.
func (l login) page(path string, sent body) reply {
	l.Helper()
	if l.Socket == nil {
		l.Fatalf("nobody is asked about the login of %s at %s: it is %s by %s", l.Account, l.at.name, l.Status, l.Method)
	}
	return l.call(l.Socket.Ticket, "POST", "/v1/approvals/"+l.ID+path, sent)
}

// demand has a code sent for the login.
func (l login) demand(method string) { l.Helper(); l.page("/codes", body{"method": method}).want() }

// confirm types a code.
func (l login) confirm(method, code string) reply {
	l.Helper()
	return l.page("/code", body{"method": method, "code": code})
}

// outcome is what the login service is told.
func (l login) outcome() client.Approval {
	l.Helper()
	o, err := l.at.Approval(l.Context(), l.ID)
	l.must(err)
	return o
}

// approved wants the login to have been approved by the method.
func (l login) approved(method string) client.Approval {
	l.Helper()
	o := l.outcome()
	if o.Status != client.Approved || o.Method != method {
		l.Fatalf("the login of %s at %s is %s by %q, want it approved by %s", o.Account, l.at.name, o.Status, o.Method, method)
	}
	return o
}

// passed wants the login to be approved without a question.
func (l login) passed(method string) {
	l.Helper()
	if l.Status != client.Approved || l.Method != method {
		l.Errorf("the login of %s at %s is %s by %q (%s), want it let in by %s", l.Account, l.at.name, l.Status, l.Method, l.Reason.Code, method)
	}
}

// asked wants the login to wait for somebody, for a reason.
func (l login) asked(reason string) {
	l.Helper()
	if l.Status != client.Pending || l.Reason.Code != reason {
		l.Errorf("the login of %s at %s is %s (%s), want it asked (%s)", l.Account, l.at.name, l.Status, l.Reason.Code, reason)
	}
}

// giveUp closes the page, so that the next login is asked by itself.
func (l login) giveUp() { l.Helper(); l.must(l.at.CancelApproval(l.Context(), l.ID)) }

// same reports whether two lists hold the same, in whatever order.
func same(got, want []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want)))
}
