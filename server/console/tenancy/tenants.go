package tenancy

import (
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/store/lasting"
)

func (t Tenancy) mountTenants(r *console.Rooms) {
	house := console.Access{Roles: console.Administrators, Reach: console.OfHouse}
	fromHouse := console.Access{Roles: console.Administrators, Reach: console.OfHouse, Fresh: true}
	r.Page("GET /console/tenants", console.Access{Roles: console.Everyone, Reach: console.OfOwn}, t.list)
	r.Page("GET /console/new-tenant", house, t.newTenant)
	r.Page("POST /console/new-tenant", fromHouse, t.addTenant)
	r.Page("GET /console/tenants/{tenant}", console.Access{Roles: console.Everyone, Reach: console.OfTenant}, t.show)
	ends := heads
	ends.All = true
	r.Page("GET /console/tenants/{tenant}/revoke", ends, t.revokingTenant)
	ends.Fresh = true
	r.Page("POST /console/tenants/{tenant}/revoke", ends, t.revokeTenant)
}

type tenantsBody struct {
	namedBody
	Tenants []account.Tenant
	May     bool
}

// list shows all that the operator sees; who sees one is led to it.
func (t Tenancy) list(w http.ResponseWriter, v *console.Visit) error {
	if v.Operator.Tenant != "" {
		return v.Onward(w, console.TenantURL(account.Tenant{ID: v.Operator.Tenant}))
	}
	found, list, err := named(v, func(n lasting.Named) ([]account.Tenant, error) {
		return t.Store.TenantsByName(v.Context(), n)
	}, func(one account.Tenant) (string, string) { return one.Name, one.ID })
	if err != nil {
		return err
	}
	return v.Write(w, "tenants", tenantsBody{list, found, v.Operator.Heads()})
}

type newTenantBody struct{ Name string }

func (t Tenancy) newTenant(w http.ResponseWriter, v *console.Visit) error {
	return v.Write(w, "new-tenant", newTenantBody{})
}

func (t Tenancy) addTenant(w http.ResponseWriter, v *console.Visit) (err error) {
	added := account.Tenant{Name: v.PostFormValue("name")}
	if err := account.ValidateName("name", added.Name); err != nil {
		return v.Wrong(w, err, "new-tenant", newTenantBody{added.Name})
	}
	if added.ID, err = id.New(t.Random, id.Tenant); err != nil {
		return err
	}
	if err := t.Store.CreateTenantBy(v.Context(), added, v.Actor()); err != nil {
		return v.Wrong(w, err, "new-tenant", newTenantBody{added.Name})
	}
	return v.Onward(w, console.TenantURL(added)+"?done=saved")
}

type tenantBody struct {
	account.Tenant
	Rooms   []room
	May     bool // end it
	Invites bool
}

func (t Tenancy) show(w http.ResponseWriter, v *console.Visit) error {
	o, err := t.Store.Outline(v.Context(), v.Tenant.ID, mostCounted+1)
	if err != nil {
		return err
	}
	return v.Write(w, "tenant", tenantBody{v.Tenant, rooms(v, o), v.Operator.Heads() && v.MayChange(), v.MayChange()})
}

type revokingTenantBody struct {
	account.Tenant
	lasting.Extent
}

// revokingTenant says what ends with it.
func (t Tenancy) revokingTenant(w http.ResponseWriter, v *console.Visit) error {
	e, err := t.Store.Extent(v.Context(), v.Tenant.ID)
	if err != nil {
		return err
	}
	return v.Write(w, "revoking-tenant", revokingTenantBody{v.Tenant, e})
}

func (t Tenancy) revokeTenant(w http.ResponseWriter, v *console.Visit) error {
	if err := t.Store.RevokeTenantBy(v.Context(), v.Tenant.ID, v.Actor()); err != nil {
		return unknown(err)
	}
	return v.Onward(w, "/console/tenants?done=tenant-revoked")
}
