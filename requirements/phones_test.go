package requirements_test

import (
	"context"
	"slices"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/client/browser"
	"github.com/jawort/jawort/phone"
)

// newPhone is an up-to-date phone with the app.
func (h *house) newPhone() *phone.Phone { return phone.New(phone.Options{Now: h.now}) }

// enrol registers a new phone as the first one of an account.
func (h *house) enrol(account, holder string) *phone.Phone {
	h.Helper()
	p := h.newPhone()
	h.must(h.register(p, account, holder))
	return p
}

// join registers a new phone beside those of an account, which one of them authorises.
func (h *house) join(account, holder string, by *phone.Phone) *phone.Phone {
	h.Helper()
	p := h.newPhone()
	h.must(h.bind(portal, p, holder, client.NewEnrolment{Account: account, Authorize: client.ByDevice}, by))
	return p
}

// phoneLike is a phone of another kind.
func (h *house) phoneLike(i phone.Installation) *phone.Phone {
	return phone.New(phone.Options{Now: h.now, Installation: i})
}

// register registers a phone for an account, as somebody does who has logged in to the portal.
func (h *house) register(p *phone.Phone, account, holder string) error {
	h.Helper()
	return h.registerAt(portal, p, account, holder)
}

func (h *house) registerAt(at string, p *phone.Phone, account, holder string) error {
	h.Helper()
	return h.bind(at, p, holder, client.NewEnrolment{Account: account}, nil)
}

// bind registers a phone by an enrolment that another phone may have to authorise. Codes are read where they arrive.
func (h *house) bind(at string, p *phone.Phone, holder string, n client.NewEnrolment, by *phone.Phone) error {
	h.Helper()
	whose := n.Account
	if n.Helper != "" {
		whose = n.Helper
	}
	return h.bindWith(at, p, holder, n, by, func(_ context.Context, sent phone.CodeSent, wrong error) (string, error) {
		if wrong != nil {
			return "", wrong
		}
		owner, err := h.at(at).Account(h.Context(), whose)
		h.must(err)
		if sent.Method == "email" {
			return h.mailed(owner.Email), nil
		}
		return h.sms(owner.Phone), nil
	})
}

func (h *house) bindWith(at string, p *phone.Phone, holder string, n client.NewEnrolment, by *phone.Phone, ask phone.AskCode) error {
	h.Helper()
	c := h.at(at)
	e, err := c.Enrol(h.Context(), n)
	if err != nil {
		return err
	}
	if e.Approval != nil {
		asked := login{h, client.Approval{ID: e.Approval.ID, Number: e.Approval.Number, Account: n.Account}, c}
		h.must(asked.decide(by, phone.Approve))
		e = h.opened(c, e)
	}
	digits, err := p.EnrolWithCode(h.Context(), e.Link, holder, holder+"'s phone", h.addresses[p], ask)
	if err != nil {
		return err
	}
	_, err = c.ConfirmEnrolment(h.Context(), e.ID, digits)
	return err
}

// opened is the enrolment once a phone has authorised it.
func (h *house) opened(at application, e client.Enrolment) client.Enrolment {
	h.Helper()
	for e.Status == client.EnrolmentWaiting {
		var err error
		e, err = at.WaitEnrolment(h.Context(), e, client.MostWait)
		h.must(err)
	}
	return e
}

// shown is the question about the login as a phone shows it; false: it shows none.
func (l login) shown(on *phone.Phone) (phone.Item, bool) {
	l.Helper()
	items, err := on.Pending(l.Context(), 0, nil)
	l.must(err)
	i := slices.IndexFunc(items, func(i phone.Item) bool { return i.ID == l.ID })
	if i < 0 {
		return phone.Item{}, false
	}
	l.must(items[i].Err)
	return items[i], true
}

// decide answers the question on a phone, with the number that the browser shows.
func (l login) decide(on *phone.Phone, d phone.Decision) error {
	l.Helper()
	item, there := l.shown(on)
	if !there {
		l.Fatalf("the phone is not asked about the login of %s at %s", l.Account, l.at.name)
	}
	number := ""
	if d == phone.Approve {
		number = l.Number
	}
	_, err := on.Decide(l.Context(), item, d, number)
	return err
}

// byPhone confirms the login on a phone.
func (l login) byPhone(on *phone.Phone) client.Approval {
	l.Helper()
	l.must(l.decide(on, phone.Approve))
	return l.approved("push")
}

// final is what the waiting page is told at the end.
func (l login) final(origin string) browser.State {
	l.Helper()
	s, err := browser.Page{URL: l.Socket.URL, Ticket: l.Socket.Ticket, Origin: origin}.Final(l.Context())
	l.must(err)
	return s
}

// customerNumber is on record for the customers that tests add.
const customerNumber = "+4915167829042"

// newCustomer adds a customer of the broker with a number on record.
func (h *house) newCustomer(account string) {
	h.Helper()
	group, manager, number, on := "customers", broker, customerNumber, true
	_, err := h.at(portal).ChangeAccount(h.Context(), account, client.AccountChange{Group: &group, Manager: &manager, Phone: &number, SMS: &on})
	h.must(err)
}

// guessing types a code that was never sent, and gives up where it is wrong.
func guessing(_ context.Context, _ phone.CodeSent, wrong error) (string, error) {
	return "000000", wrong
}
