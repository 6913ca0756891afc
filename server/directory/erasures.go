package directory

import (
	"context"
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/lasting"
)

// DossierStore keeps what is known of one person.
type DossierStore interface {
	Dossier(ctx context.Context, tenant, externalID string) (lasting.Dossier, error)
	EraseAccount(ctx context.Context, tenant, externalID string, by lasting.By, also ...lasting.Ending) error
}

// Dossiers answer what is kept about one person, and erase it (GDPR, articles 15 and 17).
type Dossiers struct {
	Guards guard.Guards
	Store  DossierStore
	Also   Also
}

// Mount implements the server's feature.
func (d Dossiers) Mount(m *edge.Mux) {
	admin := d.Guards.Key(account.ScopeAdmin)
	m.Handle("GET /v1/accounts/{external_id}/export", admin, d.export)
	m.Handle("POST /v1/accounts/{external_id}/erase", admin, d.erase)
}

func (d Dossiers) export(w http.ResponseWriter, r *http.Request) error {
	view, err := d.Of(r.Context(), guard.TenantOf(r.Context()), r.PathValue("external_id"))
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, view)
}

// Of returns all that is kept about an account, as JSON can hold it.
func (d Dossiers) Of(ctx context.Context, tenant, externalID string) (any, error) {
	found, err := d.Store.Dossier(ctx, tenant, externalID)
	if err != nil {
		return nil, err
	}
	view, err := shownDossier(found)
	if err != nil {
		return nil, err
	}
	for name, read := range d.Also.Export {
		kept, err := read(ctx, found.Entry.Account)
		if err != nil {
			return nil, err
		}
		view.Further[name] = kept
	}
	return view, nil
}

func (d Dossiers) erase(w http.ResponseWriter, r *http.Request) error {
	by := callerOf(r)
	also := append(d.Also.methods(), d.Also.Erase...)
	return done(w, d.Store.EraseAccount(r.Context(), guard.TenantOf(r.Context()), r.PathValue("external_id"), by, also...))
}
