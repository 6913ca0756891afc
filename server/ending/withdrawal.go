package ending

import (
	"context"

	"github.com/jawort/jawort/store/outbox"
)

// Withdrawal takes what has ended off the phones, except the one that decided it.
type Withdrawal struct {
	Live interface {
		End(ctx context.Context, id, decider string) error
	}
}

// Follow implements Follower.
func (w Withdrawal) Follow(ctx context.Context, e outbox.Event) error {
	if e.Kind != outbox.ApprovalEnded {
		return nil
	}
	return w.Live.End(ctx, e.Subject, e.Installation)
}
