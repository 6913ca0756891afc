package attack_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/pquerna/otp/totp"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/phone"
)

// town is a house with one tenant, of whose accounts an attacker knows the passwords.
type town struct {
	*house
	tenant account.Tenant
	key    string
	client *client.Client
	count  int
}

func (h *house) town() *town {
	h.Helper()
	t := &town{house: h, tenant: h.newTenant("Town")}
	t.key = h.newKey(h.newApplication(t.tenant.ID, "Portal", 2).ID, account.Scopes...)
	t.client = h.client(t.key)
	return t
}

// newcomer is an account of its own address that has done nothing yet.
func (t *town) newcomer() (login, address string) {
	t.Helper()
	t.count++
	login = fmt.Sprintf("login-%d", t.count)
	address = login + "@example.com"
	_, err := t.client.ChangeAccount(t.Context(), login, client.AccountChange{Email: &address})
	t.must(err)
	return login, address
}

// asked is a login that waits.
func (t *town) asked(login string) client.Approval {
	t.Helper()
	a, err := t.client.CreateApproval(t.Context(), client.Request{Account: login, Browser: client.Browser{IP: "203.0.113.9", UserAgent: "Mozilla/5.0"}})
	t.must(err)
	return a
}

// door is one secret of one account before an attacker.
type door struct {
	truth string
	other func() string // another that could be it
	guess func(code string) heard
}

// typed is the guess of a code on the page of a login.
func (t *town) typed(login, method string) func(code string) heard {
	t.Helper()
	a := t.asked(login)
	return func(code string) heard {
		return t.ask(a.Socket.Ticket, "POST", "/v1/approvals/"+a.ID+"/code", fmt.Appendf(nil, `{"method":%q,"code":%q}`, method, code))
	}
}

func digits(n int) func() string {
	return func() string {
		code := ""
		for range n {
			code += string(rune('0' + rand.IntN(10)))
		}
		return code
	}
}

// secret makes texts like those of recovery and bypass codes.
func secret(n int) func() string {
	return func() string {
		code := ""
		for range n {
			code += string("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[rand.IntN(32)])
		}
		return code
	}
}

// authenticator activates an authenticator app, and returns what it shows.
func (t *town) authenticator(login string) (shows func() string) {
	t.Helper()
	at := "/v1/accounts/" + login + "/methods/totp"
	link, err := url.Parse(t.get(t.key, "POST", at, `{}`)["url"].(string))
	t.must(err)
	shows = func() string {
		code, err := totp.GenerateCode(link.Query().Get("secret"), t.now())
		t.must(err)
		return code
	}
	t.get(t.key, "POST", at+"/confirm", `{"code":"`+shows()+`"}`)
	t.sql(`UPDATE methods SET last_step = 0`) // as if the first code had been typed long ago
	return shows
}

func (t *town) byApp() door {
	t.Helper()
	login, _ := t.newcomer()
	shows := t.authenticator(login)
	return door{shows(), digits(6), t.typed(login, "totp")}
}

func (t *town) byMail() door {
	t.Helper()
	login, address := t.newcomer()
	t.sql(`INSERT INTO methods (account, method, active_since) SELECT id, 'email', 1 FROM accounts WHERE external_id = $1`, login)
	a := t.asked(login)
	t.get(a.Socket.Ticket, "POST", "/v1/approvals/"+a.ID+"/codes", `{"method":"email"}`)
	return door{t.mailed(address), digits(6), func(code string) heard {
		return t.ask(a.Socket.Ticket, "POST", "/v1/approvals/"+a.ID+"/code", fmt.Appendf(nil, `{"method":"email","code":%q}`, code))
	}}
}

var codeInMail = regexp.MustCompile(`(?m)^([0-9]{6})\r?$`)

// mailed waits for the next code that goes to the address.
func (h *house) mailed(address string) string {
	h.Helper()
	for {
		e := h.letters.Want("mail")
		if found := codeInMail.FindStringSubmatch(e.Data); found != nil && e.To[0] == address {
			return found[1]
		}
	}
}

func (t *town) byRecovery() door {
	t.Helper()
	login, _ := t.newcomer()
	t.authenticator(login)
	given := t.get(t.key, "POST", "/v1/accounts/"+login+"/recovery-codes", "")["codes"].([]any)
	return door{given[0].(string), secret(24), t.typed(login, "recovery")}
}

func (t *town) byBypass() door {
	t.Helper()
	login, _ := t.newcomer()
	t.authenticator(login)
	given := t.get(t.key, "POST", "/v1/accounts/"+login+"/bypass-codes", `{"reason":"phone lost","expires_in":3600}`)
	return door{given["code"].(string), secret(16), t.typed(login, "bypass")}
}

// byNumber is a phone whose holder approves without looking at the page.
func (t *town) byNumber() door {
	t.Helper()
	login, _ := t.newcomer()
	return t.numberOf(t.enrol(t.client, login, "Holder", nil), t.asked(login))
}

func (t *town) numberOf(p *phone.Phone, a client.Approval) door {
	t.Helper()
	item := t.item(p, a.ID)
	return door{a.Number, digits(2), func(number string) heard {
		signed, err := p.Sign(item, phone.Approve, number)
		t.must(err)
		answer, err := p.Send(t.Context(), signed)
		if err == nil && answer.Status != "approved" {
			return heard{status: http.StatusOK, body: []byte(`{"type":"` + answer.Status + `"}`)}
		}
		return t.answered(err)
	}}
}

// answered is what a phone was told.
func (h *house) answered(err error) heard {
	h.Helper()
	var refused *phone.Error
	switch {
	case err == nil:
		return heard{status: http.StatusOK}
	case !errors.As(err, &refused):
		h.Fatal(err)
	}
	return heard{status: refused.Status, body: fmt.Appendf(nil, `{"type":%q}`, refused.Code)}
}

// byDigits is a link that somebody photographed: a phone shows six digits, and who has not got it guesses them.
func (t *town) byDigits() door {
	t.Helper()
	login, _ := t.newcomer()
	e, err := t.client.Enrol(t.Context(), client.NewEnrolment{Account: login, Authorize: client.ByOperator, Reason: "came in"})
	t.must(err)
	shown, err := phone.New(phone.Options{Now: t.now}).Enrol(t.Context(), e.Link, "Holder", "Phone", nil)
	t.must(err)
	return door{shown, digits(6), func(code string) heard {
		return t.ask(t.key, "POST", "/v1/enrolments/"+e.ID+"/confirm", fmt.Appendf(nil, `{"code":%q}`, code))
	}}
}

// byProof is an account whose phones are bound by a code that goes to its address.
func (t *town) byProof() door {
	t.Helper()
	login, address := t.newcomer()
	t.bindByCode(login)
	e, err := t.client.Enrol(t.Context(), client.NewEnrolment{Account: login})
	t.must(err)
	const complete = "/v1/enrolments/complete"
	way := &tap{keeps: complete}
	p := phone.New(phone.Options{HTTPClient: &http.Client{Transport: way}, Now: t.now})
	_, err = p.EnrolWithCode(t.Context(), e.Link, "Holder", "Phone", nil, func(context.Context, phone.CodeSent, error) (string, error) { return "999999", nil })
	if !errors.Is(err, errKept) {
		t.Fatal(err)
	}
	said := string(way.answer("POST " + complete).sent)
	way.keeps = ""
	return door{t.mailed(address), digits(6), func(code string) heard {
		return t.answered(p.Call(t.Context(), t.phone, "POST", complete, []byte(strings.Replace(said, "999999", code, 1)), nil))
	}}
}

// bindByCode puts an account into a group whose phones are bound by a code.
func (t *town) bindByCode(login string) {
	t.Helper()
	store := t.process.Lasting()
	g, err := store.PutGroup(t.Context(), store.Writes(), account.Group{
		ID: t.newID(id.Group), Tenant: t.tenant.ID, Name: "of " + login, Policy: account.GroupPolicy{Sharing: account.SharingForbidden},
	})
	t.must(err)
	t.sql(`UPDATE accounts SET group_id = $1 WHERE external_id = $2`, g.ID, login)
}
