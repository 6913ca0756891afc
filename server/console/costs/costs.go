// Package costs is the console's section about what a tenant's SMS cost: by application, group and country, against its budgets, at its prices; and where prices, budgets and limits are set. What can be
// set, and how messages are counted and refused, packages ledger and store/ledger know.
package costs

import (
	"context"
	"embed"
	"net/http"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/usage"
	"github.com/jawort/jawort/store/lasting"
	stored "github.com/jawort/jawort/store/ledger"
	"github.com/jawort/jawort/store/outbox"
)

//go:embed templates/*.html texts/*.json
var own embed.FS

// Ledger says what was spent.
type Ledger interface {
	usage.Reports
	Settings(ctx context.Context, tenant string) (ledger.Settings, error)
	Totals(ctx context.Context, tenant string, f ledger.UsageFilter) ([]ledger.Total, error)
	Spendings(ctx context.Context, tenant, period string) ([]stored.Spending, error)
	LocalNow(ctx context.Context, tenant string) (time.Time, error)
	Setting
}

// Setting changes what a tenant says about its SMS.
type Setting interface {
	SettingsSeen(ctx context.Context, tenant string) (settings ledger.Settings, seen string, err error)
	ReplaceSettings(ctx context.Context, tenant, seen string, settings ledger.Settings, by outbox.Actor) error
}

// Names are how people call what is paid for.
type Names interface {
	Applications(ctx context.Context, tenant string) ([]account.Application, error)
	GroupNames(ctx context.Context, tenant string) ([]lasting.GroupName, error)
}

// Costs is the section.
type Costs struct {
	Ledger Ledger
	Names  Names
}

// Section implements the console's.
func (c Costs) Section() console.Section {
	return console.Section{
		Own: own, Mount: c.mount,
		Menu: []console.Entry{{Path: "costs", Text: "menu.costs", Roles: console.Readers}},
	}
}

var reads = console.Access{Roles: console.Readers, Reach: console.OfTenant}

func (c Costs) mount(r *console.Rooms) {
	r.Page("GET /console/tenants/{tenant}/costs", reads, c.page)
	r.Page("GET /console/tenants/{tenant}/costs/usage.csv", reads, c.csv)
	c.mountSettings(r)
}

// quarter is the one that is asked for, or the one that runs.
func (c Costs) quarter(v *console.Visit) (q ledger.Quarter, now time.Time, err error) {
	if now, err = c.Ledger.LocalNow(v.Context(), v.Tenant.ID); err != nil {
		return q, now, err
	}
	if text := v.URL.Query().Get("quarter"); text != "" {
		q, err = ledger.ParseQuarter(text)
		return q, now, err
	}
	return ledger.QuarterOf(now, now.Location()), now, nil
}

// csv hands over what the API does.
func (c Costs) csv(w http.ResponseWriter, v *console.Visit) error {
	q, _, err := c.quarter(v)
	if err != nil {
		return err
	}
	return usage.Feature{Reports: c.Ledger}.CSV(w, v.Request, q)
}
