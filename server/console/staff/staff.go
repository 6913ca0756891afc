// Package staff is the console's section about operators: who there is, who is invited, what role they have. It owns the pages; who may be ended is decided
// by package store/operators.
package staff

import (
	"context"
	"embed"
	"io"
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/store/outbox"
)

//go:embed templates/*.html texts/*.json
var own embed.FS

// Store keeps operators.
type Store interface {
	console.Inviting
	List(ctx context.Context, tenant, after string, limit int) ([]operator.Operator, error)
	Operator(ctx context.Context, tenant, id string) (operator.Operator, error)
	SetRole(ctx context.Context, id string, role operator.Role, by outbox.Actor) error
	End(ctx context.Context, id string, by outbox.Actor) error
}

// Staff is the section.
type Staff struct {
	Store     Store
	Tenants   console.Tenants
	PublicURL string // of the server, as browsers reach it
	Random    io.Reader
}

// Section implements the console's.
func (s Staff) Section() console.Section {
	return console.Section{
		Own: own, Mount: s.mount,
		Menu: []console.Entry{{Path: "/console/operators", Text: "menu.operators", Roles: console.Readers}},
	}
}

// Each page narrows to the operators of whoever's tenant it is.
func (s Staff) mount(r *console.Rooms) {
	reads := console.Access{Roles: console.Readers, Reach: console.OfOwn}
	heads := console.Access{Roles: console.Administrators, Reach: console.OfOwn}
	fresh := console.Access{Roles: console.Administrators, Reach: console.OfOwn, Fresh: true}
	r.Page("GET /console/operators", reads, s.list)
	r.Page("GET /console/operators/invite", heads, s.inviting)
	r.Page("POST /console/operators/invite", fresh, s.invite)
	r.Page("GET /console/operators/{id}", reads, s.show)
	r.Page("POST /console/operators/{id}/role", fresh, s.setRole)
	r.Page("POST /console/operators/{id}/end", fresh, s.end)
}

// atOnce are on one page of the list.
const atOnce = 50

type listBody struct {
	pages.Pager
	Operators []operator.Operator
	May       bool
}

func (s Staff) list(w http.ResponseWriter, v *console.Visit) error {
	after, err := pages.ReadCursor(v.URL, 1)
	if err != nil {
		return err
	}
	found, err := s.Store.List(v.Context(), v.Operator.Tenant, after[0], atOnce+1)
	if err != nil {
		return err
	}
	b := listBody{May: v.May(console.Administrators)}
	b.Operators, b.Pager = pages.Paged(v.URL, found, atOnce, func(o operator.Operator) string { return o.ID })
	return v.Write(w, "operators", b)
}

type operatorBody struct {
	operator.Operator
	Roles []operator.Role
	May   bool
	Self  bool
}

func (s Staff) show(w http.ResponseWriter, v *console.Visit) error {
	o, err := s.Store.Operator(v.Context(), v.Operator.Tenant, v.PathValue("id"))
	if err != nil {
		return err
	}
	return v.Write(w, "operator", s.body(v, o))
}

func (s Staff) body(v *console.Visit, o operator.Operator) operatorBody {
	return operatorBody{o, operator.Roles, v.May(console.Administrators) && o.EndedAt.IsZero(), o.ID == v.Operator.ID}
}

func (s Staff) setRole(w http.ResponseWriter, v *console.Visit) error {
	return s.change(w, v, "role", func(o operator.Operator) error {
		role := operator.Role(v.PostFormValue("role"))
		o.Role = role
		if err := o.Validate(); err != nil {
			return err
		}
		return s.Store.SetRole(v.Context(), o.ID, role, v.Actor())
	})
}

func (s Staff) end(w http.ResponseWriter, v *console.Visit) error {
	return s.change(w, v, "ended", func(o operator.Operator) error { return s.Store.End(v.Context(), o.ID, v.Actor()) })
}

// change does something to the operator in the path, of whom the visitor may know.
func (s Staff) change(w http.ResponseWriter, v *console.Visit, done string, change func(operator.Operator) error) error {
	o, err := s.Store.Operator(v.Context(), v.Operator.Tenant, v.PathValue("id"))
	if err != nil {
		return err
	}
	if err := change(o); err != nil {
		return v.Wrong(w, err, "operator", s.body(v, o))
	}
	return v.Onward(w, "/console/operators/"+o.ID+"?done=operator-"+done)
}

type inviteBody struct {
	Name   string
	Role   operator.Role
	Roles  []operator.Role
	Tenant account.Tenant // zero: all
}

// inviting asks who; the tenant is that of the visitor, or the one in the address.
func (s Staff) inviting(w http.ResponseWriter, v *console.Visit) error {
	b, err := s.form(v, v.URL.Query().Get("tenant"))
	if err != nil {
		return err
	}
	return v.Write(w, "inviting", b)
}

func (s Staff) form(v *console.Visit, tenant string) (b inviteBody, err error) {
	b.Roles, b.Role = operator.Roles, operator.Support
	if v.Operator.Tenant != "" {
		tenant = v.Operator.Tenant
	}
	if tenant != "" {
		b.Tenant, err = console.TenantOf(v.Context(), s.Tenants, tenant)
	}
	return b, err
}

type invitedBody struct {
	operator.Operator
	Link string
}

// invite shows the link, here and nowhere else.
func (s Staff) invite(w http.ResponseWriter, v *console.Visit) error {
	b, err := s.form(v, v.PostFormValue("tenant"))
	if err != nil {
		return err
	}
	b.Name, b.Role = v.PostFormValue("name"), operator.Role(v.PostFormValue("role"))
	o, link, err := console.Invite(v.Context(), s.Store, operator.Operator{Name: b.Name, Role: b.Role, Tenant: b.Tenant.ID}, s.PublicURL, s.Random, v.Actor())
	if err != nil {
		return v.Wrong(w, err, "inviting", b)
	}
	return v.Write(w, "invited", invitedBody{o, link})
}
