// Package tenancy is the console's section about tenants and how each is set up: applications with their keys, groups with their policy, accounts by the
// thousand. It owns the pages; what may be set and what that changes, packages account and organisation know.
package tenancy

import (
	"context"
	"embed"
	"io"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

//go:embed templates/*.html texts/*.json
var own embed.FS

// Tenants keep tenants.
type Tenants interface {
	TenantsByName(ctx context.Context, n lasting.Named) ([]account.Tenant, error)
	CreateTenantBy(ctx context.Context, t account.Tenant, by outbox.Actor) error
	RevokeTenantBy(ctx context.Context, id string, by outbox.Actor) error
	Extent(ctx context.Context, tenant string) (lasting.Extent, error)
	Outline(ctx context.Context, tenant string, accounts int) (lasting.Outline, error)
}

// Applications keep login services and their keys.
type Applications interface {
	Applications(ctx context.Context, tenant string) ([]account.Application, error)
	ApplicationsByName(ctx context.Context, tenant string, n lasting.Named) ([]account.Application, error)
	RevokeApplicationBy(ctx context.Context, tenant, id string, by outbox.Actor) error
	Keys(ctx context.Context, application string) ([]account.Key, error)
	NewestKeys(ctx context.Context, application string, page lasting.Before) ([]account.Key, error)
	CreateKeyBy(ctx context.Context, tenant string, k account.Key, by outbox.Actor) error
	RevokeKeyBy(ctx context.Context, application, id string, by outbox.Actor) error
}

// Store keeps tenants and what belongs to them.
type Store interface {
	Tenants
	Applications
	Groups(ctx context.Context, tenant string) ([]account.Group, error)
	GroupsByName(ctx context.Context, tenant string, n lasting.Named) ([]account.Group, error)
}

// Organisation plans and carries out what a form or a list says, and deletes groups.
type Organisation interface {
	Plan(ctx context.Context, found organisation.Mistakes, sources ...organisation.Source) ([]organisation.Plan, error)
	ApplyBy(ctx context.Context, by outbox.Actor, found organisation.Mistakes, sources ...organisation.Source) ([]organisation.Plan, error)
	ApplyTelling(ctx context.Context, by outbox.Actor, told func(done, total int), found organisation.Mistakes, sources ...organisation.Source) ([]organisation.Plan, error)
	GroupUse(ctx context.Context, tenant, group string) (accounts, budgets int, err error)
	DeleteGroupBy(ctx context.Context, by outbox.Actor, tenant, group string) error
}

// Tenancy is the section.
type Tenancy struct {
	Store        Store
	Organisation Organisation
	Rehearse     Rehearse
	Random       io.Reader

	rehearsing, importing *console.Busy
}

// Section implements the console's.
func (t Tenancy) Section() console.Section {
	t.rehearsing, t.importing = &console.Busy{}, &console.Busy{}
	return console.Section{
		Own: own, Mount: t.mount,
		Menu: []console.Entry{
			{Path: "/console/tenants", Text: "menu.tenants", Roles: console.Everyone},
			{Path: "", Text: "menu.tenant", Roles: console.Everyone},
			{Path: "applications", Text: "menu.applications", Roles: console.Readers},
			{Path: "groups", Text: "menu.groups", Roles: console.Readers},
			{Path: "settings", Text: "menu.settings", Roles: console.Readers},
			{Path: "import", Text: "menu.import", Roles: console.Administrators},
		},
	}
}

// Who may open pages of a tenant, and send their forms.
var (
	reads = console.Access{Roles: console.Readers, Reach: console.OfTenant}
	heads = console.Access{Roles: console.Administrators, Reach: console.OfTenant}
	fresh = console.Access{Roles: console.Administrators, Reach: console.OfTenant, Fresh: true}
)

func (t Tenancy) mount(r *console.Rooms) {
	t.mountTenants(r)
	t.mountApplications(r)
	t.mountGroups(r)
	t.mountSettings(r)
	t.mountImport(r)
}
