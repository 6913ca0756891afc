package managers

import (
	"net/http"
	"strings"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/server/portal"
	"github.com/jawort/jawort/store/lasting"
)

// customerBody is all about one account.
type customerBody struct {
	customer
	Interval portal.Interval
	SMS      sms
	Held     time.Time // until when no code goes to the number, because it was changed; zero: one does
	Invited  lasting.Invitation
	Recent   bool // it was asked lately, so that it is not asked again
}

// of returns the account in the path, where the visitor manages it.
func (m Managers) of(v *portal.Visit) (customer, error) {
	e, err := m.Store.Managed(v.Context(), manager(v), v.PathValue("id"))
	return customer{e}, err
}

func (m Managers) customer(w http.ResponseWriter, v *portal.Visit) error {
	c, err := m.of(v)
	if err != nil {
		return err
	}
	body, err := m.about(v, c)
	if err != nil {
		return err
	}
	return m.desk.Write(w, v, "customer", body)
}

func (m Managers) about(v *portal.Visit, c customer) (b customerBody, err error) {
	b.customer = c
	judged, err := m.judged(v, c)
	if err != nil {
		return b, err
	}
	b.Interval = portal.IntervalOf(judged)
	if b.SMS, err = m.smsOf(v, c, judged.Audience); err != nil {
		return b, err
	}
	if b.Invited, err = m.Store.InvitationOf(v.Context(), c.ID); err != nil {
		return b, err
	}
	b.Held = factor.HeldUntil(c.PhoneChangedAt, m.Now())
	b.Recent = b.Invited.Recent(m.Now())
	return b, nil
}

// judged is what policy says of a login of the account at the application where the visitor is signed in.
func (m Managers) judged(v *portal.Visit, c customer) (judge.Case, error) {
	return m.Judge.Judge(v.Context(), v.Application, judge.Request{Account: c.ExternalID, Kind: approval.Login})
}

// page of one account, where something was done.
func (c customer) page(done string) string { return "/portal/customers/" + c.ID + "?done=" + done }

// ask invites the account, or reminds it.
func (m Managers) ask(w http.ResponseWriter, v *portal.Visit) error {
	remind, ok := asks[v.PathValue("what")]
	if !ok {
		return edge.ErrNoRoute
	}
	c, err := m.of(v)
	if err != nil {
		return err
	}
	skip, err := m.Invite(v.Context(), manager(v), c.ID, remind)
	switch {
	case err != nil:
		return err
	case skip == lasting.SkipUnknown:
		return account.ErrUnknownAccount
	case skip != "":
		return pages.Fault{Status: http.StatusConflict, Text: "skip." + string(skip)}
	}
	return m.desk.Onward(w, v, c.page(v.PathValue("what")))
}

// asks are the two ways to ask somebody to enrol, and whether it is a reminder.
var asks = map[string]bool{"invite": false, "remind": true}

// subject is what a step is about: an account by its id, and what is to become of it.
func subject(c customer, value string) string { return c.ID + " " + value }

// subjectOf returns the account of a step, where the visitor manages it still, and what is to become of it.
func (m Managers) subjectOf(v *portal.Visit, s account.PortalStep) (customer, string, error) {
	id, value, _ := strings.Cut(s.Subject, " ")
	e, err := m.Store.Managed(v.Context(), manager(v), id)
	return customer{e}, value, err
}

// about is how the question calls a step: by the login number, which is no name, since the question stays with what the manager has confirmed.
func about(c customer, more ...string) string {
	return strings.Join(append([]string{c.ExternalID}, more...), ", ")
}
