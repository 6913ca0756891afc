package server

import (
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/auditlog"
	"github.com/jawort/jawort/server/codes"
	"github.com/jawort/jawort/server/component"
	"github.com/jawort/jawort/server/confirming"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/directory"
	"github.com/jawort/jawort/server/enrolling"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/hub"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/server/managers"
	"github.com/jawort/jawort/server/methods"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/server/passkeys"
	"github.com/jawort/jawort/server/policy"
	"github.com/jawort/jawort/server/portal"
	"github.com/jawort/jawort/server/usage"
	"github.com/jawort/jawort/server/webhooks"
)

// feature mounts its own routes.
type feature interface{ Mount(m *edge.Mux) }

// features are all that the server answers.
func features(o Options, g guard.Guards, h *hub.Hub, socketBase string, counts counts) []feature {
	ender := g.Ender
	tickets := tickets{keys: o.Keys, socketBase: socketBase}
	patience := patience{topics: o.Wakeups, crowd: &edge.Crowd{}, tick: o.Tick}
	questions := confirming.Questions{Guards: g, Keys: o.Keys, Live: o.Live}
	judges := judge.Judge{Audiences: o.Lasting, Countries: o.Countries, NoSender: o.NoSender, Now: o.Now}
	creation := creation{guards: g, judge: judges, live: o.Live, lasting: o.Lasting, ender: ender, tickets: tickets, keys: o.Keys, most: o.MaxPending, random: o.Random, counts: counts, log: o.Edge.Log}
	binding := enrolling.Enrolling{
		Questions: questions, Store: o.Lasting, Recoveries: o.Lasting, People: o.Lasting, Live: o.Live, Sockets: tickets, Countries: o.Countries, Wait: patience.wait,
		NoSender: o.NoSender, EnrolURL: o.EnrolURL, MaxPending: o.MaxPending, Now: o.Now, Random: o.Random,
	}
	means := methods.Methods{Guards: g, Store: o.Factors, People: o.Lasting, NoSender: o.NoSender, Now: o.Now}
	invitations := directory.Invitations{Guards: g, Store: o.Lasting, Messages: o.Messages, Random: o.Random, Now: o.Now}
	rules := policy.Feature{Guards: g, Judge: judges, Limits: o.Live, Directory: o.Lasting, Past: o.Lasting, Now: o.Now}
	hooks := webhooks.Feature{Guards: g, Store: o.Webhooks.Store, Keys: o.Keys, Rules: o.Webhooks.Rules, Nudge: o.Webhooks.nudge, Random: o.Random}
	return []feature{
		creation,
		approvals{guards: g, ender: ender, live: o.Live, evidence: o.Lasting, browsers: o.Lasting, methods: o.Factors, codes: codeStates{o.Codes}, keys: o.Keys, random: o.Random, patience: patience},
		sockets{guards: g, ender: ender, hub: h, codes: codeStates{o.Codes}},
		usage.Feature{Guards: g, Reports: o.Ledger, Settings: o.Ledger},
		receipts{guards: g, signer: o.Receipts, keys: o.Lasting},
		directory.Accounts{Guards: g, Store: o.Lasting, Random: o.Random},
		directory.Devices{Guards: g, Store: o.Lasting},
		directory.Intervals{Guards: g, Store: o.Lasting},
		directory.Resets{Guards: g, Store: o.Lasting, Also: o.Also},
		directory.Dossiers{Guards: g, Store: o.Lasting, Also: o.Also},
		directory.Holders{Guards: g, Store: o.Lasting, Also: o.Also},
		invitations,
		browsers{guards: g, lasting: o.Lasting},
		rules,
		passkeys.Passkeys{Questions: questions, Store: o.Factors, People: o.Lasting},
		codes.Codes{Questions: questions, Store: o.Factors, People: o.Lasting},
		means,
		methods.Activations{Questions: questions, Store: o.Factors, People: o.Lasting},
		auditlog.Log{Guards: g, Records: o.Audit, Accounts: o.Lasting, Keys: o.Lasting, Sign: o.SignHead, Log: o.Edge.Log},
		binding,
		portal.Portal{
			Guards: g, Store: o.Lasting, Enrolling: binding, Judge: judges, Questions: confirmations{creation}, Keys: o.Keys,
			Methods: means, Dossier: directory.Dossiers{Store: o.Lasting, Also: o.Also}.Of,
			Source: o.Edge.Sources.Of, PublicURL: o.PublicURL, Random: o.Random, Now: o.Now,
			Sections: []portal.Section{managers.Managers{Store: o.Lasting, Costs: o.Ledger, Judge: judges, Invite: invitations.Managed, Now: o.Now}},
		},
		console.Console{
			Operators: o.Operators, Tenants: o.Lasting, Keys: o.Keys, Source: o.Edge.Sources.Told, PublicURL: o.PublicURL, Random: o.Random, Now: o.Now,
			Sections: sections(o, shared{calls{creation, patience}, means, rules, hooks}),
		},
		pages.Files{},
		hooks,
		o.SMSReceipts,
		component.Feature{},
	}
}
