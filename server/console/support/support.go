// Package support is the console's section for those who help people on the phone: they find an account and see how it stands; they ask its phones who is
// calling; they end what was lost, and let somebody in by a code.
//
// It owns the pages. What may be done, and by which rules, is the business of the packages that login services reach by the API.
package support

import (
	"context"
	"embed"
	"net/http"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/directory"
	"github.com/jawort/jawort/server/methods"
	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/live"
	"github.com/jawort/jawort/store/outbox"
)

//go:embed templates/*.html texts/*.json
var own embed.FS

// Directory finds accounts.
type Directory interface {
	LookUp(ctx context.Context, tenant, begins, after string, limit int) ([]lasting.Entry, error)
	ReachedBy(ctx context.Context, tenant string, r lasting.Reached, limit int) ([]account.Account, error)
	AccountByID(ctx context.Context, tenant, id string) (account.Account, error)
	Entry(ctx context.Context, tenant, externalID string) (lasting.Entry, error)
	Applications(ctx context.Context, tenant string) ([]account.Application, error)
}

// Standing is how an account stands.
type Standing interface {
	Devices(ctx context.Context, tenant, externalID string) ([]account.Device, error)
	TrustedBrowsers(ctx context.Context, tenant, externalID string) ([]account.TrustedBrowser, error)
	OwnLogins(ctx context.Context, tenant, externalID string, page lasting.Before) ([]lasting.OwnLogin, error)
	ReportPauses(ctx context.Context, accountID string, limit int) ([]lasting.ReportPause, error)
	RunningRecovery(ctx context.Context, tenant, accountID string) (account.Recovery, bool, error)
}

// Acts are what support does to it.
type Acts interface {
	RevokeDeviceBecause(ctx context.Context, tenant, externalID, device, why string, by outbox.Actor) error
	EndTrustedBrowsers(ctx context.Context, tenant, externalID string, by outbox.Actor) error
	LiftReports(ctx context.Context, tenant, externalID string, by outbox.Actor) (int64, error)
	StopRecovery(ctx context.Context, tenant, id string, by outbox.Actor) (account.Recovery, error)
	AskedBySupport(ctx context.Context, asked approval.Pending, by outbox.Actor) error
}

// Store is all that the section needs of the lasting store.
type Store interface {
	Directory
	Standing
	Acts
}

// Methods are by what accounts confirm beside their phones.
type Methods interface {
	Show(r *http.Request, externalID string) (methods.View, []approval.Method, error)
	HandOut(r *http.Request, externalID string, b factor.Bypass) (factors.Bypass, error)
}

// Limits say whether an account's phones are woken at the moment.
type Limits interface {
	Limits(ctx context.Context, account string) (live.Limits, error)
}

// Support is the section.
type Support struct {
	Store   Store
	Methods Methods
	Limits  Limits
	Resets  directory.Resets
	Calls   Calls
	Now     func() time.Time
}

// Section implements the console's.
func (s Support) Section() console.Section {
	return console.Section{
		Own: own, Mount: s.mount,
		Menu: []console.Entry{{Path: "people", Text: "menu.people", Roles: console.Everyone}},
	}
}

const people = "/console/tenants/{tenant}/people"

func (s Support) mount(r *console.Rooms) {
	look := console.Access{Roles: console.Everyone, Reach: console.OfTenant}
	help := console.Access{Roles: console.Helpers, Reach: console.OfTenant}
	matters := console.Access{Roles: console.Helpers, Reach: console.OfTenant, Fresh: true}

	r.Page("GET "+people, look, s.list)
	r.Page("POST "+people, help, s.find)
	one := people + "/{account}"
	r.Page("GET "+one, look, s.person)
	r.Page("GET "+one+"/devices/{device}", help, s.revoking)
	r.Page("POST "+one+"/devices/{device}", matters, s.revoke)
	r.Page("POST "+one+"/browsers", help, s.endBrowsers)
	r.Page("POST "+one+"/reports", matters, s.lift)
	r.Page("POST "+one+"/recoveries/{recovery}", help, s.stopRecovery)
	r.Page("GET "+one+"/reset", help, s.resetting)
	r.Page("POST "+one+"/reset", matters, s.reset)
	r.Page("GET "+one+"/bypass", help, s.bypassing)
	r.Page("POST "+one+"/bypass", matters, s.bypass)
	r.Page("GET "+one+"/call", help, s.calling)
	r.Page("POST "+one+"/call", matters, s.call)
	r.Page("GET "+one+"/call/{approval}", help, s.called)
	r.Page("GET "+one+"/call/{approval}/moved", help, s.moved)
	r.Page("POST "+one+"/call/{approval}", help, s.hangUp)
}
