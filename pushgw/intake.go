package pushgw

import (
	"context"
	"log/slog"
	"time"

	"github.com/jawort/jawort/approval"
)

// mostAtOnce bounds one look at the queue.
const mostAtOnce = 64

// takeNew takes jobs that no gateway has seen, until ctx ends.
func (g *Gateway) takeNew(ctx, work context.Context) {
	failures := 0
	for g.reserve(ctx) {
		most := 1 + g.reserveMore(mostAtOnce-1)
		jobs, err := g.Queue.Read(ctx, most, g.Pace.Block)
		g.start(ctx, work, jobs, most)
		if err == nil {
			failures = 0
			continue
		}
		failures++
		g.warn(ctx, "push queue cannot be read", err)
		wait(ctx, nil, g.Pace.pause(failures, g.Random))
	}
}

// takeAbandoned takes over jobs that nobody works on: their gateway died, or their service was crowded. Taking a job
// makes it somebody's for the time of a lease, so that one which finds its service crowded again is not back before.
func (g *Gateway) takeAbandoned(ctx, work context.Context) {
	for g.reserve(ctx) {
		most := 1 + g.reserveMore(mostAtOnce-1)
		jobs, err := g.Queue.Reclaim(ctx, g.Pace.Lease, most)
		g.start(ctx, work, jobs, most)
		if err != nil {
			g.warn(ctx, "abandoned push jobs cannot be taken over", err)
		}
		if len(jobs) == 0 && !wait(ctx, nil, g.Pace.Lease/2) {
			return
		}
	}
}

// start starts the jobs and gives back the room that they do not need.
func (g *Gateway) start(ctx, work context.Context, jobs []approval.QueuedJob, reserved int) {
	started := 0
	for _, j := range jobs {
		if !g.held.add(j) {
			continue // reclaimed from ourselves: it is in hand
		}
		started++
		g.jobs.Go(func() {
			defer g.free(1)
			defer g.held.remove(j)
			g.deliver(work, ctx.Done(), j)
		})
	}
	g.free(reserved - started)
}

func (g *Gateway) reserve(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	default:
	}
	select {
	case <-ctx.Done():
		return false
	case g.room <- struct{}{}:
		return true
	}
}

func (g *Gateway) reserveMore(most int) (n int) {
	for ; n < most; n++ {
		select {
		case g.room <- struct{}{}:
		default:
			return n
		}
	}
	return n
}

func (g *Gateway) free(n int) {
	for range n {
		<-g.room
	}
}

// renewHeld keeps the leases of the jobs in hand, until work ends.
func (g *Gateway) renewHeld(work context.Context) {
	tick := time.NewTicker(g.Pace.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-work.Done():
			return
		case <-tick.C:
		}
		if jobs := g.held.all(); len(jobs) > 0 {
			if err := g.Queue.Renew(work, jobs); err != nil {
				g.warn(work, "leases of push jobs cannot be renewed", err)
			}
		}
		if depth, err := g.Queue.Depth(work); err == nil {
			g.metrics.depth.Set(float64(depth))
		}
	}
}

// warn logs a store's failure, unless we are stopping.
func (g *Gateway) warn(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		g.Log.WarnContext(ctx, what, slog.Any("error", err))
	}
}
