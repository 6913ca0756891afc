package webhooks

import (
	"context"
	"maps"
	"slices"

	"github.com/jawort/jawort/store/outbox"
)

// Follower makes the deliveries of what happened. It is an ending.Follower.
type Follower struct {
	Store Deliveries
	Nudge func()
}

// Follow implements ending.Follower.
func (f Follower) Follow(ctx context.Context, events []outbox.Event) error {
	listening, err := f.Store.Listening(ctx, tenantsOf(events))
	if err != nil {
		return err
	}
	made := 0
	for _, e := range events {
		if !slices.Contains(listening, e.Tenant) {
			continue
		}
		var n int
		if n, err = f.Store.Follow(ctx, e); err != nil {
			break
		}
		made += n
	}
	if made > 0 {
		f.Nudge()
	}
	return err
}

func tenantsOf(events []outbox.Event) []string {
	tenants := map[string]bool{}
	for _, e := range events {
		tenants[e.Tenant] = true
	}
	return slices.Collect(maps.Keys(tenants))
}
