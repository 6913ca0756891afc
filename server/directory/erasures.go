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
	found, err := d.Store.Dossier(r.Context(), guard.TenantOf(r.Context()), r.PathValue("external_id"))
	if err != nil {
		return err
	}
	view, err := shownDossier(found)
	if err != nil {
		return err
	}
	for name, read := range d.Also.Export {
		kept, err := read(r.Context(), found.Entry.Account)
		if err != nil {
			return err
		}
		view.Further[name] = kept
	}
	return edge.JSON(w, http.StatusOK, view)
}

func (d Dossiers) erase(w http.ResponseWriter, r *http.Request) error {
	by := callerOf(r)
	also := append(d.Also.methods(), d.Also.Erase...)
	return done(w, d.Store.EraseAccount(r.Context(), guard.TenantOf(r.Context()), r.PathValue("external_id"), by, also...))
}
