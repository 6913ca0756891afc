package server

import (
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/directory"
	"github.com/jawort/jawort/server/ending"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/hub"
)

// feature mounts its own routes.
type feature interface{ Mount(m *edge.Mux) }

// features are all that the server answers.
func features(o Options, ender *ending.Ender, h *hub.Hub, socketBase string) []feature {
	g := guard.Guards{Credentials: o.Lasting, Keys: o.Keys, Ender: ender, Now: o.Now}
	tickets := tickets{keys: o.Keys, socketBase: socketBase}
	patience := patience{topics: o.Wakeups, crowd: &edge.Crowd{}, tick: o.Tick}
	return []feature{
		creation{guards: g, audiences: o.Lasting, live: o.Live, ender: ender, tickets: tickets, keys: o.Keys, most: o.MaxPending, now: o.Now, random: o.Random, log: o.Edge.Log},
		approvals{guards: g, ender: ender, live: o.Live, evidence: o.Lasting, patience: patience},
		sockets{guards: g, ender: ender, hub: h},
		receipts{guards: g, signer: o.Receipts, keys: o.Lasting},
		directory.Accounts{Guards: g, Store: o.Lasting, Random: o.Random},
		directory.Devices{Guards: g, Store: o.Lasting},
		directory.Intervals{Guards: g, Store: o.Lasting},
		directory.Resets{Guards: g, Store: o.Lasting, Also: o.Also},
		directory.Dossiers{Guards: g, Store: o.Lasting, Also: o.Also},
		directory.Invitations{Guards: g, Store: o.Lasting, Messages: o.Messages, Random: o.Random, Now: o.Now},
		enrolments{guards: g, store: o.Lasting, keys: o.Keys, live: o.Live, patience: patience, enrolURL: o.EnrolURL, now: o.Now, random: o.Random},
	}
}
