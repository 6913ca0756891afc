package methods

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/confirming"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/store/factors"
)

// registering makes passkeys count.
type registering interface {
	StartPasskey(ctx context.Context, a factors.Activation, rpID string) (factors.PasskeyStarted, error)
	FinishPasskey(ctx context.Context, f factors.PasskeyFinish) (approval.Outcome, error)
}

// register returns what a page of the application makes a passkey of the owner's account with.
func register(ctx context.Context, store registering, owner account.Account, a factors.Activation) (started, error) {
	party, err := confirming.Party(guard.CallerOf(ctx).Application)
	if err != nil {
		return started{}, err
	}
	return registerFor(ctx, store, party, owner, a)
}

func registerFor(ctx context.Context, store registering, party *approval.RelyingParty, owner account.Account, a factors.Activation) (started, error) {
	done, err := store.StartPasskey(ctx, a, party.ID())
	if err != nil {
		return started{}, err
	}
	options := party.CreationOptions(owner.ID, owner.Label, done.Challenge, done.Exclude)
	return started{Method: a.Method, Options: &options, ExpiresAt: done.ExpiresAt.UTC()}, nil
}

// passkeyBody is what the browser answered.
type passkeyBody struct {
	Credential json.RawMessage `json:"credential"` // opaque
	UserAgent  string          `json:"user_agent"` // of the browser, for the passkey's label
}

const maxUserAgent = 2048

// Validate refuses an answer without a credential.
func (b passkeyBody) Validate() error {
	switch {
	case len(b.Credential) == 0:
		return errCredential
	case len(b.UserAgent) > maxUserAgent:
		return refusal.Field("user_agent", "at most 2048 bytes")
	default:
		return nil
	}
}

var errCredential = refusal.Field("credential", "must be the browser's new passkey, as PublicKeyCredential.toJSON() gives it")

// finishing reads what the browser answered.
func (b passkeyBody) finishing(application account.Application) (f factors.PasskeyFinish, err error) {
	if f.Party, err = confirming.Party(application); err != nil {
		return f, err
	}
	if f.Registration, err = approval.ParseRegistration(b.Credential); err != nil {
		return f, errCredential.Because(err)
	}
	return f, nil
}

func (s Methods) startPasskey(w http.ResponseWriter, r *http.Request) error {
	owner, err := s.of(r)
	if err != nil {
		return err
	}
	application := guard.CallerOf(r.Context()).Application
	if application.RPID == "" { // says more than that policy does not allow it
		return factor.ErrNoRPID
	}
	if err := activatable(application, owner, approval.MethodPasskey, s.NoSender, s.Now()); err != nil {
		return err
	}
	answer, err := register(r.Context(), s.Store, owner.Account, activation(application, owner.Account, approval.MethodPasskey))
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusCreated, answer)
}

// confirmPasskey keeps the passkey, and answers with all that the account has then.
func (s Methods) confirmPasskey(w http.ResponseWriter, r *http.Request) error {
	body, err := edge.Decode[passkeyBody](r)
	if err != nil {
		return err
	}
	owner, err := s.of(r)
	if err != nil {
		return err
	}
	application := guard.CallerOf(r.Context()).Application
	f, err := body.finishing(application)
	if err != nil {
		return err
	}
	f.Activation, f.Actor = activation(application, owner.Account, approval.MethodPasskey), guard.ActorOf(r.Context())
	f.Label = confirming.BrowserLabel(judge.Recognise(body.UserAgent))
	if _, err := s.Store.FinishPasskey(r.Context(), f); err != nil {
		return err
	}
	return s.answer(w, r, owner.Account)
}

func (s Methods) removePasskey(w http.ResponseWriter, r *http.Request) error {
	owner, err := s.of(r)
	if err != nil {
		return err
	}
	if err := s.Store.RemovePasskey(r.Context(), owner.Account.ID, r.PathValue("id"), ways(r, owner), guard.ActorOf(r.Context())); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// passkeyView is one passkey of an account.
type passkeyView struct {
	ID        string    `json:"id"`
	RPID      string    `json:"rp_id"`
	Label     string    `json:"label,omitempty"`
	BackedUp  bool      `json:"backed_up"`
	CreatedAt time.Time `json:"created_at"`
	UsedAt    time.Time `json:"used_at,omitzero"`
}

func shownPasskeys(all []factors.PasskeyState) []passkeyView {
	views := make([]passkeyView, len(all))
	for i, k := range all {
		views[i] = passkeyView{k.ID, k.RPID, k.Label, k.BackedUp, k.CreatedAt.UTC(), k.UsedAt.UTC()}
	}
	return views
}

// finishPasskey takes the passkey that the page of a first login made.
func (a Activations) finishPasskey(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	body, err := edge.Decode[pagePasskey](r)
	if err != nil {
		return err
	}
	question, err := a.read(ctx, r.PathValue("id"), approval.MethodPasskey)
	if err != nil {
		return err
	}
	application := guard.CallerOf(ctx).Application
	f, err := passkeyBody{Credential: body.Credential}.finishing(application)
	if err != nil {
		return err
	}
	f.Activation = factors.Activation{
		Tenant: application.Tenant, Application: application.ID, Account: question.Account, Approval: question.ID, Method: approval.MethodPasskey,
	}
	f.Pending, f.Label = question.Pending, confirming.BrowserLabel(question.Context.Family, question.Context.System)
	o, err := a.Store.FinishPasskey(ctx, f)
	if err != nil {
		return err
	}
	a.Questions.Tell(ctx, o)
	return a.answer(ctx, w, question, o)
}

// pagePasskey is passkeyBody from a page, whose browser is known from the approval.
type pagePasskey struct {
	Credential json.RawMessage `json:"credential"`
}

// Validate refuses an answer without a credential.
func (b pagePasskey) Validate() error { return passkeyBody{Credential: b.Credential}.Validate() }
