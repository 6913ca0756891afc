// Package policy answers what the rules of asking would say: why a login would be asked or not, and how many logins
// would have been under other rules. It asks nobody and changes nothing.
//
// The rules themselves are package account's; this package reads what they judge.
package policy

import (
	"context"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/lasting"
)

// Situations reads what decides about a question, as it is read for a question that is put.
type Situations interface {
	Situation(ctx context.Context, application account.Application, q Question) (account.Situation, error)
}

// Directory has the rules that are in force.
type Directory interface {
	Groups(ctx context.Context, tenant string) ([]account.Group, error)
	Applications(ctx context.Context, tenant string) ([]account.Application, error)
}

// Past has the logins that ended.
type Past interface {
	PastLogins(ctx context.Context, tenant string, page lasting.PastPage) ([]lasting.PastLogin, error)
}

// Question is what a login service asks about. What a transaction says is taken to name amount and payee.
type Question struct {
	Account  string
	Kind     approval.Kind
	Browser  Browser
	Remember bool
}

// Browser is what the login service says about the browser; empty: nothing.
type Browser struct {
	IP        string `json:"ip"`
	UserAgent string `json:"user_agent"`
}

// Feature is both calls.
type Feature struct {
	Guards     guard.Guards
	Situations Situations
	Directory  Directory
	Past       Past
	Now        func() time.Time
}

// Mount implements the server's feature.
func (f Feature) Mount(m *edge.Mux) {
	m.Handle("POST /v1/policy/explain", f.Guards.Key(account.ScopeAdmin, account.ScopeLogin), f.explain)
	m.Handle("POST /v1/policy/dry-run", f.Guards.Key(account.ScopeAdmin), f.dryRun)
}
