package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/server/ending"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/store/live"
)

// asking is how a question gets to the phones.
type asking interface {
	Create(ctx context.Context, c live.Creation) (live.Created, error)
	Remember(ctx context.Context, application, account string, i *live.Idempotency) (kept []byte, err error)
	Drop(ctx context.Context, application, account, key string, answer []byte) error
	Resend(ctx context.Context, id, request string) error
}

// lettingIn writes the outcome of a login about which nobody is asked, and what is suspicious about one.
type lettingIn interface {
	LetIn(ctx context.Context, p approval.Pending, method approval.Method, browser string) (approval.Outcome, error)
	Outcome(ctx context.Context, id string) (approval.Outcome, error)
	Suspect(ctx context.Context, p approval.Pending, browser, reason string) error
}

// creation is POST /v1/approvals: the request is judged; then nobody is asked, or the phones and the waiting page are.
type creation struct {
	guards guard.Guards
	judge  judge.Judge
	live   interface {
		asking
		Pending(ctx context.Context, id string) (approval.Pending, error)
	}
	lasting lettingIn
	ender   *ending.Ender
	tickets tickets
	keys    Keys
	most    int
	random  io.Reader
	counts  counts
	log     *slog.Logger
}

func (c creation) Mount(m *edge.Mux) {
	m.Handle("POST /v1/approvals", c.guards.Key(account.ScopeLogin), c.create)
}

// asked is a request on its way to its answer.
type asked struct {
	question
	judge.Case
	application account.Application
	key         string // of idempotency; empty: none
	step        string // of the portal, that is to be confirmed; empty: none
	// before has to succeed, or nobody is asked; nil: nothing has to.
	before func(context.Context, approval.Pending) error
}

func (c creation) create(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	key, err := edge.IdempotencyKey(r)
	if err != nil {
		return err
	}
	q, err := edge.Decode[question](r)
	if err != nil {
		return err
	}
	application := guard.CallerOf(ctx).Application
	found, err := c.judge.Judge(ctx, application, q.request())
	if err != nil {
		return err
	}
	answer, err := c.settle(ctx, asked{question: q, Case: found, application: application, key: key})
	if err != nil {
		return err
	}
	if answer.Socket != nil {
		answer.Socket.Ticket, err = c.tickets.issue(answer.ID, application.ID, found.Audience.Account.ID, answer.CreatedAt)
		if err != nil {
			return err
		}
	}
	edge.Annotate(ctx, slog.String("approval", answer.ID), slog.String("reason", string(answer.Reason.Code)))
	return edge.JSON(w, http.StatusCreated, answer)
}

// settle lets in whom nobody needs to be asked about, and asks otherwise: also where what somebody was to be let in by
// has ended since it was read.
func (c creation) settle(ctx context.Context, a asked) (created, error) {
	if !a.Verdict.Asked() {
		answer, err := c.letIn(ctx, a)
		if !errors.Is(err, approval.ErrChanged) {
			return answer, err
		}
		a.Case = a.Distrust()
		if !a.Verdict.Asked() { // the account has gone, too
			return created{}, account.ErrUnknownAccount
		}
	}
	if a.Verdict.Obstacle != "" {
		return created{}, account.ErrNoMethod.With("obstacle", a.Verdict.Obstacle).With("support", a.Verdict.Support).With("reason", a.Verdict.Reason)
	}
	return c.ask(ctx, a)
}

// draft is what every approval begins with.
func (c creation) draft(a asked) (approval.Pending, error) {
	approvalID, err := approval.NewID(c.random, a.Audience.Account.ID)
	if err != nil {
		return approval.Pending{}, err
	}
	lineage, err := id.New(c.random, id.Browser)
	if err != nil {
		return approval.Pending{}, err
	}
	context, err := a.Context(lineage)
	if err != nil {
		return approval.Pending{}, err
	}
	context.Step = a.step
	kept, err := context.Encode()
	if err != nil {
		return approval.Pending{}, err
	}
	// By the database's clock, which stamps all that may end what a confirmation of this question grants.
	now := a.Audience.At.UTC().Truncate(time.Millisecond)
	expires := now.Add(a.lifetime())
	return approval.Pending{
		ID: approvalID, Tenant: a.application.Tenant, Application: a.application.ID, Account: a.Audience.Account.ID, Kind: a.Kind,
		Context: kept, Session: a.session(), CreatedAt: now, ExpiresAt: expires, ClosesAt: expires,
	}, nil
}

// lifetime is longer for a first login, unless the caller says otherwise: somebody has to register a phone before they can answer.
func (a asked) lifetime() time.Duration {
	if a.ExpiresIn == nil && a.Case.Activate() != nil {
		return approval.MaxLife
	}
	return a.life()
}
