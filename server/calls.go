package server

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/server/console/support"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/judge"
)

// calls ask the phones of an account, for support, whether their person is the one who is calling. It is a transaction that pays nothing: it is always asked, only a
// phone's signature answers it, and no browser is trusted for it.
type calls struct {
	creation
	patience patience
}

// leastDigits are read out whatever the application asks for: they are what ties the phone to the voice.
const leastDigits = 2

// Ask implements support.Calls. Phones are not shown where support sits: that is no business of the caller's.
func (c calls) Ask(ctx context.Context, application account.Application, externalID string, about []approval.Detail, session string, before func(context.Context, approval.Pending) error) (approval.Pending, bool, error) {
	application.Policy.Match = account.MatchDigits(max(application.Digits(), leastDigits))
	q := question{Account: externalID, Kind: approval.Transaction, Details: about, Browser: judge.Browser{Session: session}}
	found, err := c.judge.Judge(ctx, application, q.request())
	if err != nil {
		return approval.Pending{}, false, err
	}
	if !slices.Contains(found.Verdict.Methods, approval.MethodPush) {
		return approval.Pending{}, false, account.ErrNoMethod.With("obstacle", found.Verdict.Obstacle)
	}
	found.Browser, found.Verdict.Methods, found.Verdict.Grant = approval.Browser{}, []approval.Method{approval.MethodPush}, account.Grant{}
	answer, err := c.ask(ctx, asked{question: q, Case: found, application: application, before: before})
	if err != nil {
		return approval.Pending{}, false, err
	}
	return approval.Pending{ID: answer.ID, Tenant: application.Tenant, Application: application.ID, Account: found.Audience.Account.ID}, answer.Push.Sent, nil
}

// Call implements support.Calls. Whose session it is, is part of what was asked: so no operator sees the number of somebody's login, or of another operator's call.
func (c calls) Call(ctx context.Context, id, session string) (support.Call, error) {
	s, err := c.ender.Standing(ctx, id)
	if err != nil {
		return support.Call{}, err
	}
	call, kept, kind := support.Call{}, "", approval.Kind("")
	if o := s.Outcome; o != nil {
		kept, kind = o.Context, o.Kind
		call = support.Call{Tenant: o.Tenant, Account: o.Account, Status: o.Status, Holder: o.Holder, Label: o.Label, DecidedAt: o.DecidedAt}
	} else {
		p := s.Pending
		if err := c.keys.VerifyMAC(p.MAC, keys.PendingApproval, p.Fixed()); err != nil {
			return support.Call{}, approval.ErrUnknown.Because(fmt.Errorf("server: the live record of %s was altered: %w", id, err))
		}
		kept, kind = p.Context, p.Kind
		call = support.Call{
			Tenant: p.Tenant, Account: p.Account, Status: approval.StatusPending, Number: p.Number, ExpiresAt: p.ExpiresAt, Received: p.Delivery.Received > 0,
		}
	}
	context, err := approval.ParseContext(kept)
	if err != nil {
		return support.Call{}, err
	}
	if kind != approval.Transaction || context.Session != (judge.Browser{Session: session}).SessionHash() {
		return support.Call{}, approval.ErrUnknown
	}
	return call, nil
}

// Await implements support.Calls.
func (c calls) Await(ctx context.Context, id, session, known string, most time.Duration) (call support.Call, err error) {
	err = c.patience.wait(ctx, id, most, func(ctx context.Context) (bool, error) {
		call, err = c.Call(ctx, id, session)
		return call.Known() != known, err
	})
	return call, err
}

// HangUp implements support.Calls.
func (c calls) HangUp(ctx context.Context, id, session string) error {
	if _, err := c.Call(ctx, id, session); err != nil {
		return err
	}
	s, err := c.ender.Standing(ctx, id)
	if err != nil || s.Pending == nil {
		return err
	}
	_, err = c.ender.EndBy(ctx, *s.Pending, approval.StatusCancelled, guard.ActorOf(ctx))
	return err
}
