package server

import (
	"context"
	"io"
	"log/slog"
	"net/http"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/ending"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/judge"
)

// evidence is what is told of an end beside the end itself.
type evidence interface {
	ExternalID(ctx context.Context, account string) (string, error)
	Aftermath(ctx context.Context, o approval.Outcome) (externalID string, reports []approval.LateReport, err error)
}

// approvals are those that exist: where they stand, taking one back, asking again.
type approvals struct {
	guards   guard.Guards
	ender    *ending.Ender
	live     asking
	evidence evidence
	browsers trusting
	methods  listing
	codes    codeStates
	keys     judge.Authenticator
	random   io.Reader
	patience patience
}

func (a approvals) Mount(m *edge.Mux) {
	cors := a.guards.CORS()
	m.HandleCORS("GET /v1/approvals/{id}", cors, a.guards.KeyOrTicket, a.get)
	m.HandleCORS("POST /v1/approvals/{id}/cancel", cors, a.guards.KeyOrTicket, a.cancel)
	m.HandleCORS("POST /v1/approvals/{id}/resend", cors, a.guards.KeyOrTicket, a.resend)
}

// get answers where the approval stands, once it has ended or the caller has waited long enough.
func (a approvals) get(w http.ResponseWriter, r *http.Request) error {
	wait, err := edge.Wait(r, longestWait)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	var s ending.Standing
	err = a.patience.wait(r.Context(), id, wait, func(ctx context.Context) (done bool, err error) {
		s, err = a.guards.Own(ctx, id)
		return s.Outcome != nil, err
	})
	if err != nil {
		return err
	}
	return a.answer(w, r, s)
}

// cancel takes the question back. Cancelling a cancelled one again is the same as once; any other end stands.
func (a approvals) cancel(w http.ResponseWriter, r *http.Request) error {
	s, err := a.guards.Own(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if s.Pending != nil {
		o, err := a.ender.EndBy(r.Context(), *s.Pending, approval.StatusCancelled, guard.ActorOf(r.Context()))
		if err != nil {
			return err
		}
		s = ending.Standing{Outcome: &o}
	}
	if s.Outcome.Status != approval.StatusCancelled {
		return hasEnded(s.Outcome.Status)
	}
	return a.answer(w, r, s)
}

// resend wakes the phones again.
func (a approvals) resend(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	request, err := edge.IdempotencyKey(r)
	if err != nil {
		return err
	}
	if request == "" {
		request = edge.RequestID(ctx)
	}
	s, err := a.guards.Own(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	if s.Outcome != nil {
		return hasEnded(s.Outcome.Status)
	}
	if err := a.live.Resend(ctx, s.Pending.ID, request); err != nil {
		return err
	}
	return a.answer(w, r, s)
}

func hasEnded(status approval.Status) *refusal.Error {
	return approval.ErrNotPending.With("ended", status)
}

func (a approvals) answer(w http.ResponseWriter, r *http.Request, s ending.Standing) error {
	edge.Annotate(r.Context(), slog.String("approval", r.PathValue("id")))
	if guard.CallerOf(r.Context()).Ticket != nil {
		told, err := narrow(s, guard.CallerOf(r.Context()).Application.TenantPolicy.Support)
		if err != nil {
			return err
		}
		if told.Code, err = a.codes.of(r.Context(), s); err != nil {
			return err
		}
		return edge.JSON(w, http.StatusOK, told)
	}
	v, err := a.view(r.Context(), s)
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, v)
}
