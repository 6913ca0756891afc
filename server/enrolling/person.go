package enrolling

import (
	"context"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/store/lasting"
)

// The account's own person binds a phone from the portal by the same rules as a login service does for them: that was let in by
// their login, and so is the portal.

// View is what is told of an enrolment.
type View = view

// Wish is a phone that somebody in the portal wants to bind to their account.
type Wish struct {
	Account   string            // login number
	Authorize account.Authority // device, approval, or nothing but the login
	Approval  string            // approval
	Replaces  string            // device; empty: none
	Browser   judge.Browser
}

// Begin begins it, and asks the phones that have to authorise it.
func (e Enrolling) Begin(ctx context.Context, w Wish) (View, error) {
	b := startBody{Account: w.Account, Authorize: w.Authorize, Approval: w.Approval, Replaces: w.Replaces, Browser: &w.Browser}
	if err := b.Validate(); err != nil {
		return View{}, err
	}
	application := guard.CallerOf(ctx).Application
	owner, err := e.People.Audience(ctx, application.Tenant, w.Account, lasting.Approach{})
	if err != nil {
		return View{}, err
	}
	c, err := e.examine(ctx, application, owner, b)
	if err != nil {
		return View{}, err
	}
	return e.begin(ctx, c)
}

// Authorities are what can authorise a phone of the account; none of them where nothing but the login is needed.
func (e Enrolling) Authorities(owner account.Audience) (can []account.Authority, needed bool) {
	first := !owner.HasOwn() && owner.Group.Policy.WithDefaults().FirstBinding != account.BindingOperator
	return authorities(owner), !first
}

// Show returns an enrolment of the account as it stands now, with the question that it waits for.
func (e Enrolling) Show(ctx context.Context, accountID, enrolment string) (View, error) {
	found, device, err := e.look(ctx, e.ofPerson(accountID, enrolment))
	if err != nil {
		return View{}, err
	}
	v, err := e.shown(found, device)
	if err != nil || found.Status != account.EnrolmentWaiting {
		return v, err
	}
	s, err := e.Questions.Guards.Ender.Standing(ctx, found.Approval)
	if err != nil || s.Pending == nil {
		return v, err
	}
	v.Approval, err = e.put(*s.Pending)
	return v, err
}

// Await returns how far it has got once that is elsewhere than known, or most is over.
func (e Enrolling) Await(ctx context.Context, accountID, enrolment string, known account.EnrolmentStatus, most time.Duration) (account.EnrolmentStatus, error) {
	now, _, err := e.await(ctx, e.ofPerson(accountID, enrolment), known, most)
	return now.Status, err
}

// Confirm compares the digits that somebody typed with those that their phone shows.
func (e Enrolling) Confirm(ctx context.Context, accountID, enrolment, digits string) (View, error) {
	if err := (confirmBody{digits}).Validate(); err != nil {
		return View{}, err
	}
	found, _, err := e.ofPerson(accountID, enrolment)(ctx)
	if err != nil {
		return View{}, err
	}
	return e.compare(ctx, found, digits)
}

// ofPerson finds what belongs to the account; what a page of a first login began goes on there.
func (e Enrolling) ofPerson(accountID, enrolment string) finding {
	return func(ctx context.Context) (account.Enrolment, *account.Device, error) {
		found, device, err := e.byKey(ctx, enrolment)
		if err == nil && found.Account != accountID {
			err = account.ErrUnknownEnrolment
		}
		if err != nil {
			return account.Enrolment{}, nil, err
		}
		return found, device, nil
	}
}

// put shows a question that is out.
func (e Enrolling) put(p approval.Pending) (*question, error) {
	q := &question{ID: p.ID, Number: p.Number, ExpiresAt: p.ExpiresAt.UTC()}
	var err error
	q.Socket.URL, q.Socket.Ticket, err = e.Sockets.Socket(p)
	return q, err
}
