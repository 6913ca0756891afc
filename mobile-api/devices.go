package mobileapi

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
)

// deviceStore keeps the devices of an installation.
type deviceStore interface {
	DevicesOfInstallation(ctx context.Context, installation string) ([]account.Device, error)
	RenameDevice(ctx context.Context, installation, device, label, holder string) error
	LeaveDevice(ctx context.Context, installation, device string) error
}

// devices lets a phone see, name and leave its devices. The list alone says what is gone.
type devices struct {
	lasting deviceStore
	webPush *webPush
}

func (d devices) mount(m *edge.Mux, g guards) {
	m.Handle("GET /v1/devices", g.installation, d.list)
	m.Handle("PATCH /v1/devices/{id}", g.installation, d.rename)
	m.Handle("DELETE /v1/devices/{id}", g.installation, d.leave)
}

type deviceView struct {
	ID         string         `json:"id"`
	Account    labelled       `json:"account"`
	Tenant     named          `json:"tenant"`
	Label      string         `json:"label"`
	Holder     string         `json:"holder"`
	Status     account.Status `json:"status"`
	Pushable   bool           `json:"pushable"`
	CreatedAt  time.Time      `json:"created_at"`
	LastUsedAt time.Time      `json:"last_used_at,omitzero"`
}

func viewOf(d account.Device) deviceView {
	return deviceView{
		ID: d.ID, Account: labelled{d.AccountLabel}, Tenant: named{d.TenantName}, Label: d.Label, Holder: d.Holder,
		Status: d.Status, Pushable: d.Pushable, CreatedAt: d.CreatedAt.UTC(), LastUsedAt: d.LastUsedAt.UTC(),
	}
}

// devicesAnswer also tells the key to subscribe with: a phone that was woken by an older one must learn it.
type devicesAnswer struct {
	Devices []deviceView `json:"devices"`
	WebPush *webPush     `json:"web_push,omitempty"`
}

func (d devices) list(w http.ResponseWriter, r *http.Request) error {
	list, err := d.lasting.DevicesOfInstallation(r.Context(), installationOf(r).ID)
	if err != nil {
		return err
	}
	answer := devicesAnswer{Devices: []deviceView{}, WebPush: d.webPush}
	for _, device := range list {
		answer.Devices = append(answer.Devices, viewOf(device))
	}
	return edge.JSON(w, http.StatusOK, answer)
}

type renameRequest struct {
	Label  *string `json:"label"`
	Holder *string `json:"holder"`
}

// Validate refuses names that are not fit to be shown.
func (n *renameRequest) Validate() error {
	if n.Label != nil {
		if err := account.ValidateName("label", *n.Label); err != nil {
			return err
		}
	}
	if n.Holder != nil {
		return account.ValidateName("holder", *n.Holder)
	}
	return nil
}

func (d devices) rename(w http.ResponseWriter, r *http.Request) error {
	names, err := edge.DecodeLenient[renameRequest](r)
	if err != nil {
		return err
	}
	if err := d.lasting.RenameDevice(r.Context(), installationOf(r).ID, r.PathValue("id"), given(names.Label), given(names.Holder)); err != nil {
		return err
	}
	device, err := d.find(r)
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, viewOf(device))
}

// given returns what was sent; empty where nothing was, which keeps what is stored.
func given(name *string) string {
	if name == nil {
		return ""
	}
	return *name
}

// leave answers the same when it is repeated.
func (d devices) leave(w http.ResponseWriter, r *http.Request) error {
	device, err := d.find(r)
	if err != nil {
		return err
	}
	if device.Status != account.Revoked {
		if err := d.lasting.LeaveDevice(r.Context(), installationOf(r).ID, device.ID); err != nil {
			return err
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (d devices) find(r *http.Request) (account.Device, error) {
	list, err := d.lasting.DevicesOfInstallation(r.Context(), installationOf(r).ID)
	if err != nil {
		return account.Device{}, err
	}
	i := slices.IndexFunc(list, func(device account.Device) bool { return device.ID == r.PathValue("id") })
	if i < 0 {
		return account.Device{}, account.ErrUnknownDevice
	}
	return list[i], nil
}
