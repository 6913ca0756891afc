package methods

import (
	"slices"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server/confirming"
)

// activatable refuses a method that policy does not let the account activate. What a first method needs is asked of an
// account that has none; an operator's part is done by the login service that calls.
func activatable(application account.Application, owner account.Audience, m approval.Method, now time.Time) error {
	group := owner.Group
	group.Policy.EnforcedFrom = nil
	if owner.Devices > 0 || len(owner.Methods) > 0 || group.Policy.FirstBinding == account.BindingOperator {
		group.Policy.FirstBinding = account.BindingNone
	}
	v := account.Evaluate(account.Situation{
		Application: application, Group: group, Account: owner.Account, Kind: approval.Login, Now: now,
	})
	if slices.Contains(v.Activate.Methods, m) {
		return nil
	}
	refused := confirming.ErrNotOffered.WithDetail("Policy does not let this account activate this method.")
	if v.Obstacle != "" {
		refused = refused.With("obstacle", v.Obstacle)
	}
	return refused
}

// given refuses what an account gets without proving it, where application or group do not allow the method.
func given(application account.Application, owner account.Audience, m approval.Method) error {
	for _, allowed := range [][]approval.Method{application.Policy.Methods, owner.Group.Policy.Methods} {
		if len(allowed) > 0 && !slices.Contains(allowed, m) {
			return confirming.ErrNotOffered.WithDetail("Policy does not let this account use this method.")
		}
	}
	return nil
}
