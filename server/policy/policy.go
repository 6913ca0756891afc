// Package policy answers what the rules of asking would say: why a login would be asked or not, and how many logins
// would have been under other rules. It asks nobody and changes nothing.
//
// The rules themselves are package account's; this package reads what they judge.
package policy

import (
	"context"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/live"
)

// Limits says how long an account's phones are left in peace.
type Limits interface {
	Limits(ctx context.Context, account string) (live.Limits, error)
}

// Directory has the rules that are in force.
type Directory interface {
	Groups(ctx context.Context, tenant string) ([]account.Group, error)
	Applications(ctx context.Context, tenant string) ([]account.Application, error)
}

// Past has the logins that ended.
type Past interface {
	PastSince(ctx context.Context, tenant string, since time.Time, most int) (time.Time, error)
	PastLogins(ctx context.Context, tenant string, page lasting.PastPage) ([]lasting.PastLogin, error)
}

// Feature is both calls.
type Feature struct {
	Guards    guard.Guards
	Judge     judge.Judge
	Limits    Limits
	Directory Directory
	Past      Past
	Now       func() time.Time
}

// Mount implements the server's feature.
func (f Feature) Mount(m *edge.Mux) {
	m.Handle("POST /v1/policy/explain", f.Guards.Key(account.ScopeAdmin, account.ScopeLogin), f.explain)
	m.Handle("POST /v1/policy/dry-run", f.Guards.Key(account.ScopeAdmin), f.dryRun)
}
