package methods

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/confirming"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/factors"
)

// Activations are the calls of the page of a first login: with the ticket alone it gives the account its first method,
// which confirms the login. The store checks again that the account has no other.
type Activations struct {
	Questions confirming.Questions
	Store     interface {
		activating
		registering
		Methods(ctx context.Context, account string) ([]factors.State, error)
	}
	People confirming.People
}

// Mount adds the routes.
func (a Activations) Mount(m *edge.Mux) {
	guards := a.Questions.Guards
	m.HandleCORS("POST /v1/approvals/{id}/activations", guards.CORS(), guards.KeyOrTicket, a.start)
	m.HandleCORS("POST /v1/approvals/{id}/activations/{method}", guards.CORS(), guards.KeyOrTicket, a.finish)
	m.HandleCORS("POST /v1/approvals/{id}/activations/passkey", guards.CORS(), guards.KeyOrTicket, a.finishPasskey)
}

type startBody struct {
	Method approval.Method `json:"method"`
	Phone  string          `json:"phone"`
	Email  string          `json:"email"`
}

// Validate refuses a method that no page activates so: phones are enrolled.
func (b startBody) Validate() error {
	switch b.Method {
	case approval.MethodPasskey, approval.MethodTOTP, approval.MethodSMS, approval.MethodEmail:
		return nil
	default:
		return refusal.Field("method", "must be passkey, totp, sms or email")
	}
}

func (a Activations) start(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	body, err := edge.Decode[startBody](r)
	if err != nil {
		return err
	}
	question, err := a.read(ctx, r.PathValue("id"), body.Method)
	if err != nil {
		return err
	}
	application := guard.CallerOf(ctx).Application
	owner, err := confirming.Audience(ctx, a.People, application.Tenant, question.Account)
	if err != nil {
		return err
	}
	typed, err := destination{body.Phone, body.Email}.typed(body.Method, owner.Group, application.TenantPolicy.Region)
	if err != nil {
		return err
	}
	wanted := activation(application, owner.Account, body.Method)
	wanted.Approval = question.ID
	answer, err := a.begin(r, owner, wanted, typed)
	if err != nil {
		return err
	}
	if answer.ExpiresAt, err = a.keepOpen(ctx, question, answer.ExpiresAt); err != nil {
		return err
	}
	return edge.JSON(w, http.StatusCreated, answer)
}

func (a Activations) begin(r *http.Request, owner account.Audience, wanted factors.Activation, typed string) (started, error) {
	if wanted.Method == approval.MethodPasskey {
		return register(r.Context(), a.Store, owner.Account, wanted)
	}
	return begin(r, a.Store, owner, wanted, typed)
}

func (a Activations) read(ctx context.Context, id string, m approval.Method) (confirming.Question, error) {
	question, err := a.Questions.Read(ctx, id)
	if err != nil {
		return question, err
	}
	edge.Annotate(ctx, slog.String("method", string(m)))
	return question, question.Activates(m)
}

// keepOpen keeps the login open until the proof expires, as far as it may be, and returns when it is over.
func (a Activations) keepOpen(ctx context.Context, q confirming.Question, expires time.Time) (time.Time, error) {
	p := q.Pending
	if p == nil {
		return expires, nil
	}
	if most := p.CreatedAt.Add(approval.MaxOpen); expires.After(most) {
		expires = most.UTC()
	}
	return expires, a.Questions.KeepOpen(ctx, *p, expires)
}

type activated struct {
	Status      approval.Status   `json:"status"`
	Method      approval.Method   `json:"method"` // by which the login was confirmed
	Active      []approval.Method `json:"active"`
	Required    int               `json:"required"`
	Recommended int               `json:"recommended"`
}

func (a Activations) finish(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	body, err := edge.Decode[codeBody](r)
	if err != nil {
		return err
	}
	m, err := methodOf(r, approval.MethodTOTP, approval.MethodSMS, approval.MethodEmail)
	if err != nil {
		return err
	}
	question, err := a.read(ctx, r.PathValue("id"), m)
	if err != nil {
		return err
	}
	application := guard.CallerOf(ctx).Application
	o, err := a.Store.FinishActivation(ctx, factors.Finish{
		Activation: factors.Activation{
			Tenant: application.Tenant, Application: application.ID, Account: question.Account, Approval: question.ID, Method: m,
		},
		Pending: question.Pending, Code: body.Code, Skew: application.Policy.Skew(),
	})
	if err != nil {
		return err
	}
	a.Questions.Tell(ctx, o)
	return a.answer(ctx, w, question, o)
}

func (a Activations) answer(ctx context.Context, w http.ResponseWriter, q confirming.Question, o approval.Outcome) error {
	states, err := a.Store.Methods(ctx, q.Account)
	if err != nil {
		return err
	}
	answer := activated{
		Status: o.Status, Method: o.Method, Active: []approval.Method{},
		Required: q.Context.Activate.Required, Recommended: q.Context.Activate.Recommended,
	}
	for _, s := range states {
		answer.Active = append(answer.Active, s.Method)
	}
	return edge.JSON(w, http.StatusOK, answer)
}
