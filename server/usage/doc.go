// Package usage tells a tenant what its SMS cost, by payer and account, and lets it set prices, budgets and limits.
//
// It owns how usage looks as JSON and as CSV. It does not know how messages are counted, and shows nothing of one tenant
// to another.
//
// # Closing a quarter
//
// Usage of a quarter is final but for messages that were under way when it ended. Closing it draws the line: what is settled by
// then is in each export from then on, and what is settled later still belongs to the quarter in which it was reserved and is
// shown as late. A bill that was made of such an export is mended by the late part alone.
package usage

import (
	"context"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/outbox"
)

// Reports say what was used.
type Reports interface {
	Usage(ctx context.Context, tenant string, f ledger.UsageFilter) ([]ledger.Usage, error)
	Totals(ctx context.Context, tenant string, f ledger.UsageFilter) ([]ledger.Total, error)
	Bounds(ctx context.Context, tenant string, q ledger.Quarter) (from, until time.Time, err error)
	ExportedAt(ctx context.Context, tenant string, q ledger.Quarter) (time.Time, error)
	CloseQuarter(ctx context.Context, tenant string, q ledger.Quarter, by outbox.Actor) error
}

// Settings keep what a tenant says about its SMS.
type Settings interface {
	Settings(ctx context.Context, tenant string) (ledger.Settings, error)
	PutSettings(ctx context.Context, tenant string, s ledger.Settings, by outbox.Actor) (changed bool, err error)
}

// Feature answers for the SMS of the caller's tenant.
type Feature struct {
	Guards   guard.Guards
	Reports  Reports
	Settings Settings
}

// Mount adds the routes.
func (f Feature) Mount(m *edge.Mux) {
	admin := f.Guards.Key(account.ScopeAdmin)
	m.Handle("GET /v1/usage", admin, f.usage)
	m.Handle("POST /v1/usage/close", admin, f.closeQuarter)
	m.Handle("GET /v1/sms/settings", admin, f.getSettings)
	m.Handle("PUT /v1/sms/settings", admin, f.putSettings)
}
