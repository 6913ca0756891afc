package managers

import (
	"net/http"
	"net/url"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/server/portal"
	"github.com/jawort/jawort/store/lasting"
)

// perPage is how many accounts are on one page of a list.
const perPage = 50

// customersBody is a page of the list, and by what it was picked.
type customersBody struct {
	Filter       filter
	Groups       []account.Group
	Applications []string
	Customers    []customer
	Next         string // address of the next page; empty: this is the last
	First        string // address of the first page; empty: this is it
	Unfinished   bool   // an interval for many is on its way
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
	query := v.URL.Query()
	f, err := read(query)
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
	for _, e := range found[:min(len(found), perPage)] {
		body.Customers = append(body.Customers, customer{e})
	}
	if len(found) > perPage {
		body.Next = address(v, query, found[perPage-1].ExternalID)
	}
	if f.After != "" {
		body.First = address(v, query, "")
	}
	if body.Unfinished, err = m.unfinished(v); err != nil {
		return err
	}
	return m.desk.Write(w, v, "customers", body)
}

// address is that of another page of the same list; empty after: of the first one.
func address(v *portal.Visit, query url.Values, after string) string {
	query.Del("after")
	query.Del("done")
	if after != "" {
		query.Set("after", after)
	}
	if len(query) == 0 {
		return v.URL.Path
	}
	return v.URL.Path + "?" + query.Encode()
}

// ways are the methods by which one confirms, as the filter offers them.
var ways = []approval.Method{
	approval.MethodPush, approval.MethodPasskey, approval.MethodTOTP, approval.MethodSMS, approval.MethodEmail, approval.MethodRecovery,
}
