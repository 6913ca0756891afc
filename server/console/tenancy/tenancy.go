// Package tenancy is the console's section about tenants and how each is set up. It owns the pages; what may be set, packages account and organisation know.
package tenancy

import (
	"context"
	"embed"
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/server/console"
)

//go:embed templates/*.html texts/*.json
var own embed.FS

// Store keeps tenants and what belongs to them.
type Store interface {
	TenantsByName(ctx context.Context, after string, limit int) ([]account.Tenant, error)
}

// Tenancy is the section.
type Tenancy struct {
	Store Store
}

// Section implements the console's.
func (t Tenancy) Section() console.Section {
	return console.Section{
		Own: own, Mount: t.mount,
		Menu: []console.Entry{
			{Path: "/console/tenants", Text: "menu.tenants", Roles: console.Everyone},
			{Path: "", Text: "menu.tenant", Roles: console.Everyone},
		},
	}
}

func (t Tenancy) mount(r *console.Rooms) {
	r.Page("GET /console/tenants", console.Access{Roles: console.Everyone, Reach: console.OfOwn}, t.list)
	r.Page("GET /console/tenants/{tenant}", console.Access{Roles: console.Everyone, Reach: console.OfTenant}, t.show)
}

// atOnce are on one page of a list.
const atOnce = 50

type tenantsBody struct {
	Tenants []account.Tenant
	Next    string // where further ones are; empty: there are none
}

// list shows all that the operator sees; who sees one is led to it.
func (t Tenancy) list(w http.ResponseWriter, v *console.Visit) error {
	if v.Operator.Tenant != "" {
		return v.Onward(w, console.TenantURL(account.Tenant{ID: v.Operator.Tenant}))
	}
	found, err := t.Store.TenantsByName(v.Context(), v.URL.Query().Get("after"), atOnce+1)
	if err != nil {
		return err
	}
	b := tenantsBody{Tenants: found[:min(len(found), atOnce)]}
	if len(found) > atOnce {
		b.Next = "/console/tenants?after=" + found[atOnce-1].ID
	}
	return v.Write(w, "tenants", b)
}

func (t Tenancy) show(w http.ResponseWriter, v *console.Visit) error {
	return v.Write(w, "tenant", v.Tenant)
}
