package bench

import (
	"context"
	"sync"
	"time"
)

// patience is how long everybody of a login waits. It ends at its time, but not while somebody was acknowledged an outcome of which
// another has still to be told.
type patience struct {
	mu    sync.Mutex
	until time.Time
	timer *time.Timer
}

// patient returns a context that ends with the patience, and its end.
func patient(ctx context.Context, until time.Time) (context.Context, *patience, context.CancelFunc) {
	ctx, end := context.WithCancelCause(ctx)
	p := &patience{until: until}
	p.timer = time.AfterFunc(time.Until(until), func() { end(context.DeadlineExceeded) })
	return ctx, p, func() { p.timer.Stop(); end(nil) }
}

// longer lets everybody wait until then at least. Whose patience has ended does not come back.
func (p *patience) longer(until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until.After(p.until) && p.timer.Stop() {
		p.until = until
		p.timer.Reset(time.Until(until))
	}
}
