package server

import (
	"github.com/jawort/jawort/server/auditlog"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/console/auditing"
	"github.com/jawort/jawort/server/console/costs"
	"github.com/jawort/jawort/server/console/live"
	"github.com/jawort/jawort/server/console/support"
	"github.com/jawort/jawort/server/console/tenancy"
	"github.com/jawort/jawort/server/directory"
	"github.com/jawort/jawort/server/methods"
)

// sections are the subjects of the console, in the order of its menus. The first is where it opens.
func sections(o Options, c calls, m methods.Methods) []console.Section {
	return []console.Section{
		tenancy.Tenancy{Store: o.Lasting}.Section(),
		live.Live{Figures: o.Live, Ends: o.Lasting, Now: o.Now}.Section(),
		support.Support{
			Store: o.Lasting, Methods: m, Limits: o.Live, Resets: directory.Resets{Store: o.Lasting, Also: o.Also}, Calls: c, Now: o.Now,
		}.Section(),
		auditing.Auditing{
			Log: auditlog.Log{Records: o.Audit, Accounts: o.Lasting, Keys: o.Lasting, Sign: o.SignHead, Log: o.Edge.Log}, Checks: o.Audit, Now: o.Now,
		}.Section(),
		costs.Costs{Ledger: o.Ledger, Names: o.Lasting}.Section(),
	}
}
