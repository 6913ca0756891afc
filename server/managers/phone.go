package managers

import (
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/server/portal"
)

// phoneBody is the number that is on record, as far as it is shown, and what was typed.
type phoneBody struct {
	customer
	Typed string
}

func (m Managers) correctingPhone(w http.ResponseWriter, v *portal.Visit) error {
	c, err := m.of(v)
	if err != nil {
		return err
	}
	return m.desk.Write(w, v, "customer-phone", phoneBody{customer: c})
}

// correctPhone asks to confirm another number, because codes go to it: whoever could change it unasked could confirm in the account's place. It asks the same where the
// number is on record already, and says so only then: otherwise it would tell whoever finds a browser open, try by try, what is masked.
func (m Managers) correctPhone(w http.ResponseWriter, v *portal.Visit) error {
	c, err := m.of(v)
	if err != nil {
		return err
	}
	typed := v.PostFormValue("phone")
	number, err := factor.ParseMobile("phone", typed, v.Application.TenantPolicy.Region)
	if err != nil {
		return m.desk.Wrong(w, v, err, "customer-phone", phoneBody{c, typed})
	}
	return m.desk.Plan(w, v, account.PortalStep{Kind: stepPhone, Subject: subject(c, number), About: about(c, factor.MaskPhone(number))})
}

func (m Managers) phoneConfirmed(w http.ResponseWriter, v *portal.Visit, s account.PortalStep) error {
	c, number, err := m.subjectOf(v, s)
	if err != nil {
		return err
	}
	if number == c.Phone {
		return m.desk.Onward(w, v, c.page("phone-same"))
	}
	if _, err := m.Store.ChangeManaged(v.Context(), manager(v), c.ID, account.Edit{Phone: account.Set(number)}, by(v)); err != nil {
		return err
	}
	return m.desk.Onward(w, v, c.page("phone"))
}
