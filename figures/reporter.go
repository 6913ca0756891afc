package figures

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Store is where the figures of all processes meet.
type Store interface {
	// AddFigures adds a process' sheet to the bucket that begins at a time. Repeated, it changes nothing.
	AddFigures(ctx context.Context, at time.Time, s Sheet) error
	// PushQueue says how many pushes are not done, and how old the oldest is.
	PushQueue(ctx context.Context) (jobs int64, oldest time.Duration, err error)
}

// Reporter adds what one process counts.
type Reporter struct {
	Process string
	Metrics prometheus.Gatherer
	Store   Store
	Now     func() time.Time
	// Tick makes the pace; nil: by the clock.
	Tick func(time.Duration) (ticks <-chan time.Time, stop func())
	Log  *slog.Logger

	before Values    // totals that were added already
	at     time.Time // the bucket that is not over
	lost   bool      // the last sheet was not taken
}

// Look is how often a reporter looks whether a bucket is over: often enough to add to it in the time that there is for that.
const Look = 800 * time.Millisecond

// Run adds, bucket by bucket, until ctx ends. What cannot be added is lost: the figures are of a moment, and later ones follow.
func (r *Reporter) Run(ctx context.Context) error {
	if r.Tick == nil {
		r.Tick = func(d time.Duration) (<-chan time.Time, func()) { t := time.NewTicker(d); return t.C, t.Stop }
	}
	ticks, stop := r.Tick(Look)
	defer stop()
	r.begin()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticks:
			r.look(ctx)
		}
	}
}

func (r *Reporter) begin() {
	r.before, _ = r.totals()
	r.at = bucket(r.Now())
}

// look adds what was counted since the last time, where a bucket is over.
func (r *Reporter) look(ctx context.Context) {
	now := bucket(r.Now())
	if now.Equal(r.at) {
		return
	}
	r.at = now
	err := r.add(ctx, now.Add(-Every))
	if err != nil && !r.lost && ctx.Err() == nil {
		r.Log.WarnContext(ctx, "live figures cannot be added; the console shows gaps until they can", slog.Any("error", err))
	}
	r.lost = err != nil
}

func (r *Reporter) add(ctx context.Context, at time.Time) error {
	totals, err := r.totals()
	if err != nil {
		return err
	}
	sheet := Sheet{Process: r.Process, Sums: Values{}, Peaks: Values{}}
	for name, n := range totals {
		if name != Sockets {
			n -= r.before[name]
		}
		if n > 0 {
			sheet.Sums[name] = n
		}
	}
	r.before = totals
	if jobs, oldest, err := r.Store.PushQueue(ctx); err == nil {
		sheet.Peaks[QueueJobs], sheet.Peaks[QueueAge] = jobs, oldest.Milliseconds()
	}
	return r.Store.AddFigures(ctx, at, sheet)
}
