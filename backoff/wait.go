package backoff

import (
	"context"
	"time"
)

// Wait waits for d, and reports whether it could: ctx may end first.
func Wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
