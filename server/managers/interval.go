package managers

import (
	"errors"
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/server/portal"
)

// chooseInterval sets how often one account is asked; less often than before only once it is confirmed, because that lets a browser in for longer.
func (m Managers) chooseInterval(w http.ResponseWriter, v *portal.Visit) error {
	c, err := m.of(v)
	if err != nil {
		return err
	}
	text := v.PostFormValue("days")
	days, err := portal.Days(text)
	if err == nil {
		err = m.set(v, c, days, false)
	}
	if errors.Is(err, account.ErrUnconfirmed) {
		return m.desk.Plan(w, v, account.PortalStep{Kind: stepInterval, Subject: subject(c, text), About: about(c, m.daysText(v, days))})
	}
	if err != nil {
		return m.wrong(w, v, c, err)
	}
	return m.desk.Onward(w, v, c.page("customer-interval"))
}

func (m Managers) set(v *portal.Visit, c customer, days *int, confirmed bool) error {
	_, err := m.Store.SetIntervals(v.Context(), v.Tenant(), manager(v), []string{c.ID}, days, confirmed, by(v))
	return err
}

// wrong shows the account again, with what was wrong.
func (m Managers) wrong(w http.ResponseWriter, v *portal.Visit, c customer, wrong error) error {
	body, err := m.about(v, c)
	if err != nil {
		return err
	}
	return m.desk.Wrong(w, v, wrong, "customer", body)
}

func (m Managers) intervalConfirmed(w http.ResponseWriter, v *portal.Visit, s account.PortalStep) error {
	c, text, err := m.subjectOf(v, s)
	if err != nil {
		return err
	}
	days, err := portal.Days(text)
	if err != nil {
		return err
	}
	if err := m.set(v, c, days, true); err != nil {
		return err
	}
	return m.desk.Onward(w, v, c.page("customer-interval"))
}

// daysText says how often somebody is asked then; nil: as the group says.
func (m Managers) daysText(v *portal.Visit, days *int) string {
	switch {
	case days == nil:
		return m.desk.Text(v, "interval.default")
	case *days == 0:
		return m.desk.Text(v, "choice.always")
	default:
		return m.desk.Text(v, "choice.days", *days)
	}
}
