package directory

import (
	"context"
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/lasting"
)

// HolderStore keeps what is known of who holds one phone of a login.
type HolderStore interface {
	Dossier(ctx context.Context, tenant, externalID string) (lasting.Dossier, error)
	EraseDevice(ctx context.Context, tenant, externalID, device string, by lasting.By, also ...lasting.DeviceEnding) error
}

// Holders answer what is kept about one of several people who share a login, and erase it. Each has a phone of their own, by which
// they are told apart.
type Holders struct {
	Guards guard.Guards
	Store  HolderStore
	Also   Also
}

// Mount implements the server's feature.
func (h Holders) Mount(m *edge.Mux) {
	admin := h.Guards.Key(account.ScopeAdmin)
	m.Handle("GET /v1/accounts/{external_id}/devices/{id}/export", admin, h.export)
	m.Handle("POST /v1/accounts/{external_id}/devices/{id}/erase", admin, h.erase)
}

// holderView is all that is kept about who holds a phone, and nothing of who else uses the login.
type holderView struct {
	Device       ownDevice         `json:"device"`
	Enrolments   []enrolmentView   `json:"enrolments"`
	Approvals    []approvalView    `json:"approvals"`
	Denies       []denyView        `json:"denies"`
	WrongNumbers []wrongNumberView `json:"wrong_numbers"`
	Reports      []reportView      `json:"late_reports"`
	Browsers     []browserView     `json:"trusted_browsers"`
	Notices      []noticeView      `json:"notices"`
	Further      map[string]any    `json:"further"`
}

func (h Holders) export(w http.ResponseWriter, r *http.Request) error {
	all, err := h.Store.Dossier(r.Context(), guard.TenantOf(r.Context()), r.PathValue("external_id"))
	if err != nil {
		return err
	}
	device := r.PathValue("id")
	found, err := all.Of(device)
	if err != nil {
		return err
	}
	view, err := shownHolder(found)
	if err != nil {
		return err
	}
	for name, read := range h.Also.ExportDevice {
		if view.Further[name], err = read(r.Context(), all.Entry.Account, device); err != nil {
			return err
		}
	}
	return edge.JSON(w, http.StatusOK, view)
}

func shownHolder(d lasting.Dossier) (holderView, error) {
	v, err := shownDossier(d)
	if err != nil {
		return holderView{}, err
	}
	return holderView{
		Device: v.Devices[0], Enrolments: v.Enrolments, Approvals: v.Approvals, Denies: v.Denies, WrongNumbers: v.WrongNumbers, Reports: v.Reports,
		Browsers: v.Browsers, Notices: v.Notices, Further: v.Further,
	}, nil
}

func (h Holders) erase(w http.ResponseWriter, r *http.Request) error {
	return done(w, h.Store.EraseDevice(r.Context(), guard.TenantOf(r.Context()), r.PathValue("external_id"), r.PathValue("id"), callerOf(r), h.Also.EraseDevice...))
}
