package portal

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/enrolling"
)

// addingBody is who can let a further phone in.
type addingBody struct {
	First    bool // nobody has to
	ByDevice bool
	ByMethod bool // by a code; where there are phones, only in the place of one
	Devices  []account.Device
}

// ways are what adding a phone takes for the account.
func (p Portal) ways(v *Visit) (addingBody, error) {
	owner, err := p.audience(v)
	if err != nil {
		return addingBody{}, err
	}
	can, needed := p.Enrolling.Authorities(owner)
	b := addingBody{First: !needed, ByDevice: slices.Contains(can, account.ByDevice)}
	b.ByMethod = slices.ContainsFunc(owner.Methods, func(m approval.Method) bool {
		return p.confirms(v, m) && slices.Contains(account.Authorising, m)
	})
	b.Devices, err = p.Store.Devices(v.Context(), v.Tenant(), v.ExternalID())
	return b, err
}

func (p Portal) adding(w http.ResponseWriter, v *Visit) error {
	b, err := p.ways(v)
	if err != nil {
		return err
	}
	return p.write(w, v, "adding", b)
}

// add begins: with the question to the phones that are there, with a confirmation by a code, or at once where the account has nothing yet.
func (p Portal) add(w http.ResponseWriter, v *Visit) error {
	wish := enrolling.Wish{Account: v.ExternalID(), Browser: p.browser(v), Replaces: v.PostFormValue("replaces")}
	label, err := p.labelOf(v, wish.Replaces)
	if err != nil {
		return p.notAdded(w, v, err)
	}
	switch v.PostFormValue("by") {
	case string(account.ByDevice):
		wish.Authorize = account.ByDevice
	case string(account.ByApproval):
		return p.plan(w, v, account.PortalStep{Kind: stepAdd, Subject: wish.Replaces, About: label})
	}
	begun, err := p.Enrolling.Begin(v.Context(), wish)
	if err != nil {
		return p.notAdded(w, v, err)
	}
	return p.onward(w, v, "/portal/add/"+url.PathEscape(begun.ID))
}

// notAdded shows again what can be chosen, and why the choice did not do.
func (p Portal) notAdded(w http.ResponseWriter, v *Visit, cause error) error {
	b, err := p.ways(v)
	if err != nil {
		return err
	}
	return p.wrong(w, v, cause, "adding", b)
}

// labelOf returns how a device of the account is called; empty for none. What is none of its devices is refused before anybody is asked about it.
func (p Portal) labelOf(v *Visit, device string) (string, error) {
	if device == "" {
		return "", nil
	}
	found, err := p.Store.Devices(v.Context(), v.Tenant(), v.ExternalID())
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(found, func(d account.Device) bool { return d.ID == device })
	if i < 0 {
		return "", account.ErrUnknownDevice
	}
	return found[i].Label, nil
}

// addConfirmed goes on after a confirmation by a code, which authorises one enrolment.
func (p Portal) addConfirmed(w http.ResponseWriter, v *Visit, step account.PortalStep) error {
	begun, err := p.Enrolling.Begin(v.Context(), enrolling.Wish{
		Account: v.ExternalID(), Browser: p.browser(v), Authorize: account.ByApproval, Approval: step.Approval, Replaces: step.Subject,
	})
	if err != nil {
		return p.notAdded(w, v, err)
	}
	return p.onward(w, v, "/portal/add/"+url.PathEscape(begun.ID))
}

// enrolmentBody is a phone on its way.
type enrolmentBody struct {
	enrolling.View
	Action string
	Image  template.URL // the link as a QR code; made here
	Left   int
	Watch  string // where to ask whether it has got further; empty: it does not by itself
}

func (p Portal) enrolment(w http.ResponseWriter, v *Visit) error {
	b, err := p.progress(v)
	if err != nil {
		return err
	}
	return p.write(w, v, "enrolment", b)
}

func (p Portal) progress(v *Visit) (enrolmentBody, error) {
	found, err := p.Enrolling.Show(v.Context(), v.Session.Account, v.PathValue("id"))
	b := enrolmentBody{View: found, Action: "/portal/add/" + url.PathEscape(found.ID), Image: template.URL(found.QR)}
	switch found.Status {
	case account.EnrolmentWaiting:
		v.Page.Waits = found.Approval != nil
		if found.Approval != nil {
			b.Left = int(found.Approval.ExpiresAt.Sub(p.Now()) / time.Second)
		}
	case account.EnrolmentOpen, account.EnrolmentClaimed:
		b.Watch = b.Action + "/moved?known=" + string(found.Status)
	}
	return b, err
}

// watching is how long a page waits for its phone in one request.
const watching = 25 * time.Second

// moved tells the script of the page whether to load it again.
func (p Portal) moved(w http.ResponseWriter, v *Visit) error {
	known := account.EnrolmentStatus(v.URL.Query().Get("known"))
	now, err := p.Enrolling.Await(v.Context(), v.Session.Account, v.PathValue("id"), known, watching)
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, map[string]bool{"moved": now != known})
}

// digits are what the phone shows, and only who has both in hand can type.
func (p Portal) digits(w http.ResponseWriter, v *Visit) error {
	found, err := p.Enrolling.Confirm(v.Context(), v.Session.Account, v.PathValue("id"), v.PostFormValue("code"))
	if err == nil && found.Status == account.EnrolmentConfirmed {
		return p.onward(w, v, "/portal/devices?done=added")
	}
	if err == nil {
		return p.onward(w, v, "/portal/add/"+url.PathEscape(found.ID))
	}
	b, again := p.progress(v)
	if again != nil {
		return again
	}
	return p.wrong(w, v, err, "enrolment", b)
}
