package methods

import (
	"net/http"
	"slices"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server/confirming"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/factors"
)

// activatable refuses a method that policy does not let the account activate. What a first method needs is asked of an
// account that has none; an operator's part is done by the login service that calls.
func activatable(application account.Application, owner account.Audience, m approval.Method, noSender []approval.Method, now time.Time) error {
	group := owner.Group
	group.Policy.EnforcedFrom = nil
	if owner.HasOwn() || group.Policy.FirstBinding == account.BindingOperator {
		group.Policy.FirstBinding = account.BindingNone
	}
	v := account.Evaluate(account.Situation{
		Application: application, Group: group, Account: owner.Account, Kind: approval.Login, NoSender: noSender, Now: now,
	})
	if slices.Contains(v.Activate.Methods, m) {
		return nil
	}
	if slices.Contains(noSender, m) {
		return confirming.ErrNotOffered.WithDetail("This installation cannot send codes by this method. Use another one.").With("obstacle", account.ObstacleNoSender)
	}
	refused := confirming.ErrNotOffered.WithDetail("Policy does not let this account activate this method.")
	if v.Obstacle != "" {
		refused = refused.With("obstacle", v.Obstacle)
	}
	return refused
}

// ways are those by which the account may confirm logins of the application that calls.
func ways(r *http.Request, owner account.Audience) factors.Ways {
	return confirming.Ways(owner, guard.CallerOf(r.Context()).Application)
}

// given refuses what an account gets without proving it, where application or group do not allow the method.
func given(application account.Application, owner account.Audience, m approval.Method) error {
	if !account.Allows(application.Policy, owner.Group.Policy, m) {
		return confirming.ErrNotOffered.WithDetail("Policy does not let this account use this method.")
	}
	return nil
}
