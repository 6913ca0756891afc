// Package passkeys confirms approvals by a passkey of the browser: it says what a waiting page asks the browser for, and takes what
// the browser signs.
//
// It owns who may ask; what an answer is worth is decided in package store/factors. How an account gets a passkey is package methods'.
package passkeys

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/confirming"
	"github.com/jawort/jawort/store/factors"
)

// Store decides what answers are worth.
type Store interface {
	PasskeysFor(ctx context.Context, p approval.Pending, rpID string) ([][]byte, error)
	ConfirmByPasskey(ctx context.Context, a factors.PasskeyAttempt) (approval.Outcome, error)
}

// Passkeys are the calls.
type Passkeys struct {
	Questions confirming.Questions
	Store     Store
	People    confirming.People
}

// Mount adds the routes.
func (p Passkeys) Mount(m *edge.Mux) {
	guards := p.Questions.Guards
	m.HandleCORS("POST /v1/approvals/{id}/passkey/options", guards.CORS(), guards.KeyOrTicket, p.options)
	m.HandleCORS("POST /v1/approvals/{id}/passkey", guards.CORS(), guards.KeyOrTicket, p.confirm)
}

type options struct {
	Options approval.RequestOptions `json:"options"`
}

func (p Passkeys) options(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	question, err := p.Questions.Read(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	pending, party, err := p.offered(ctx, question)
	if err != nil {
		return err
	}
	allow, err := p.Store.PasskeysFor(ctx, pending, party.ID())
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, options{party.RequestOptions(pending.Document, allow)})
}

// offered returns the pending approval where it may be confirmed by passkey, and for whom the passkeys sign.
func (p Passkeys) offered(ctx context.Context, q confirming.Question) (approval.Pending, *approval.RelyingParty, error) {
	pending, _, err := q.Offered(ctx, p.People, approval.MethodPasskey)
	if err != nil {
		return pending, nil, err
	}
	party, err := p.Questions.Party(ctx, q.Context)
	return pending, party, err
}

type answer struct {
	Credential json.RawMessage `json:"credential"` // opaque
}

// Validate refuses an answer without a credential.
func (a answer) Validate() error {
	if len(a.Credential) == 0 {
		return refusal.Field("credential", "must be the browser's answer, as PublicKeyCredential.toJSON() gives it")
	}
	return nil
}

type confirmed struct {
	Status approval.Status `json:"status"`
	Method approval.Method `json:"method"`
}

// confirm repeats its answer where the approval was confirmed by passkey before: the page may not have heard it.
func (p Passkeys) confirm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	body, err := edge.Decode[answer](r)
	if err != nil {
		return err
	}
	question, err := p.Questions.Read(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	o := question.Outcome
	if o == nil || o.Status != approval.StatusApproved || o.Method != approval.MethodPasskey {
		if o, err = p.attempt(ctx, question, body.Credential); err != nil {
			return err
		}
	}
	return edge.JSON(w, http.StatusOK, confirmed{o.Status, o.Method})
}

func (p Passkeys) attempt(ctx context.Context, q confirming.Question, credential []byte) (*approval.Outcome, error) {
	pending, party, err := p.offered(ctx, q)
	if err != nil {
		return nil, err
	}
	assertion, err := approval.ParseAssertion(credential)
	if err != nil {
		return nil, refusal.Field("credential", "must be the browser's answer to the options, as PublicKeyCredential.toJSON() gives it").Because(err)
	}
	o, err := p.Store.ConfirmByPasskey(ctx, factors.PasskeyAttempt{Approval: pending, Party: party, Assertion: assertion})
	if err != nil {
		return nil, err
	}
	if o.Status != approval.StatusApproved {
		return nil, confirming.Ended(o)
	}
	p.Questions.Tell(ctx, o)
	return &o, nil
}
