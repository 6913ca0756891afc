package managers

import (
	"errors"
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/server/portal"
)

// sms is whether an account gets codes by SMS, and what each would cost.
type sms struct {
	On       bool
	Possible bool   // the group lets its accounts have it
	Choice   bool   // and leaves it to each
	Own      bool   // the manager pays
	Price    string // of one, with its currency; empty: no SMS goes to this number, or there is none
}

// errFixedSMS is for who switches what the group does not leave to its accounts.
var errFixedSMS = pages.Fault{Status: http.StatusConflict, Text: "sms.fixed"}

func (m Managers) smsOf(v *portal.Visit, c customer, found account.Audience) (s sms, err error) {
	policy := found.Group.Policy.WithDefaults()
	s = sms{
		On:       policy.SMS.On(c.Account),
		Possible: policy.SMS.Switch != account.SwitchOff && account.Allows(v.Application.Policy, policy, approval.MethodSMS),
		Choice:   policy.SMS.Switch == account.SwitchAccount,
		Own:      policy.SMS.Payer == account.PayerManager,
	}
	s.Price, err = m.price(v, c)
	return s, err
}

// price is what an SMS to the account costs at the moment.
func (m Managers) price(v *portal.Visit, c customer) (string, error) {
	if c.Phone == "" {
		return "", nil
	}
	settings, err := m.Costs.Settings(v.Context(), v.Tenant())
	if err != nil {
		return "", err
	}
	price, err := settings.Prices.Price(c.Phone)
	if errors.Is(err, ledger.ErrNoPrice) {
		return "", nil
	}
	return v.Page.Money(price, settings.Currency), err
}

// smsBody is what will happen.
type smsBody struct {
	customer
	SMS sms
}

func (m Managers) switching(v *portal.Visit) (smsBody, error) {
	c, err := m.of(v)
	if err != nil {
		return smsBody{}, err
	}
	judged, err := m.judged(v, c)
	if err != nil {
		return smsBody{}, err
	}
	s, err := m.smsOf(v, c, judged.Audience)
	if err == nil && !(s.Possible && s.Choice) {
		err = errFixedSMS
	}
	return smsBody{c, s}, err
}

func (m Managers) switchingSMS(w http.ResponseWriter, v *portal.Visit) error {
	body, err := m.switching(v)
	if err != nil {
		return err
	}
	return m.desk.Write(w, v, "customer-sms", body)
}

// switchSMS switches codes by SMS off, or asks to confirm that they are switched on: they cost money, and confirm logins.
func (m Managers) switchSMS(w http.ResponseWriter, v *portal.Visit) error {
	body, err := m.switching(v)
	if err != nil {
		return err
	}
	switch v.PostFormValue("sms") {
	case "on":
		return m.desk.Plan(w, v, account.PortalStep{Kind: stepSMS, Subject: subject(body.customer, "on"), About: about(body.customer, body.SMS.costs()...)})
	case "off":
		return m.smsSet(w, v, body.customer, false)
	default:
		return errNoChoice
	}
}

func (s sms) costs() []string {
	if s.Price == "" {
		return nil
	}
	return []string{s.Price}
}

var errNoChoice = pages.Fault{Status: http.StatusUnprocessableEntity, Text: "refused.invalid"}

func (m Managers) smsSet(w http.ResponseWriter, v *portal.Visit, c customer, on bool) error {
	if _, err := m.Store.ChangeManaged(v.Context(), manager(v), c.ID, account.Edit{SMS: account.Set(on)}, by(v)); err != nil {
		return err
	}
	if on {
		return m.desk.Onward(w, v, c.page("sms-on"))
	}
	return m.desk.Onward(w, v, c.page("sms-off"))
}

func (m Managers) smsConfirmed(w http.ResponseWriter, v *portal.Visit, s account.PortalStep) error {
	c, _, err := m.subjectOf(v, s)
	if err != nil {
		return err
	}
	return m.smsSet(w, v, c, true)
}
