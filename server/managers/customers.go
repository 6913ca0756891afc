package managers

import (
	"net/http"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/server/portal"
	"github.com/jawort/jawort/store/lasting"
)

// perPage is how many accounts are on one page of a list.
const perPage = 50

// customersBody is a page of the list, and by what it was picked.
type customersBody struct {
	pages.Pager
	Filter       filter
	Groups       []account.Group
	Applications []string
	Customers    []customer
	Unfinished   bool // an interval for many is on its way
}

// customer is one of the list.
type customer struct{ lasting.Entry }

// Number is what may be shown of the number; empty: none.
func (c customer) Number() string {
	if c.Phone == "" {
		return ""
	}
	return factor.MaskPhone(c.Phone)
}

// Address is what may be shown of the e-mail address; empty: none.
func (c customer) Address() string {
	if c.Email == "" {
		return ""
	}
	return factor.MaskAddress(c.Email)
}

// LastUse is when it last used any application; zero: never.
func (c customer) LastUse() (at time.Time) {
	for _, u := range c.Uses {
		if u.At.After(at) {
			at = u.At
		}
	}
	return at
}

// Enrolled reports whether it can confirm by something.
func (c customer) Enrolled() bool { return len(c.Methods) > 0 }

func (m Managers) customers(w http.ResponseWriter, v *portal.Visit) error {
	f, err := read(v.URL)
	if err != nil {
		return err
	}
	body := customersBody{Filter: f}
	if body.Groups, err = m.Store.ManagedGroups(v.Context(), v.Tenant(), lasting.Managed{Manager: manager(v)}); err != nil {
		return err
	}
	if body.Applications, err = m.Store.ApplicationNames(v.Context(), v.Tenant()); err != nil {
		return err
	}
	picked := f.picks(m.Now())
	picked.ManagedBy, picked.Limit = manager(v), perPage+1 // one more tells whether there is another page
	found, err := m.Store.Accounts(v.Context(), v.Tenant(), picked)
	if err != nil {
		return err
	}
	found, body.Pager = pages.Paged(v.URL, found, perPage, func(e lasting.Entry) string { return e.ExternalID })
	for _, e := range found {
		body.Customers = append(body.Customers, customer{e})
	}
	if body.Unfinished, err = m.unfinished(v); err != nil {
		return err
	}
	return m.desk.Write(w, v, "customers", body)
}

// ways are the methods by which one confirms, as the filter offers them.
var ways = []approval.Method{
	approval.MethodPush, approval.MethodPasskey, approval.MethodTOTP, approval.MethodSMS, approval.MethodEmail, approval.MethodRecovery,
}
