package support

import (
	"net/http"
	"slices"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/store/lasting"
)

// by is the operator, as events say who had it done.
func by(v *console.Visit) lasting.By { return lasting.By{Actor: v.Actor()} }

// deviceBody says what will happen to a phone.
type deviceBody struct {
	account.Device
	Base, Reason string
	Last         bool // the account has no other phone
}

func (s Support) device(v *console.Visit, e lasting.Entry) (deviceBody, error) {
	found, err := s.Store.Devices(v.Context(), v.Tenant.ID, e.ExternalID)
	if err != nil {
		return deviceBody{}, err
	}
	i := slices.IndexFunc(found, func(d account.Device) bool { return d.ID == v.PathValue("device") })
	if i < 0 {
		return deviceBody{}, account.ErrUnknownDevice
	}
	return deviceBody{Device: found[i], Base: at(v, e.ID), Reason: v.PostFormValue("reason"), Last: len(found) == 1}, nil
}

func (s Support) revoking(w http.ResponseWriter, v *console.Visit) error {
	e, err := s.entry(v)
	if err != nil {
		return err
	}
	b, err := s.device(v, e)
	if err != nil {
		return err
	}
	return v.Write(w, "revoking", b)
}

func (s Support) revoke(w http.ResponseWriter, v *console.Visit) error {
	e, err := s.entry(v)
	if err != nil {
		return err
	}
	b, err := s.device(v, e)
	if err != nil {
		return err
	}
	if err := account.ValidateName("reason", b.Reason); err != nil {
		return v.Wrong(w, err, "revoking", b)
	}
	if err := s.Store.RevokeDeviceBecause(v.Context(), v.Tenant.ID, e.ExternalID, b.ID, b.Reason, v.Actor()); err != nil {
		return err
	}
	return v.Onward(w, b.Base+"?done=revoked")
}

// endBrowsers, lift and stopRecovery have no page that asks first: each is one button that says what it does. What lift undoes is a warning, so it wants a passkey.
func (s Support) endBrowsers(w http.ResponseWriter, v *console.Visit) error {
	return s.do(w, v, "browsers-ended", func(e lasting.Entry) error {
		return s.Store.EndTrustedBrowsers(v.Context(), v.Tenant.ID, e.ExternalID, v.Actor())
	})
}

func (s Support) lift(w http.ResponseWriter, v *console.Visit) error {
	return s.do(w, v, "lifted", func(e lasting.Entry) error {
		_, err := s.Store.LiftReports(v.Context(), v.Tenant.ID, e.ExternalID, v.Actor())
		return err
	})
}

// stopRecovery stops one of the account's, and no other.
func (s Support) stopRecovery(w http.ResponseWriter, v *console.Visit) error {
	return s.do(w, v, "recovery-stopped", func(e lasting.Entry) error {
		running, ok, err := s.Store.RunningRecovery(v.Context(), v.Tenant.ID, e.ID)
		if err == nil && (!ok || running.ID != v.PathValue("recovery")) {
			err = account.ErrUnknownRecovery
		}
		if err == nil {
			_, err = s.Store.StopRecovery(v.Context(), v.Tenant.ID, running.ID, v.Actor())
		}
		return err
	})
}

// do does something to the account in the path, and leads back to it.
func (s Support) do(w http.ResponseWriter, v *console.Visit, done string, act func(lasting.Entry) error) error {
	e, err := s.entry(v)
	if err != nil {
		return err
	}
	if err := act(e); err != nil {
		return err
	}
	return v.Onward(w, at(v, e.ID)+"?done="+done)
}
