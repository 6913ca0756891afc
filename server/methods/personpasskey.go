package methods

import (
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/server/confirming"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/store/factors"
)

// PasskeyOf returns a passkey of the account; factor.ErrUnknownPasskey.
func (s Methods) PasskeyOf(r *http.Request, externalID, passkey string) (factors.PasskeyState, error) {
	owner, err := s.ofPerson(r, externalID)
	if err != nil {
		return factors.PasskeyState{}, err
	}
	all, err := s.Store.Passkeys(r.Context(), owner.Account.ID)
	for _, one := range all {
		if err == nil && one.ID == passkey {
			return one, nil
		}
	}
	if err == nil {
		err = factor.ErrUnknownPasskey
	}
	return factors.PasskeyState{}, err
}

// beginPasskey gives what a page of the portal makes a passkey with.
func (s Methods) beginPasskey(r *http.Request, owner account.Audience, wanted factors.Activation) (Started, error) {
	party, err := confirming.PortalParty(guard.CallerOf(r.Context()).Application, s.Guards.Origin)
	if err != nil {
		return Started{}, err
	}
	return registerFor(r.Context(), s.Store, party, owner.Account, wanted)
}

// KeepPasskey keeps the one that a page of the portal has made, under a name; empty: that of the browser.
func (s Methods) KeepPasskey(r *http.Request, externalID, name string, credential []byte) error {
	owner, err := s.ofPerson(r, externalID)
	if err != nil {
		return err
	}
	application := guard.CallerOf(r.Context()).Application
	f := factors.PasskeyFinish{Activation: activation(application, owner.Account, approval.MethodPasskey), Label: name, Actor: guard.ActorOf(r.Context())}
	if f.Party, err = confirming.PortalParty(application, s.Guards.Origin); err != nil {
		return err
	}
	if f.Registration, err = approval.ParseRegistration(credential); err != nil {
		return errCredential.Because(err)
	}
	if name == "" {
		f.Label = confirming.BrowserLabel(judge.Recognise(r.UserAgent()))
	} else if err := account.ValidateName("label", name); err != nil {
		return err
	}
	_, err = s.Store.FinishPasskey(r.Context(), f)
	return err
}

// RemovePasskey takes one away, and with the last one the method.
func (s Methods) RemovePasskey(r *http.Request, externalID, passkey string) error {
	owner, err := s.ofPerson(r, externalID)
	if err != nil {
		return err
	}
	return s.Store.RemovePasskey(r.Context(), owner.Account.ID, passkey, ways(r, owner), guard.ActorOf(r.Context()))
}
