// Package methods shows and changes by what an account confirms beside its phones: passkeys, authenticator app, SMS, e-mail,
// recovery codes and bypass codes. A login service does it for somebody who is signed in; the page of an approval that carries
// `activate` does it for a first login, which goes on with it.
//
// It owns who may ask for what and what policy allows; what proves a method is decided in package store/factors.
package methods

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/confirming"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

// Store keeps methods.
type Store interface {
	activating
	registering
	Passkeys(ctx context.Context, account string) ([]factors.PasskeyState, error)
	RemovePasskey(ctx context.Context, account, passkey string, ways factors.Ways, by outbox.Actor) error
	Methods(ctx context.Context, account string) ([]factors.State, error)
	Remove(ctx context.Context, account string, m approval.Method, ways factors.Ways, by outbox.Actor) error
	NewRecoveryCodes(ctx context.Context, account string, ways factors.Ways, by outbox.Actor) ([]string, error)
	AddBypass(ctx context.Context, account string, b factor.Bypass, by outbox.Actor) (factors.Bypass, error)
}

// Methods are the calls of login services.
type Methods struct {
	Guards guard.Guards
	Store  Store
	People confirming.People
	// NoSender are the methods whose codes this installation cannot send.
	NoSender []approval.Method
	Now      func() time.Time
}

// Mount adds the routes.
func (s Methods) Mount(m *edge.Mux) {
	enrol := s.Guards.Key(account.ScopeEnrol)
	m.Handle("GET /v1/accounts/{external_id}/methods", enrol, s.list)
	m.Handle("POST /v1/accounts/{external_id}/methods/{method}", enrol, s.start)
	m.Handle("POST /v1/accounts/{external_id}/methods/{method}/confirm", enrol, s.confirm)
	m.Handle("DELETE /v1/accounts/{external_id}/methods/{method}", enrol, s.remove)
	m.Handle("POST /v1/accounts/{external_id}/methods/passkey", enrol, s.startPasskey)
	m.Handle("POST /v1/accounts/{external_id}/methods/passkey/confirm", enrol, s.confirmPasskey)
	m.Handle("DELETE /v1/accounts/{external_id}/methods/passkey/{id}", enrol, s.removePasskey)
	m.Handle("POST /v1/accounts/{external_id}/recovery-codes", enrol, s.renewRecoveryCodes)
	m.Handle("POST /v1/accounts/{external_id}/bypass-codes", s.Guards.Key(account.ScopeAdmin), s.addBypass)
}

// errUnknownMethod answers for a path that names none.
var errUnknownMethod = refusal.New(refusal.NotFound, "unknown-method",
	"There is no such method. Methods are passkey, totp, sms, email, recovery and bypass.")

// of returns the account that the path names.
func (s Methods) of(r *http.Request) (account.Audience, error) {
	return s.People.Audience(r.Context(), guard.TenantOf(r.Context()), r.PathValue("external_id"), lasting.Approach{})
}

// methodOf returns the method that the path names, where it is one of known.
func methodOf(r *http.Request, known ...approval.Method) (approval.Method, error) {
	m := approval.Method(r.PathValue("method"))
	if !slices.Contains(known, m) {
		return "", errUnknownMethod
	}
	return m, nil
}

// methodView is one method of an account.
type methodView struct {
	Method      approval.Method `json:"method"`
	ActiveSince time.Time       `json:"active_since"`
	UsedAt      time.Time       `json:"used_at,omitzero"`
	Address     string          `json:"address,omitempty"` // masked
	PausedUntil time.Time       `json:"paused_until,omitzero"`
	DisabledAt  time.Time       `json:"disabled_at,omitzero"`
	Left        *int            `json:"left,omitempty"`
	Passkeys    []passkeyView   `json:"passkeys,omitempty"`
}

type methodsView struct {
	Methods      []methodView `json:"methods"`
	RecoveryLeft *int         `json:"recovery_left,omitempty"` // a warning
}

func (s Methods) list(w http.ResponseWriter, r *http.Request) error {
	owner, err := s.of(r)
	if err != nil {
		return err
	}
	return s.answer(w, r, owner.Account)
}

func (s Methods) answer(w http.ResponseWriter, r *http.Request, owner account.Account) error {
	states, err := s.Store.Methods(r.Context(), owner.ID)
	if err != nil {
		return err
	}
	passkeys, err := s.Store.Passkeys(r.Context(), owner.ID)
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, shown(states, passkeys, owner))
}

func shown(states []factors.State, passkeys []factors.PasskeyState, owner account.Account) methodsView {
	v := methodsView{Methods: []methodView{}}
	for _, s := range states {
		one := methodView{
			Method: s.Method, ActiveSince: s.ActiveSince, UsedAt: s.UsedAt, PausedUntil: s.PausedUntil, DisabledAt: s.DisabledAt,
			Address: masked(s.Method, owner),
		}
		if s.Method == approval.MethodRecovery || s.Method == approval.MethodBypass {
			one.Left = &s.Left
		}
		if s.Method == approval.MethodPasskey {
			one.Passkeys = shownPasskeys(passkeys)
		}
		if s.Method == approval.MethodRecovery && s.Left <= factor.WarnRecovery {
			v.RecoveryLeft = &s.Left
		}
		v.Methods = append(v.Methods, one)
	}
	return v
}

func masked(m approval.Method, owner account.Account) string {
	switch {
	case m == approval.MethodSMS && owner.Phone != "":
		return factor.MaskPhone(owner.Phone)
	case m == approval.MethodEmail && owner.Email != "":
		return factor.MaskAddress(owner.Email)
	default:
		return ""
	}
}

func (s Methods) remove(w http.ResponseWriter, r *http.Request) error {
	m, err := methodOf(r, approval.MethodPasskey, approval.MethodTOTP, approval.MethodSMS, approval.MethodEmail, approval.MethodRecovery, approval.MethodBypass)
	if err != nil {
		return err
	}
	owner, err := s.of(r)
	if err != nil {
		return err
	}
	if err := s.Store.Remove(r.Context(), owner.Account.ID, m, ways(r, owner), guard.ActorOf(r.Context())); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
