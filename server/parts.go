package server

import (
	"context"

	"github.com/jawort/jawort/server/auditlog"
	"github.com/jawort/jawort/server/directory"
	"github.com/jawort/jawort/server/ending"
	"github.com/jawort/jawort/server/forgetting"
	"github.com/jawort/jawort/server/notice"
	"github.com/jawort/jawort/server/webhooks"
)

// part is something that a server does without being asked, until ctx ends.
type part interface {
	Run(ctx context.Context) error
}

// parts are all of them but the hub, the outbox and what notes uses of keys, which are woken.
func parts(o Options, ender *ending.Ender) []part {
	all := []part{
		ending.NewSweeper(ender, o.Live, o.Tick, o.Edge.Log),
		auditlog.NewSequencer(auditlog.Options{Chains: o.Audit, Keys: o.Lasting, Sign: o.SignHead, Tenants: o.Lasting, Tick: o.Tick, Log: o.Edge.Log}),
		forgetting.Forgetter{Stale: stale(o), Tick: o.Tick, Log: o.Edge.Log},
		notice.Waker{Due: o.Lasting, Pushes: o.Live, Now: o.Now, Tick: o.Tick, Log: o.Edge.Log},
		directory.Retention{Store: o.Lasting, Also: o.Also, Tick: o.Tick, Log: o.Edge.Log},
	}
	if o.Webhooks.Worker != nil {
		all = append(all, o.Webhooks.Worker)
	}
	return all
}

// stale is what is kept for a while only.
func stale(o Options) []forgetting.Stale {
	return []forgetting.Stale{
		func(ctx context.Context, limit int) (int64, error) { return o.Factors.Tidy(ctx, limit) },
		func(ctx context.Context, limit int) (int64, error) { return o.Lasting.ForgetBrowsers(ctx, limit) },
		func(ctx context.Context, limit int) (int64, error) { return o.Lasting.ForgetNotices(ctx, limit) },
		func(ctx context.Context, limit int) (int64, error) { return o.Lasting.ForgetPortals(ctx, limit) },
		func(ctx context.Context, limit int) (int64, error) { return o.Operators.Forget(ctx, limit) },
		func(ctx context.Context, _ int) (int64, error) {
			n, err := o.Ledger.Forget(ctx)
			return int64(n), err
		},
	}
}

// followers do what follows from what happened. Phones are told first: there somebody waits.
func followers(o Options, c counts) []ending.Follower {
	all := []ending.Follower{ending.Withdrawal{Live: o.Live}, directory.Uses{Store: o.Lasting}}
	if o.Webhooks.Store != nil {
		all = append(all, webhooks.Follower{Store: o.Webhooks.Store, Nudge: o.Webhooks.nudge})
	}
	if o.Notices != nil {
		all = append(all, notice.Follower{
			Directory: o.Lasting, Letters: o.Notices, Phones: o.Lasting, Keys: o.Keys, Channels: o.Channels,
			Budgets: notice.NewBudgets(o.Edge.Metrics), Log: o.Edge.Log,
		})
	}
	return append(all, c) // when the others are done: it counts again what is followed up again
}
