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
func (w Withdrawal) Follow(ctx context.Context, events []outbox.Event) error {
	for _, e := range events {
		if e.Kind != outbox.ApprovalEnded {
			continue
		}
		end, err := outbox.EndOf(e)
		if err != nil {
			return err
		}
		if err := w.Live.End(ctx, e.Subject, e.Installation, end.Status); err != nil {
			return err
		}
	}
	return nil
}
