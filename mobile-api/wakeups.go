package mobileapi

import (
	"context"
	"log/slog"
	"time"

	"github.com/jawort/jawort/edge"
)

// Wakeups tells that something about a topic (the id of an approval, account or enrolment) may have changed. A
// wake-up may be lost.
type Wakeups interface {
	Subscribe(topics ...string) (signals <-chan struct{}, cancel func())
}

// reread bounds what a lost wake-up costs a waiting phone.
const reread = 5 * time.Second

// waker causes wake-ups.
type waker interface {
	Wake(ctx context.Context, topics ...string) error
}

// wake is best effort: what it announces has been written, and servers read again by themselves.
func wake(ctx context.Context, w waker, topics ...string) {
	if err := w.Wake(ctx, topics...); err != nil {
		edge.Annotate(ctx, slog.Bool("wake_lost", true))
	}
}

// more waits for a wake-up, but no longer than reread. It reports false once over has fired or the server shuts
// down, and fails where the context ends first.
func more(ctx context.Context, woken <-chan struct{}, over <-chan time.Time) (bool, error) {
	again := time.NewTimer(reread)
	defer again.Stop()
	select {
	case <-woken:
		return true, nil
	case <-again.C:
		return true, nil
	case <-over:
		return false, nil
	case <-edge.Closing(ctx):
		return false, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}
