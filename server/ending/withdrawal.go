package ending

import (
	"context"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/outbox"
)

// Withdrawal takes what has ended off the phones, except the one that decided it.
type Withdrawal struct {
	Live interface {
		End(ctx context.Context, id, decider string, status approval.Status) error
	}
}

// Follow implements Follower.
func (w Withdrawal) Follow(ctx context.Context, e outbox.Event) error {
	if e.Kind != outbox.ApprovalEnded {
		return nil
	}
	end, err := outbox.EndOf(e)
	if err != nil {
		return err
	}
	return w.Live.End(ctx, e.Subject, e.Installation, end.Status)
}
