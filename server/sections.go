package server

import (
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/auditlog"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/console/auditing"
	"github.com/jawort/jawort/server/console/costs"
	"github.com/jawort/jawort/server/console/live"
	"github.com/jawort/jawort/server/console/receivers"
	"github.com/jawort/jawort/server/console/staff"
	"github.com/jawort/jawort/server/console/support"
	"github.com/jawort/jawort/server/console/tenancy"
	"github.com/jawort/jawort/server/directory"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/methods"
	"github.com/jawort/jawort/server/policy"
	"github.com/jawort/jawort/server/webhooks"
)

// shared are the features whose work the console's sections do too.
type shared struct {
	calls    calls
	methods  methods.Methods
	policy   policy.Feature
	webhooks webhooks.Feature
}

// sections are the subjects of the console, in the order of its menus. The first is where it opens.
func sections(o Options, with shared) []console.Section {
	return []console.Section{
		tenancy.Tenancy{Store: o.Lasting, Organisation: o.Organisation, Rehearse: with.policy.Rehearse, Random: o.Random}.Section(),
		live.Live{Figures: o.Live, Ends: o.Lasting, Now: o.Now}.Section(),
		support.Support{
			Store: o.Lasting, Methods: with.methods, Limits: o.Live, Resets: directory.Resets{Store: o.Lasting, Also: o.Also}, Calls: with.calls, Now: o.Now,
		}.Section(),
		receivers.Receivers{Making: with.webhooks, Store: o.Webhooks.Store, Rules: with.webhooks.Rules, Nudge: with.webhooks.Nudge}.Section(),
		auditing.Auditing{
			Log: auditlog.Log{Records: o.Audit, Accounts: o.Lasting, Keys: o.Lasting, Sign: o.SignHead, Log: o.Edge.Log}, Checks: o.Audit, Now: o.Now,
		}.Section(),
		costs.Costs{Ledger: o.Ledger, Names: o.Lasting}.Section(),
		staff.Staff{Store: o.Operators, Tenants: o.Lasting, PublicURL: o.PublicURL, Random: o.Random}.Section(),
	}
}

// ConsoleRoutes lists the pages of the console with who may open them.
func ConsoleRoutes() []console.Route {
	var o Options
	return console.Console{PublicURL: "https://jawort.example", Sections: sections(o, shared{})}.Rooms(edge.NewMux(edge.Options{})).Routes()
}

// Pages lists the pages that the server answers, with what belongs to them.
func Pages() []string {
	m := edge.NewMux(edge.Options{})
	for _, f := range features(Options{PublicURL: "https://jawort.example", Edge: edge.Options{Sources: &edge.Sources{}}}, guard.Guards{}, nil, "", counts{}) {
		f.Mount(m)
	}
	return m.Pages()
}
