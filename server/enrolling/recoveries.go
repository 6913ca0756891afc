package enrolling

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

// Recoveries keeps the ways back for those whose phone is lost.
type Recoveries interface {
	AnnounceRecovery(ctx context.Context, r account.Recovery, reason string, by outbox.Actor) (account.Recovery, error)
	Recovery(ctx context.Context, tenant, id string) (account.Recovery, error)
	StopRecovery(ctx context.Context, tenant, id string, by outbox.Actor) (account.Recovery, error)
}

type recoveryBody struct {
	Account string `json:"account"`
	Reason  string `json:"reason"`
}

// Validate refuses what is no login number, and no reason.
func (b recoveryBody) Validate() error {
	if err := account.ValidateExternalID(b.Account); err != nil {
		return err
	}
	return account.ValidateName("reason", b.Reason)
}

type recoveryView struct {
	ID        string                 `json:"id"`
	Status    account.RecoveryStatus `json:"status"`
	Account   string                 `json:"account"`
	CreatedAt time.Time              `json:"created_at"`
	OpensAt   time.Time              `json:"opens_at"`
	ExpiresAt time.Time              `json:"expires_at"`
}

func shownRecovery(r account.Recovery) recoveryView {
	return recoveryView{
		ID: r.ID, Status: r.Status, Account: r.ExternalID, CreatedAt: r.CreatedAt.UTC(), OpensAt: r.OpensAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(),
	}
}

func (e Enrolling) announce(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	body, err := edge.Decode[recoveryBody](r)
	if err != nil {
		return err
	}
	application := guard.CallerOf(ctx).Application
	owner, err := e.People.Audience(ctx, application.Tenant, body.Account, lasting.Approach{})
	if err != nil {
		return err
	}
	recoveryID, err := id.New(e.Random, id.Recovery)
	if err != nil {
		return err
	}
	made, err := e.Recoveries.AnnounceRecovery(ctx, account.Recovery{
		ID: recoveryID, Tenant: application.Tenant, Application: application.ID, Account: owner.Account.ID,
	}, body.Reason, guard.ActorOf(ctx))
	if err != nil {
		return err
	}
	edge.Annotate(ctx, slog.String("recovery", made.ID))
	return edge.JSON(w, http.StatusCreated, shownRecovery(made))
}

func (e Enrolling) getRecovery(w http.ResponseWriter, r *http.Request) error {
	found, err := e.Recoveries.Recovery(r.Context(), guard.TenantOf(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, shownRecovery(found))
}

// stopRecovery is for a user who is signed in: any application of the tenant may let them.
func (e Enrolling) stopRecovery(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	stopped, err := e.Recoveries.StopRecovery(ctx, guard.TenantOf(ctx), r.PathValue("id"), guard.ActorOf(ctx))
	if err != nil {
		return err
	}
	edge.Annotate(ctx, slog.String("recovery", stopped.ID))
	return edge.JSON(w, http.StatusOK, shownRecovery(stopped))
}
