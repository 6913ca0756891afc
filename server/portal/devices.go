package portal

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/pages"
)

// devicesBody is the list, and a hint where several people hold the login.
type devicesBody struct {
	pages.Pager
	Devices   []account.Device
	Shared    bool
	Forbidden bool   // though policy gives it to one person
	Contact   string // of the tenant, whom to ask for a login of one's own; empty: not known
}

func (p Portal) devices(w http.ResponseWriter, v *Visit) error {
	found, err := p.Store.Devices(v.Context(), v.Tenant(), v.ExternalID())
	if err != nil {
		return err
	}
	b := devicesBody{Shared: shared(found), Contact: v.Application.TenantPolicy.Support.In(v.Page.Lang)}
	if b.Shared {
		owner, err := p.audience(v)
		if err != nil {
			return err
		}
		b.Forbidden = owner.Group.Policy.WithDefaults().Sharing == account.SharingForbidden
	}
	if found, err = following(v, found); err != nil {
		return err
	}
	b.Devices, b.Pager = pages.Paged(v.URL, found, atOnce, func(d account.Device) string { return pages.CursorAt(d.CreatedAt, d.ID) })
	return p.write(w, v, "devices", b)
}

// following are the devices from where the page begins. They are read whole, since whether a login is shared, all of them tell.
func following(v *Visit, all []account.Device) ([]account.Device, error) {
	at, id, err := pages.ReadCursorAt(v.URL)
	return slices.DeleteFunc(all, func(d account.Device) bool {
		return cmp.Or(d.CreatedAt.Compare(at), strings.Compare(d.ID, id)) <= 0
	}), err
}

// shared reports whether devices are held by several people, as they call themselves.
func shared(devices []account.Device) bool {
	holders := map[string]bool{}
	for _, d := range devices {
		holders[strings.ToLower(strings.TrimSpace(d.Holder))] = true
	}
	return len(holders) > 1
}

// of returns the device in the path, where it is the account's.
func (p Portal) of(v *Visit) (account.Device, []account.Device, error) {
	found, err := p.Store.Devices(v.Context(), v.Tenant(), v.ExternalID())
	if err != nil {
		return account.Device{}, nil, err
	}
	i := slices.IndexFunc(found, func(d account.Device) bool { return d.ID == v.PathValue("id") })
	if i < 0 {
		return account.Device{}, nil, account.ErrUnknownDevice
	}
	return found[i], found, nil
}

func (p Portal) device(w http.ResponseWriter, v *Visit) error {
	d, _, err := p.of(v)
	if err != nil {
		return err
	}
	return p.write(w, v, "device", d)
}

func (p Portal) rename(w http.ResponseWriter, v *Visit) error {
	d, _, err := p.of(v)
	if err != nil {
		return err
	}
	d.Label, d.Holder = v.PostFormValue("label"), v.PostFormValue("holder")
	for _, field := range [][2]string{{"label", d.Label}, {"holder", d.Holder}} {
		if err := account.ValidateName(field[0], field[1]); err != nil {
			return p.wrong(w, v, err, "device", d)
		}
	}
	err = p.Store.RenameDeviceOf(v.Context(), v.Tenant(), v.ExternalID(), d.ID, d.Label, d.Holder, guard.ActorOf(v.Context()))
	if err != nil {
		return err
	}
	return p.onward(w, v, "/portal/devices?done=renamed")
}

// removingBody says what will happen.
type removingBody struct {
	account.Device
	Last bool // nothing is left to confirm with
}

func (p Portal) removing(w http.ResponseWriter, v *Visit) error {
	d, all, err := p.of(v)
	if err != nil {
		return err
	}
	owner, err := p.audience(v)
	if err != nil {
		return err
	}
	left := slices.ContainsFunc(owner.Methods, func(m approval.Method) bool { return m != approval.MethodBypass })
	others := slices.ContainsFunc(all, func(o account.Device) bool { return o.ID != d.ID && o.Status == account.Active })
	return p.write(w, v, "removing", removingBody{d, !left && !others})
}

// remove asks for a confirmation first: whoever finds a browser open must not be able to cut off the phones.
func (p Portal) remove(w http.ResponseWriter, v *Visit) error {
	d, _, err := p.of(v)
	if err != nil {
		return err
	}
	return p.plan(w, v, account.PortalStep{Kind: stepRemove, Subject: d.ID, About: d.Label})
}

func (p Portal) removed(w http.ResponseWriter, v *Visit, step account.PortalStep) error {
	err := p.Store.RevokeDevice(v.Context(), v.Tenant(), v.ExternalID(), step.Subject, guard.ActorOf(v.Context()))
	if err != nil {
		return err
	}
	return p.onward(w, v, "/portal/devices?done=removed")
}
