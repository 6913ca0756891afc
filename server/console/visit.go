package console

import (
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/locale"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/store/outbox"
)

// Visit is a request of an operator. Its context names them as the caller, with the tenant in the path: what other packages do for a caller, they do for
// this operator and this tenant.
type Visit struct {
	*http.Request
	Operator operator.Operator
	Session  operator.Session
	Tenant   account.Tenant // in the path; zero: the page is of none
	Page     pages.Page     // to be filled

	console *Console
}

func (c *Console) visiting(r *http.Request, s operator.Session) *Visit {
	v := &Visit{Request: r, Operator: s.Operator, Session: s, console: c}
	v.Page = c.outside(r)
	v.Page.Who, v.Page.Wide, v.Page.Menu = s.Operator.Name, true, c.menu(s.Operator, "", r.URL.Path)
	v.Page.Leave = &pages.Leave{Action: "/console/sign-out", Text: "console.sign-out"}
	v.Request = r.WithContext(guard.Caller{Console: s.Operator}.In(r.Context()))
	return v
}

// outside is a page for somebody who is not in the console.
func (c *Console) outside(r *http.Request) pages.Page {
	return pages.Page{Lang: locale.Nearest(r.Header.Get("Accept-Language")), House: "Jawort"}
}

// in makes the tenant that of the visit. Times are told in its time zone from here on; pages outside a tenant tell them in UTC, and name it.
func (v *Visit) in(c *Console, t account.Tenant) {
	v.Tenant = t
	v.Request = v.WithContext(guard.Caller{Console: v.Operator, Application: application(t)}.In(v.Context()))
	v.Page.Base = TenantURL(t)
	v.Page.Place, v.Page.Below = t.Name, c.menu(v.Operator, TenantURL(t), v.URL.Path)
	v.Page.Zone, _ = t.Policy.Zone() // a zone that this machine does not know is UTC
}

// Base is where the pages of the visit's tenant begin, or those of the console.
func (v *Visit) Base() string {
	if v.Tenant.ID == "" {
		return "/console"
	}
	return TenantURL(v.Tenant)
}

// Actor is the operator in what they do.
func (v *Visit) Actor() outbox.Actor { return guard.ActorOf(v.Context()) }

// May reports whether the operator has one of the roles: pages offer nothing that would be refused.
func (v *Visit) May(roles []operator.Role) bool { return v.Operator.Is(roles...) }

// MayChange reports whether the operator may change something of the tenant, which was not revoked.
func (v *Visit) MayChange() bool { return v.May(Administrators) && v.Tenant.RevokedAt.IsZero() }

// Write shows a page. Its title is the text NAME.title, unless the visit's page has another; what ?done=X says is the text done.X.
func (v *Visit) Write(w http.ResponseWriter, name string, body any) error {
	v.console.frame.Fill(&v.Page, v.Request, name, body)
	return v.console.frame.Write(w, v.Page)
}

// Begin shows a page up to where its template says {{.Here}}, and returns the rest: what takes long is told in between.
func (v *Visit) Begin(w http.ResponseWriter, name string, body any) (rest []byte, err error) {
	v.console.frame.Fill(&v.Page, v.Request, name, body)
	return v.console.frame.Begin(w, v.Page)
}

// Text returns a text in the language of the visit.
func (v *Visit) Text(key string, args ...any) string {
	return v.console.frame.Text(v.Page.Lang, key, args...)
}

// Event says in words what an event's kind means; one that has no words says its kind.
func (v *Visit) Event(kind string) string {
	if word, ok := v.Word("event." + kind); ok {
		return word
	}
	return kind
}

// Word returns a text, where there is one.
func (v *Visit) Word(key string) (string, bool) {
	if !v.console.frame.Has(key) {
		return "", false
	}
	return v.Text(key), true
}

// Events says in words what all kinds of events mean.
func (v *Visit) Events() map[string]string { return v.console.frame.Called(v.Page.Lang, "event.") }

// Wrong shows a form again, with what was wrong about it in words. What is no refusal is returned.
func (v *Visit) Wrong(w http.ResponseWriter, err error, name string, body any) error {
	if err := v.console.frame.Mistaken(&v.Page, v.Request, err); err != nil {
		return err
	}
	return v.Write(w, name, body)
}

// Onward leads to a page, after something was done.
func (v *Visit) Onward(w http.ResponseWriter, path string) error {
	http.Redirect(w, v.Request, path, http.StatusSeeOther)
	return nil
}
