package mobileapi_test

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	mobileapi "github.com/jawort/jawort/mobile-api"
	"github.com/jawort/jawort/refusal"
)

var errGone = refusal.ErrUnavailable.Because(errors.New("outage of the test"))

// outageLive is the real live store with a switch that takes it away.
type outageLive struct {
	mobileapi.Live
	gone *atomic.Bool
}

func (o outageLive) Pending(ctx context.Context, id string) (approval.Pending, error) {
	if o.gone.Load() {
		return approval.Pending{}, errGone
	}
	return o.Live.Pending(ctx, id)
}

func (o outageLive) PendingOf(ctx context.Context, accounts []string) ([]approval.Pending, error) {
	if o.gone.Load() {
		return nil, errGone
	}
	return o.Live.PendingOf(ctx, accounts)
}

func (o outageLive) Mark(ctx context.Context, id, installation string, p approval.Progress) error {
	if o.gone.Load() {
		return errGone
	}
	return o.Live.Mark(ctx, id, installation, p)
}

func (o outageLive) Wake(ctx context.Context, topics ...string) error {
	if o.gone.Load() {
		return errGone
	}
	return o.Live.Wake(ctx, topics...)
}

func (o outageLive) TestPush(ctx context.Context, j approval.PushJob) error {
	if o.gone.Load() {
		return errGone
	}
	return o.Live.TestPush(ctx, j)
}

// outageLasting is the real lasting store with switches that take it away, as a whole or for decisions only.
type outageLasting struct {
	mobileapi.Lasting
	gone, noCommit *atomic.Bool
	beforeDecide   *atomic.Pointer[func()]
}

func (o outageLasting) Installation(ctx context.Context, id string) (account.Installation, error) {
	if o.gone.Load() {
		return account.Installation{}, errGone
	}
	return o.Lasting.Installation(ctx, id)
}

func (o outageLasting) ClaimEnrolment(ctx context.Context, codeHash []byte, thumbprint string) (account.Enrolment, error) {
	if o.gone.Load() {
		return account.Enrolment{}, errGone
	}
	return o.Lasting.ClaimEnrolment(ctx, codeHash, thumbprint)
}

func (o outageLasting) Decide(ctx context.Context, d approval.Decided) (approval.Verdict, error) {
	if o.noCommit.Load() {
		return approval.Verdict{}, errGone
	}
	if f := o.beforeDecide.Load(); f != nil {
		(*f)()
	}
	return o.Lasting.Decide(ctx, d)
}

func (o outageLasting) WrongNumber(ctx context.Context, d approval.Decided) (approval.Verdict, error) {
	if o.noCommit.Load() {
		return approval.Verdict{}, errGone
	}
	return o.Lasting.WrongNumber(ctx, d)
}

// noticed tells the test that a phone has begun to wait.
type noticed struct {
	mobileapi.Wakeups
	subscribed chan<- struct{}
}

func (n noticed) Subscribe(topics ...string) (<-chan struct{}, func()) {
	c, cancel := n.Wakeups.Subscribe(topics...)
	select {
	case n.subscribed <- struct{}{}:
	default:
	}
	return c, cancel
}
