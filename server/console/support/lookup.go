package support

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/store/lasting"
)

// atOnce are on one page of the list.
const atOnce = 50

// found is an account in the list: what reaches its person is masked.
type found struct {
	ID, ExternalID, Label, Group, Phone, Email string
}

type listBody struct {
	pages.Pager
	Base   string
	Query  string
	Found  []found
	Asked  bool // somebody looked for something
	MayAct bool // and so look by what reaches somebody
}

// list finds accounts by the beginning of a login number or name, whatever the case: by numbers first, then by names.
func (s Support) list(w http.ResponseWriter, v *console.Visit) error {
	b := s.empty(v)
	b.Query = strings.TrimSpace(v.URL.Query().Get("q"))
	after, err := pages.ReadCursor(v.URL, 1)
	if err == nil {
		err = approval.CheckText("q", b.Query)
	}
	if err != nil {
		return v.Wrong(w, err, "people", s.empty(v))
	}
	if b.Query == "" {
		return v.Write(w, "people", b)
	}
	entries, err := s.Store.LookUp(v.Context(), v.Tenant.ID, b.Query, after[0], atOnce+1)
	if err != nil {
		return err
	}
	b.Asked = true
	entries, b.Pager = pages.Paged(v.URL, entries, atOnce, func(e lasting.Entry) string { return e.ExternalID })
	for _, e := range entries {
		b.Found = append(b.Found, shown(e.Account, e.GroupName))
	}
	return v.Write(w, "people", b)
}

func (s Support) empty(v *console.Visit) listBody {
	return listBody{Base: v.Base() + "/people", MayAct: v.May(console.Helpers)}
}

func shown(a account.Account, group string) found {
	f := found{ID: a.ID, ExternalID: a.ExternalID, Label: a.Label, Group: group}
	if a.Phone != "" {
		f.Phone = factor.MaskPhone(a.Phone)
	}
	if a.Email != "" {
		f.Email = factor.MaskAddress(a.Email)
	}
	return f
}

// find looks for who is reached by a whole number or address. It is sent as a form, so that neither stands in an address, a history or a log of requests.
func (s Support) find(w http.ResponseWriter, v *console.Visit) error {
	b := s.empty(v)
	by, err := reached(strings.TrimSpace(v.PostFormValue("contact")), v.Tenant.Policy.Region)
	if err != nil {
		return v.Wrong(w, err, "people", b)
	}
	accounts, err := s.Store.ReachedBy(v.Context(), v.Tenant.ID, by, atOnce)
	if err != nil {
		return err
	}
	if len(accounts) == 1 {
		return v.Onward(w, at(v, accounts[0].ID))
	}
	b.Asked = true
	for _, a := range accounts {
		b.Found = append(b.Found, shown(a, ""))
	}
	return v.Write(w, "people", b)
}

// reached reads what was typed as the directory keeps it, so that it is compared exactly.
func reached(typed, region string) (by lasting.Reached, err error) {
	if strings.Contains(typed, "@") {
		by.Email, err = factor.ParseAddress("contact", typed)
		return by, err
	}
	by.Phone, err = factor.ParseMobile("contact", typed, region)
	return by, err
}

// at is where the pages of an account begin.
func at(v *console.Visit, accountID string) string {
	return v.Base() + "/people/" + url.PathEscape(accountID)
}
