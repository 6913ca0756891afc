// Package codes confirms approvals by code: it sends codes by SMS and e-mail, and takes those that people type, whether
// they were sent, come from an authenticator app, a list of recovery codes, or support.
//
// It owns who may ask for what; what a code is worth is decided in package store/factors.
package codes

import (
	"context"
	"net/http"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/confirming"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/factors"
)

// Store decides what codes are worth.
type Store interface {
	SendCode(ctx context.Context, s factors.Sending) (factors.Sent, error)
	Confirm(ctx context.Context, a factors.Attempt) (approval.Outcome, error)
	Methods(ctx context.Context, account string) ([]factors.State, error)
}

// Codes are the calls.
type Codes struct {
	Questions confirming.Questions
	Store     Store
	People    confirming.People
}

// Mount adds the routes.
func (c Codes) Mount(m *edge.Mux) {
	guards := c.Questions.Guards
	m.HandleCORS("POST /v1/approvals/{id}/codes", guards.CORS(), guards.KeyOrTicket, c.send)
	m.HandleCORS("POST /v1/approvals/{id}/code", guards.CORS(), guards.KeyOrTicket, c.confirm)
}

type sendBody struct {
	Method approval.Method `json:"method"`
}

// Validate refuses a method for which nothing is sent.
func (b sendBody) Validate() error {
	if b.Method != approval.MethodSMS && b.Method != approval.MethodEmail {
		return refusal.Field("method", "must be sms or email")
	}
	return nil
}

type sent struct {
	Method    approval.Method `json:"method"`
	Address   string          `json:"address"` // masked
	ExpiresAt time.Time       `json:"expires_at"`
	CodesLeft int             `json:"codes_left"`
}

func (c Codes) send(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	body, err := edge.Decode[sendBody](r)
	if err != nil {
		return err
	}
	question, err := c.Questions.Read(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	p, to, err := question.Offered(ctx, c.People, body.Method)
	if err != nil {
		return err
	}
	application := guard.CallerOf(ctx).Application
	words, err := wording(p, question.Context)
	if err != nil {
		return err
	}
	words.Host = confirming.Host(r, application)
	done, err := c.Store.SendCode(ctx, factors.Sending{
		Approval: p, Method: body.Method, Letter: confirming.Letter(to, application, body.Method, words),
	})
	if err != nil {
		return err
	}
	if err := c.Questions.KeepOpen(ctx, p, done.ExpiresAt); err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, sent{body.Method, done.Address, done.ExpiresAt.UTC(), done.Left})
}

// wording is what the message says. One for a transaction names what is confirmed, uncut.
func wording(p approval.Pending, about approval.Context) (confirming.Words, error) {
	if about.Step != "" {
		return confirming.Words{Occasion: courier.StepCode}, nil
	}
	if p.Kind == approval.Login {
		return confirming.Words{Occasion: courier.LoginCode}, nil
	}
	document, err := approval.ParseDocument(p.Document)
	if err != nil {
		return confirming.Words{}, err
	}
	amount, payee, err := factor.AmountAndPayee(document.Details)
	if err != nil {
		return confirming.Words{}, err
	}
	if len([]rune(amount)) > courier.MaxAmount {
		return confirming.Words{}, factor.ErrNothingToName.WithDetail("The amount is too long for an SMS, which must name it in full. Use another method, or write it shorter.")
	}
	return confirming.Words{Occasion: courier.TransactionCode, Amount: amount, Payee: payee}, nil
}
