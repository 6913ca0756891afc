package organisation

import (
	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/id"
)

// planTenant reports whether it is clear which tenant is meant.
func (p *planner) planTenant(d *Document) bool {
	if len(p.state.Tenants) > 1 {
		what := "is the name of several tenants; revoke one, or rename it first"
		if d.Tenant.Formerly != "" {
			what = "is a tenant beside the one that was called so formerly; leave one of the two names out"
		}
		p.tell(d, "tenant.name", what)
		return false
	}
	var before *account.Tenant
	after := account.Tenant{Name: d.Tenant.Name, Policy: d.Tenant.TenantPolicy}
	if len(p.state.Tenants) == 1 {
		before = &p.state.Tenants[0]
		after.ID = before.ID
	} else {
		after.ID = p.newID(id.Tenant)
	}
	p.plan.Tenant = after
	compare(p, &p.plan.Tenants, after.Name, before, after, differences(tenantFacts, before, after))
	return true
}

func tenantFacts(t account.Tenant) facts {
	return factsOf(t.Policy.WithDefaults()).with("name", t.Name)
}

// planApplications returns the new names of applications by their old ones.
func (p *planner) planApplications(d *Document) (renamed map[string]string) {
	renamed = map[string]string{}
	known := index(p, d, p.state.Applications, func(a account.Application) string { return a.Name })
	for i, a := range d.Applications {
		path := at("applications", i)
		before, ok := known.find(path, a.Name, a.Formerly, "application")
		if !ok {
			continue
		}
		after := account.Application{Tenant: p.plan.Tenant.ID, Name: a.Name, Origins: a.Origins, RPID: a.RPID, Policy: a.ApplicationPolicy}
		if before != nil {
			after.ID = before.ID
			renamed[before.Name] = a.Name
		} else {
			after.ID = p.newID(id.Application)
		}
		compare(p, &p.plan.Applications, a.Name, before, after, differences(applicationFacts, before, after))
	}
	return renamed
}

func applicationFacts(a account.Application) facts {
	return factsOf(a.Policy.WithDefaults()).with("name", a.Name).with("origins", list(a.Origins)).with("rp_id", a.RPID)
}
