package guard

import (
	"context"

	"github.com/jawort/jawort/store/outbox"
)

// TenantOf returns whose data the caller may see.
func TenantOf(ctx context.Context) string { return CallerOf(ctx).Application.Tenant }

// ActorOf names the caller in what happened: the login service by its key, or the page of an approval.
func ActorOf(ctx context.Context) outbox.Actor {
	c := CallerOf(ctx)
	if c.Ticket != nil {
		return outbox.Actor{Kind: outbox.ByBrowser, ID: c.Ticket.Approval}
	}
	return outbox.Actor{Kind: outbox.ByKey, ID: c.Key}
}
