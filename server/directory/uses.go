package directory

import (
	"context"

	"github.com/jawort/jawort/store/outbox"
)

// UseStore keeps when an account last used an application.
type UseStore interface {
	Used(ctx context.Context, approvals []string) error
}

// Uses notes of every approval that was approved that its account has used its application.
type Uses struct{ Store UseStore }

// Follow implements ending.Follower.
func (u Uses) Follow(ctx context.Context, events []outbox.Event) error {
	var ended []string
	for _, e := range events {
		if e.Kind == outbox.ApprovalEnded {
			ended = append(ended, e.Subject)
		}
	}
	return u.Store.Used(ctx, ended)
}
