package guard

import (
	"context"
	"net/http"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/outbox"
)

// TenantOf returns whose data the caller may see.
func TenantOf(ctx context.Context) string { return CallerOf(ctx).Application.Tenant }

// operatorHeader names the person at support on whose word the login service acts.
const operatorHeader = "Jawort-Operator"

const maxOperator = 128 // bytes

func operatorOf(r *http.Request) (string, error) {
	name := r.Header.Get(operatorHeader)
	if len(name) > maxOperator {
		return "", refusal.Field(operatorHeader, "at most 128 bytes")
	}
	return name, approval.CheckText(operatorHeader, name)
}

// ActorOf names the caller in what happened: the login service by its key, with the person that it names, the page of an
// approval, the account's own person in the portal, or an operator in the console.
func ActorOf(ctx context.Context) outbox.Actor {
	c := CallerOf(ctx)
	if c.Ticket != nil {
		return outbox.Actor{Kind: outbox.ByBrowser, ID: c.Ticket.Approval}
	}
	if c.Portal != "" {
		return outbox.Actor{Kind: outbox.ByPerson, ID: c.Portal}
	}
	if c.Console.ID != "" {
		return outbox.Actor{Kind: outbox.ByOperator, ID: c.Console.ID, Name: c.Console.Name}
	}
	if c.Operator != "" {
		return outbox.Actor{Kind: outbox.ByOperator, ID: c.Key, Name: c.Operator}
	}
	return outbox.Actor{Kind: outbox.ByKey, ID: c.Key}
}
