package directory

import (
	"context"
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/lasting"
)

// ResetStore ends what accounts are trusted for.
type ResetStore interface {
	ResetAccount(ctx context.Context, tenant, externalID, reason string, by lasting.By, also ...lasting.Ending) error
	PasswordChanged(ctx context.Context, tenant, externalID string, by lasting.By) error
}

// Resets are support's answer to somebody who can confirm by nothing any more, and the login service's word that a
// password was changed.
type Resets struct {
	Guards guard.Guards
	Store  ResetStore
	Also   Also
}

// Mount implements the server's feature.
func (s Resets) Mount(m *edge.Mux) {
	admin := s.Guards.Key(account.ScopeAdmin)
	m.Handle("POST /v1/accounts/{external_id}/reset", admin, s.reset)
	m.Handle("POST /v1/accounts/{external_id}/password-changed", admin, s.passwordChanged)
}

type resetBody struct {
	Reason string `json:"reason"`
}

// Validate wants a reason that can be shown to an auditor.
func (b resetBody) Validate() error { return account.ValidateName("reason", b.Reason) }

func (s Resets) reset(w http.ResponseWriter, r *http.Request) error {
	by := callerOf(r)
	body, err := edge.Decode[resetBody](r)
	if err != nil {
		return err
	}
	return done(w, s.Reset(r.Context(), guard.TenantOf(r.Context()), r.PathValue("external_id"), body.Reason, by))
}

// Reset ends all by which an account could confirm, for a reason that an auditor can read.
func (s Resets) Reset(ctx context.Context, tenant, externalID, reason string, by lasting.By) error {
	if err := account.ValidateName("reason", reason); err != nil {
		return err
	}
	return s.Store.ResetAccount(ctx, tenant, externalID, reason, by, s.Also.methods()...)
}

func (s Resets) passwordChanged(w http.ResponseWriter, r *http.Request) error {
	by := callerOf(r)
	err := s.Store.PasswordChanged(r.Context(), guard.TenantOf(r.Context()), r.PathValue("external_id"), by)
	return done(w, err)
}

// done answers without a body where nothing went wrong.
func done(w http.ResponseWriter, err error) error {
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}
