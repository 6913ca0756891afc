package mobileapi

import (
	"context"
	"errors"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
)

// question is an approval that a phone asks about: pending as far as the live store knows, or ended, where only
// the lasting store still knows it.
type question struct {
	approval.Pending
	outcome *approval.Outcome // nil: the live store knew the approval
}

// ask finds an approval. Where the live store forgot it or does not answer, an outcome still can.
func ask(ctx context.Context, live questions, lasting outcomeReader, id string) (question, error) {
	if _, err := approval.ParseID(id); err != nil {
		return question{}, approval.ErrUnknown
	}
	p, missed := live.Pending(ctx, id)
	if missed == nil {
		return question{Pending: p}, nil
	}
	if !errors.Is(missed, approval.ErrUnknown) && !errors.Is(missed, refusal.ErrUnavailable) {
		return question{}, missed
	}
	o, err := lasting.Outcome(ctx, id)
	if errors.Is(err, approval.ErrUnknown) {
		return question{}, missed
	}
	if err != nil {
		return question{}, err
	}
	return question{Pending: asked(o), outcome: &o}, nil
}

// forPhones reports whether phones may answer: the policy may want another method.
func forPhones(p approval.Pending) bool {
	c, err := approval.ParseContext(p.Context)
	return err == nil && c.Phones()
}

// asked is what was asked, as its outcome remembers it: the number only where it was found right.
func asked(o approval.Outcome) approval.Pending {
	number := ""
	if o.Status == approval.StatusApproved {
		number = o.Number
	}
	return approval.Pending{
		ID: o.Approval, Tenant: o.Tenant, Application: o.Application, Account: o.Account, Kind: o.Kind,
		Document: o.Document, Number: number, CreatedAt: o.CreatedAt, ExpiresAt: o.ExpiresAt, ClosesAt: o.ClosesAt, Context: o.Context,
	}
}

// refuseEnded tells a phone that it came too late, and who was first.
func refuseEnded(status approval.Status, by string) error {
	if status == approval.StatusExpired {
		return approval.ErrExpired
	}
	return approval.ErrAlreadyDecided.With("by", by)
}
