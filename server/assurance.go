package server

import (
	"context"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/server/confirming"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/store/factors"
)

// trusting keeps browsers that confirmed.
type trusting interface {
	TrustBrowser(ctx context.Context, b account.TrustedBrowser) (bool, error)
}

// listing tells by what an account confirms.
type listing interface {
	Methods(ctx context.Context, account string) ([]factors.State, error)
}

// assure adds what an approved outcome is worth: which assurance it reached, and what the browser gets for it.
func (a approvals) assure(ctx context.Context, o approval.Outcome, v *view) error {
	if o.Status != approval.StatusApproved {
		return nil
	}
	c, err := approval.ParseContext(o.Context)
	if err != nil {
		return err
	}
	strength := account.StrengthAsAsked(c, o.Method)
	v.ACR, v.AMR, v.Offline = strength.ACR, strength.AMR, c.Offline
	if o.Method == approval.MethodRecovery {
		if err := a.renewal(ctx, o, v); err != nil {
			return err
		}
	}
	if c.Trust == nil {
		return nil
	}
	return a.trust(ctx, o, c, strength.ACR, v)
}

// renewal says whether the person should get new recovery codes.
func (a approvals) renewal(ctx context.Context, o approval.Outcome, v *view) error {
	states, err := a.methods.Methods(ctx, o.Account)
	if err != nil {
		return err
	}
	recovery := confirming.RecoveryAfter(o, guard.CallerOf(ctx).Application.Policy, states)
	v.Recovery = &recovery
	return nil
}

// trust gives the browser its token: the same one again until it has used it. Only the login service gets it.
func (a approvals) trust(ctx context.Context, o approval.Outcome, c approval.Context, acr account.ACR, v *view) error {
	grant := account.Grant{For: c.Trust.For}
	life := grant.By(o.Method)
	if life == 0 {
		return nil
	}
	token, err := judge.TrustToken(a.keys, o.Approval)
	if err != nil {
		return err
	}
	browser, err := id.New(a.random, id.Browser)
	if err != nil {
		return err
	}
	trusted, err := a.browsers.TrustBrowser(ctx, account.TrustedBrowser{
		ID: browser, Hash: judge.HashToken(token), Approval: o.Approval, ACR: acr, Set: c.Trust.Set, Family: c.Family, System: c.System,
		Country: c.Country, Lineage: c.Lineage, Remembered: c.Trust.Remember, For: life,
	})
	if err != nil || !trusted {
		return err
	}
	until := o.DecidedAt.Add(life).UTC().Truncate(time.Millisecond)
	v.TrustToken, v.TrustUntil = token, &until
	return nil
}
