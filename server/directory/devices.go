package directory

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/outbox"
)

// DeviceStore keeps the devices of accounts.
type DeviceStore interface {
	Devices(ctx context.Context, tenant, externalID string) ([]account.Device, error)
	RevokeDevice(ctx context.Context, tenant, externalID, device string, by outbox.Actor) error
}

// Devices are the phones of the tenant's accounts.
type Devices struct {
	Guards guard.Guards
	Store  DeviceStore
}

// Mount implements the server's feature.
func (d Devices) Mount(m *edge.Mux) {
	admin := d.Guards.Key(account.ScopeAdmin)
	m.Handle("GET /v1/accounts/{external_id}/devices", admin, d.list)
	m.Handle("GET /v1/accounts/{external_id}/devices/{id}", admin, d.get)
	m.Handle("DELETE /v1/accounts/{external_id}/devices/{id}", admin, d.revoke)
}

type deviceView struct {
	ID         string         `json:"id"`
	Label      string         `json:"label"`
	Holder     string         `json:"holder"`
	Platform   string         `json:"platform"`
	OSVersion  string         `json:"os_version"`
	Model      string         `json:"model"`
	Status     account.Status `json:"status"`
	Pushable   bool           `json:"pushable"`
	CreatedAt  time.Time      `json:"created_at"`
	LastUsedAt *time.Time     `json:"last_used_at,omitempty"`
}

func shownDevice(d account.Device) deviceView {
	v := deviceView{
		ID: d.ID, Label: d.Label, Holder: d.Holder, Platform: d.Posture.Platform, OSVersion: d.Posture.OSVersion,
		Model: d.Posture.Model, Status: d.Status, Pushable: d.Pushable, CreatedAt: d.CreatedAt.UTC(),
	}
	if !d.LastUsedAt.IsZero() {
		used := d.LastUsedAt.UTC()
		v.LastUsedAt = &used
	}
	return v
}

func (d Devices) list(w http.ResponseWriter, r *http.Request) error {
	found, err := d.of(r)
	if err != nil {
		return err
	}
	answer := struct {
		Devices []deviceView `json:"devices"`
	}{make([]deviceView, 0, len(found))}
	for _, one := range found {
		answer.Devices = append(answer.Devices, shownDevice(one))
	}
	return edge.JSON(w, http.StatusOK, answer)
}

func (d Devices) get(w http.ResponseWriter, r *http.Request) error {
	found, err := d.of(r)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(found, func(one account.Device) bool { return one.ID == r.PathValue("id") })
	if i < 0 {
		return account.ErrUnknownDevice
	}
	return edge.JSON(w, http.StatusOK, shownDevice(found[i]))
}

func (d Devices) revoke(w http.ResponseWriter, r *http.Request) error {
	by := guard.ActorOf(r.Context())
	if err := d.Store.RevokeDevice(r.Context(), guard.TenantOf(r.Context()), r.PathValue("external_id"), r.PathValue("id"), by); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (d Devices) of(r *http.Request) ([]account.Device, error) {
	return d.Store.Devices(r.Context(), guard.TenantOf(r.Context()), r.PathValue("external_id"))
}
