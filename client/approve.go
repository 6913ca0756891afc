package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

const (
	createTime = 3 * time.Second // after which creating counts as unanswered
	graceTime  = 2 * time.Minute // past the end of an approval, in which its outcome is still asked for
)

// ErrNotApproved says that the question was answered, or has ended, without a yes. The result beside it tells how.
var ErrNotApproved = errors.New("client: not approved")

// ErrNeverEnded says that an approval is told to be pending long after its end. What comes of it is not known.
var ErrNeverEnded = errors.New("client: the approval is pending long after its end")

// errUnanswered is the cause of the context that bounds creating.
var errUnanswered = errors.New("client: no answer in time")

// Result is how a question ended.
type Result struct {
	Approval   Approval // as the server last told it; empty where FailedOpen
	FailedOpen bool     // nobody was asked: Jawort could not be reached and the client is configured to let logins pass
}

// Approve asks the phones of an account and waits until the question has ended. A nil error, and nothing else,
// means that the login or transaction may go on. ErrNotApproved means no; a *[Error] is the server's refusal to
// ask; any other error means that the answer is not known.
//
// When ctx ends first, the approval stays as it is: ask for it again by its id, or cancel it.
func (c *Client) Approve(ctx context.Context, r Request) (Result, error) {
	a, err := c.createInTime(ctx, r)
	if err != nil {
		return c.failMode(ctx, r, err)
	}
	if r.OnCreated != nil {
		r.OnCreated(a)
	}
	a, err = c.awaitEnd(ctx, a)
	if err != nil {
		return Result{Approval: a}, err
	}
	if a.Status != Approved {
		return Result{Approval: a}, ErrNotApproved
	}
	if a.Account != r.Account { // a yes for somebody else is no yes
		return Result{Approval: a}, fmt.Errorf("%w: the answer is for another account", ErrNotApproved)
	}
	return Result{Approval: a}, nil
}

func (c *Client) createInTime(ctx context.Context, r Request) (Approval, error) {
	within, cancel := context.WithTimeoutCause(ctx, createTime, errUnanswered)
	defer cancel()
	a, err := c.CreateApproval(within, r)
	if err != nil && errors.Is(context.Cause(within), errUnanswered) && status(err) == 0 {
		err = errors.Join(errUnanswered, err)
	}
	return a, err
}

// failMode decides what becomes of a question that could not be asked.
func (c *Client) failMode(ctx context.Context, r Request, err error) (Result, error) {
	why := unreachable(err)
	if why == "" {
		return Result{}, err
	}
	login := r.Kind == Login || r.Kind == ""
	if !c.failOpen || !login || ctx.Err() != nil {
		c.log.ErrorContext(ctx, "jawort could not be asked, so this does not pass", "because", why, "fail_open", c.failOpen, "login", login)
		return Result{}, err
	}
	c.log.WarnContext(ctx, "jawort could not be asked, and this login passes without confirmation because the client fails open", "because", why)
	return Result{FailedOpen: true}, nil
}

// unreachable returns why Jawort could not be reached, or nothing where it could.
func unreachable(err error) string {
	switch {
	case errors.Is(err, errUnanswered):
		return "no answer in time"
	case refused(err):
		return "connection refused"
	case status(err) == http.StatusServiceUnavailable:
		return "unavailable"
	default:
		return ""
	}
}

// awaitEnd asks until the approval has ended. An unreachable server is asked again: the outcome is kept.
func (c *Client) awaitEnd(ctx context.Context, a Approval) (Approval, error) {
	giveUp := time.Now().Add(a.ExpiresAt.Sub(a.CreatedAt) + graceTime)
	for failures := 0; !a.Status.Ended(); {
		asked := time.Now()
		now, err := c.WaitApproval(ctx, a.ID, MostWait)
		if err != nil {
			failures++
			if ctx.Err() != nil || final(err) || asked.After(giveUp) || !sleep(ctx, backOff(failures)) {
				return a, err
			}
			continue
		}
		failures, a = 0, now
		if !a.Status.Ended() && asked.After(giveUp) {
			return a, ErrNeverEnded
		}
		if !a.Status.Ended() && time.Since(asked) < firstPause && !sleep(ctx, firstPause) {
			return a, context.Cause(ctx)
		}
	}
	return a, nil
}

// final says that asking again would get the same answer.
func final(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status < 500 && !mayPass(e)
}
