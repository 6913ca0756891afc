package codes

import (
	"context"
	"log/slog"
	"net/http"
	"slices"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/confirming"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/factors"
)

// typed are the methods whose codes people type.
var typed = []approval.Method{approval.MethodTOTP, approval.MethodSMS, approval.MethodEmail, approval.MethodRecovery, approval.MethodBypass}

type codeBody struct {
	Method approval.Method `json:"method"`
	Code   string          `json:"code"`
}

// Validate refuses a method that has no code.
func (b codeBody) Validate() error {
	if !slices.Contains(typed, b.Method) {
		return refusal.Field("method", "must be totp, sms, email, recovery or bypass")
	}
	return nil
}

type confirmed struct {
	Status   approval.Status      `json:"status"`
	Method   approval.Method      `json:"method"`
	Recovery *confirming.Recovery `json:"recovery,omitempty"`
}

// confirm repeats its answer where the approval was confirmed by the same method before: the page may not have heard it.
func (c Codes) confirm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	body, err := edge.Decode[codeBody](r)
	if err != nil {
		return err
	}
	question, err := c.Questions.Read(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	edge.Annotate(ctx, slog.String("method", string(body.Method)))
	o := question.Outcome
	if o == nil || o.Status != approval.StatusApproved || o.Method != body.Method {
		if o, err = c.attempt(ctx, question, body); err != nil {
			return err
		}
	}
	return edge.JSON(w, http.StatusOK, c.answer(ctx, *o))
}

func (c Codes) attempt(ctx context.Context, q confirming.Question, body codeBody) (*approval.Outcome, error) {
	p, _, err := q.Offered(ctx, c.People, body.Method)
	if err != nil {
		return nil, err
	}
	o, err := c.Store.Confirm(ctx, factors.Attempt{
		Approval: p, Method: body.Method, Code: body.Code, Skew: guard.CallerOf(ctx).Application.Policy.Skew(), Actor: guard.ActorOf(ctx),
	})
	if err != nil {
		return nil, err
	}
	if o.Status != approval.StatusApproved {
		return nil, confirming.Ended(o)
	}
	c.Questions.Tell(ctx, o)
	return &o, nil
}

func (c Codes) answer(ctx context.Context, o approval.Outcome) confirmed {
	answer := confirmed{Status: o.Status, Method: o.Method}
	if o.Method != approval.MethodRecovery {
		return answer
	}
	states, err := c.Store.Methods(ctx, o.Account)
	if err != nil { // it is confirmed all the same
		edge.Annotate(ctx, slog.Bool("recovery_unknown", true))
		return answer
	}
	recovery := confirming.RecoveryAfter(o, guard.CallerOf(ctx).Application.Policy, states)
	answer.Recovery = &recovery
	return answer
}
