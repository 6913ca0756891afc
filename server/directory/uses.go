package directory

import (
	"context"

	"github.com/jawort/jawort/store/outbox"
)

// UseStore keeps when an account last used an application.
type UseStore interface {
	Used(ctx context.Context, approvalID string) error
}

// Uses notes of every approval that was approved that its account has used its application.
type Uses struct{ Store UseStore }

// Follow implements ending.Follower.
func (u Uses) Follow(ctx context.Context, e outbox.Event) error {
	if e.Kind != outbox.ApprovalEnded {
		return nil
	}
	return u.Store.Used(ctx, e.Subject)
}
