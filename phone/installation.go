package phone

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Device is a registration of this phone, as the server sees it.
type Device struct {
	Server    string    `json:"-"`
	ID        string    `json:"id"`
	Status    string    `json:"status"`
	Account   Account   `json:"account"`
	Tenant    Party     `json:"tenant"`
	Label     string    `json:"label"`
	Holder    string    `json:"holder"`
	CreatedAt time.Time `json:"created_at"`
}

// Devices asks all servers what is registered there.
func (p *Phone) Devices(ctx context.Context) ([]Device, error) {
	var all []Device
	err := p.everywhere(func(server string) error {
		devices, err := p.devicesAt(ctx, server)
		all = append(all, devices...)
		return err
	})
	return all, err
}

func (p *Phone) devicesAt(ctx context.Context, server string) ([]Device, error) {
	var list struct {
		Devices []Device `json:"devices"`
	}
	err := p.Call(ctx, server, http.MethodGet, "/v1/devices", nil, &list)
	for i := range list.Devices {
		list.Devices[i].Server = server
	}
	return list.Devices, err
}

// Tidy forgets the keys of devices that their server no longer lists as registered. No other answer makes a phone forget anything.
func (p *Phone) Tidy(ctx context.Context) error {
	_, err := p.tidy(ctx)
	return err
}

// tidy also returns what the servers list.
func (p *Phone) tidy(ctx context.Context) ([]Device, error) {
	var all []Device
	err := p.everywhere(func(server string) error {
		listed, err := p.devicesAt(ctx, server)
		all = append(all, listed...)
		if err != nil {
			return err
		}
		for _, l := range p.Logins() {
			if l.Server == server && gone(l.Device, listed) {
				err = errors.Join(err, p.forget(l.Device))
			}
		}
		return err
	})
	return all, err
}

func gone(id string, listed []Device) bool {
	i := slices.IndexFunc(listed, func(d Device) bool { return d.ID == id })
	return i < 0 || listed[i].Status == "revoked" || listed[i].Status == "disabled"
}

func (p *Phone) forget(id string) error {
	return p.change(func(s *state) {
		for _, at := range s.Servers {
			at.Devices = slices.DeleteFunc(at.Devices, func(d device) bool { return d.ID == id })
		}
	})
}

// Leave ends a registration of this phone.
func (p *Phone) Leave(ctx context.Context, id string) error {
	server, err := p.serverOf(id)
	if err != nil {
		return err
	}
	if err := p.Call(ctx, server, http.MethodDelete, "/v1/devices/"+url.PathEscape(id), nil, nil); err != nil {
		return err
	}
	return p.forget(id)
}

// Rename changes how a device and its holder are called.
func (p *Phone) Rename(ctx context.Context, id, label, holder string) error {
	server, err := p.serverOf(id)
	if err != nil {
		return err
	}
	body := map[string]string{"label": label, "holder": holder}
	if err := p.Call(ctx, server, http.MethodPatch, "/v1/devices/"+url.PathEscape(id), body, nil); err != nil {
		return err
	}
	return p.change(func(s *state) {
		for _, at := range s.Servers {
			for i := range at.Devices {
				if d := &at.Devices[i]; d.ID == id {
					d.Label, d.Holder = label, holder
				}
			}
		}
	})
}

// SetPush tells all servers where this phone is woken from now on.
func (p *Phone) SetPush(ctx context.Context, a PushAddress) error {
	return p.everywhere(func(server string) error {
		return p.Call(ctx, server, http.MethodPut, "/v1/installation/push", a, nil)
	})
}

// Describe tells all servers what this phone says about itself.
func (p *Phone) Describe(ctx context.Context, i Installation) error {
	return p.everywhere(func(server string) error {
		return p.Call(ctx, server, http.MethodPatch, "/v1/installation", i, nil)
	})
}

func (p *Phone) everywhere(tell func(server string) error) error {
	var failed []error
	for _, s := range p.servers() {
		failed = append(failed, tell(s))
	}
	return errors.Join(failed...)
}
