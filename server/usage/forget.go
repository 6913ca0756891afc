package usage

import (
	"context"
	"log/slog"
	"time"
)

// ForgetEvery is the pace at which counts that say nothing any more are dropped.
const ForgetEvery = 10 * time.Minute

// Counts are what was sent to whom in a short time. Forget drops some of the stale ones and returns how many.
type Counts interface {
	Forget(ctx context.Context) (int, error)
}

// Forgetter keeps the counts from growing.
type Forgetter struct {
	Counts Counts
	Tick   func(time.Duration) (ticks <-chan time.Time, stop func())
	Log    *slog.Logger
}

// Run forgets until ctx ends.
func (f Forgetter) Run(ctx context.Context) error {
	ticks, stop := f.Tick(ForgetEvery)
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticks:
			if err := f.forgetAll(ctx); err != nil && ctx.Err() == nil {
				f.Log.WarnContext(ctx, "stale counts of SMS could not be dropped; trying again", "error", err)
			}
		}
	}
}

func (f Forgetter) forgetAll(ctx context.Context) error {
	for {
		n, err := f.Counts.Forget(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}
