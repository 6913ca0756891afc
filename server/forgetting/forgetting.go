// Package forgetting drops, now and then, what stores keep for a while only: counts, codes and trusted browsers that are
// long over. It does not know what that is.
package forgetting

import (
	"context"
	"log/slog"
	"time"
)

// Every is the pace.
const Every = 10 * time.Minute

// batch bounds what one statement drops.
const batch = 1000

// Stale drops up to limit of what is long over, and returns how many.
type Stale func(ctx context.Context, limit int) (int64, error)

// Forgetter keeps what is short-lived from growing.
type Forgetter struct {
	Stale []Stale
	Tick  func(time.Duration) (ticks <-chan time.Time, stop func())
	Log   *slog.Logger
}

// Run forgets until ctx ends.
func (f Forgetter) Run(ctx context.Context) error {
	ticks, stop := f.Tick(Every)
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticks:
			f.forget(ctx)
		}
	}
}

// forget goes on with the next kind where one cannot be dropped.
func (f Forgetter) forget(ctx context.Context) {
	for _, stale := range f.Stale {
		if err := all(ctx, stale); err != nil && ctx.Err() == nil {
			f.Log.WarnContext(ctx, "what is long over could not be dropped; trying again", "error", err)
		}
	}
}

func all(ctx context.Context, stale Stale) error {
	for {
		n, err := stale(ctx, batch)
		if err != nil || n == 0 {
			return err
		}
	}
}
