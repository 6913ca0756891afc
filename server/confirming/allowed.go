package confirming

import (
	"context"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server/guard"
)

// Offered returns the pending approval where it may be confirmed by the method: where its answer named it, and application and
// group allow it still. A question stays open for up to half an hour, and whoever forbids a method means it from now on.
func (q Question) Offered(ctx context.Context, people People, m approval.Method) (approval.Pending, account.Audience, error) {
	p, err := q.Open()
	if err != nil {
		return p, account.Audience{}, err
	}
	if !q.Context.May(m) {
		return p, account.Audience{}, ErrNotOffered
	}
	to, err := Audience(ctx, people, p.Tenant, p.Account)
	if err != nil {
		return p, account.Audience{}, err
	}
	policy := to.Group.Policy.WithDefaults()
	if !account.Allows(guard.CallerOf(ctx).Application.Policy, policy, m) {
		return p, to, ErrNotOffered.WithDetail("Policy does not let this account confirm by this method any more. Use another one.").With("obstacle", account.ObstacleNotAllowed)
	}
	if m == approval.MethodSMS && !policy.SMS.On(to.Account) {
		return p, to, ErrNotOffered.WithDetail("Codes by SMS were switched off for this account. Use another method.").With("obstacle", account.ObstacleSMSOff)
	}
	return p, to, nil
}
