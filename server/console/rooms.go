package console

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/store/db"
)

// Who may do what, for Access.
var (
	Everyone       = []operator.Role{operator.Administrator, operator.Support, operator.Auditor}
	Administrators = []operator.Role{operator.Administrator}
	Helpers        = []operator.Role{operator.Administrator, operator.Support} // who help people
	Readers        = []operator.Role{operator.Administrator, operator.Auditor} // of how things are set up, and of what happened
)

// Reach is whose things a page is about.
type Reach int

// The reaches. None of them is the default: each page says it.
const (
	OfTenant Reach = iota + 1 // the tenant in the path: an operator who may not see it is told that there is none
	OfHouse                   // all tenants: there is no such page for operators of one
	OfOwn                     // the operator's own, or what the page itself narrows to what they see
)

// Access says who may open a page, or send its form. Nothing of it has a default.
type Access struct {
	Roles []operator.Role
	Reach Reach
	All   bool // not for operators of one tenant
	Fresh bool // a passkey has to have answered in the last minutes
	Asked bool // a passkey has to answer for this very step
	// Upload is how many bytes the form may have where it brings a file; 0: as many as any.
	Upload int64
}

// Route is a page with who may open it.
type Route struct {
	Pattern string
	Access
}

// Rooms are where sections put their pages.
type Rooms struct {
	console *Console
	mux     *edge.Mux
	routes  []Route
}

// Routes lists the pages.
func (r *Rooms) Routes() []Route { return slices.Clone(r.routes) }

// Page adds a page, or what its form does. It panics where nobody could tell who may open it, and where an auditor could change what is not their own.
func (r *Rooms) Page(pattern string, a Access, show func(http.ResponseWriter, *Visit) error) {
	method, path, _ := strings.Cut(pattern, " ")
	inTenant := strings.HasPrefix(path, tenantPath+"{tenant}")
	switch {
	case len(a.Roles) == 0 || a.Reach == 0:
		panic("console: " + pattern + " must say who may open it, and of whom")
	case inTenant != (a.Reach == OfTenant):
		panic("console: " + pattern + " is a tenant's exactly where it is below " + tenantPath + "{tenant}")
	case method != http.MethodGet && a.Reach != OfOwn && slices.Contains(a.Roles, operator.Auditor):
		panic("console: " + pattern + " would let auditors change something")
	case (a.Fresh || a.Asked) && method != http.MethodPost:
		panic("console: " + pattern + " cannot ask for a passkey: it has no form")
	}
	r.routes = append(r.routes, Route{pattern, a})
	if a.Upload > 0 {
		r.mux.HandleUpload(pattern, a.Upload, r.console.page(a, show))
		return
	}
	r.mux.HandlePage(pattern, r.console.page(a, show))
}

const tenantPath = "/console/tenants/"

// page lets in whoever has the cookie of a session that lasts, may open the page, and has it from here. In this order: who may not see something is not told
// that it is there.
func (c *Console) page(a Access, show func(http.ResponseWriter, *Visit) error) edge.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := c.sessions.Own(r); err != nil {
			return c.refuse(w, r, err)
		}
		session, err := c.session(r)
		if errors.Is(err, operator.ErrSignedOut) {
			return c.away(w, r)
		}
		if err != nil {
			return c.refuse(w, r, err)
		}
		v := c.visiting(r, session)
		if err := c.admit(w, v, a, show); err != nil {
			return c.frame.Refuse(w, r, v.Page, &pages.Link{URL: v.Base(), Text: "console.back"}, err)
		}
		return nil
	}
}

var (
	// ErrTooLarge refuses a file that is larger than a page takes.
	ErrTooLarge = pages.Fault{Status: http.StatusRequestEntityTooLarge, Text: "refused.too-large"}
	errRole     = pages.Fault{Status: http.StatusForbidden, Text: "console.role"}
)

func (c *Console) admit(w http.ResponseWriter, v *Visit, a Access, show func(http.ResponseWriter, *Visit) error) error {
	switch a.Reach {
	case OfTenant:
		if err := c.enter(v, v.PathValue("tenant")); err != nil {
			return err
		}
	case OfHouse:
		if v.Operator.Tenant != "" {
			return edge.ErrNoRoute
		}
	}
	if !v.Operator.Is(a.Roles...) || (a.All && v.Operator.Tenant != "") {
		return errRole
	}
	if err := read(v, a.Upload); err != nil { // what is read of it later would be empty, and empty means something
		return pages.Unreadable(err)
	}
	if v.Method == http.MethodPost { // its body may have come late: who was ended meanwhile does nothing with it
		session, err := c.session(v.Request)
		if errors.Is(err, operator.ErrSignedOut) {
			return c.away(w, v.Request)
		}
		if err != nil {
			return err
		}
		v.Session = session
	}
	if a.Fresh || a.Asked {
		if fresh, err := c.confirmed(v, a); err != nil || !fresh {
			return c.stepUp(w, v, err)
		}
	}
	return show(w, v)
}

// read reads the form, with the file that it may bring.
func read(v *Visit, upload int64) error {
	if err := v.ParseForm(); err != nil || upload == 0 { // reading a form with files would pass over what was wrong with one without
		return err
	}
	err := v.ParseMultipartForm(upload)
	if errors.Is(err, http.ErrNotMultipart) {
		return nil // the form was read all the same
	}
	return err
}

// enter puts the tenant into the visit. One that was revoked can be looked at, and nothing else.
func (c *Console) enter(v *Visit, tenant string) error {
	if !v.Operator.Sees(tenant) {
		return edge.ErrNoRoute
	}
	t, err := c.Tenants.Tenant(v.Context(), tenant)
	if errors.Is(err, db.ErrNotFound) || (err == nil && !t.RevokedAt.IsZero() && v.Method == http.MethodPost) {
		return edge.ErrNoRoute
	}
	if err != nil {
		return err
	}
	v.in(c, t)
	return nil
}

// application stands for all of a tenant's, in what is done for it.
func application(t account.Tenant) account.Application {
	return account.Application{Tenant: t.ID, TenantName: t.Name, TenantPolicy: t.Policy}
}

// TenantOf returns a tenant that is named elsewhere than in the path; there is none where it is unknown.
func TenantOf(ctx context.Context, tenants Tenants, id string) (account.Tenant, error) {
	t, err := tenants.Tenant(ctx, id)
	if errors.Is(err, db.ErrNotFound) || (err == nil && !t.RevokedAt.IsZero()) {
		return t, edge.ErrNoRoute
	}
	return t, err
}
