package webhooks

import (
	"context"

	"github.com/jawort/jawort/store/outbox"
)

// Follower makes the deliveries of what happened. It is an ending.Follower.
type Follower struct {
	Store Deliveries
	Nudge func()
}

// Follow implements ending.Follower.
func (f Follower) Follow(ctx context.Context, e outbox.Event) error {
	made, err := f.Store.Follow(ctx, e)
	if made > 0 {
		f.Nudge()
	}
	return err
}
