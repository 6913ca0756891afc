package methods

import (
	"net/http"
	"slices"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/lasting"
)

// The account's own person changes their methods from the portal by the same rules as a login service does for them. What takes an operator there, takes one here too:
// nobody at the login service has looked at who asks.

// View are all methods of an account, and Started what proves a new one.
type (
	View    = methodsView
	Started = started
)

// typed are the methods that a code proves, which is typed; added are all that the portal adds and that may be a first one.
var (
	typed = []approval.Method{approval.MethodTOTP, approval.MethodSMS, approval.MethodEmail}
	added = append([]approval.Method{approval.MethodPasskey}, typed...)
)

// Activates reports whether the portal adds the method by a proof, so that it may be a first one too.
func Activates(m approval.Method) bool { return slices.Contains(added, m) }

func (s Methods) ofPerson(r *http.Request, externalID string) (account.Audience, error) {
	return s.People.Audience(r.Context(), guard.TenantOf(r.Context()), externalID, lasting.Approach{})
}

// Show returns the methods of an account, and which more policy lets it have. Whether a passkey can be made on the page that asks, its origin says.
func (s Methods) Show(r *http.Request, externalID string) (v View, more []approval.Method, err error) {
	owner, err := s.ofPerson(r, externalID)
	if err != nil {
		return v, nil, err
	}
	states, err := s.Store.Methods(r.Context(), owner.Account.ID)
	if err != nil {
		return v, nil, err
	}
	passkeys, err := s.Store.Passkeys(r.Context(), owner.Account.ID)
	for _, m := range added {
		has := slices.ContainsFunc(states, func(one factors.State) bool { return one.Method == m })
		if m == approval.MethodPasskey {
			has = len(passkeys) >= factor.MaxPasskeys
		}
		if !has && s.may(r, owner, m) == nil {
			more = append(more, m)
		}
	}
	if given(guard.CallerOf(r.Context()).Application, owner, approval.MethodRecovery) == nil && owner.HasOwn() {
		more = append(more, approval.MethodRecovery)
	}
	return shown(states, passkeys, owner.Account), more, err
}

// Offered refuses what the account may not get, before anybody is asked to confirm it.
func (s Methods) Offered(r *http.Request, owner account.Audience, m approval.Method) error {
	if m == approval.MethodRecovery {
		return given(guard.CallerOf(r.Context()).Application, owner, m)
	}
	return s.may(r, owner, m)
}

// may refuses a first method where policy wants an operator for it.
func (s Methods) may(r *http.Request, owner account.Audience, m approval.Method) error {
	application := guard.CallerOf(r.Context()).Application
	if !Activates(m) {
		return errUnknownMethod
	}
	if !owner.HasOwn() && owner.Group.Policy.WithDefaults().FirstBinding == account.BindingOperator {
		return account.ErrAuthorityNeeded.With("support", application.TenantPolicy.Support)
	}
	return activatable(application, owner, m, s.NoSender, s.Now())
}

// Unreachable reports whether codes by the method could go nowhere: there is no number, or no address, on record.
func Unreachable(a account.Account, m approval.Method) bool {
	return m == approval.MethodSMS && a.Phone == "" || m == approval.MethodEmail && a.Email == ""
}

// Reach returns a number or address that the person gives in the form in which it is kept, where they may give one. Mistakes are of the field "to".
func (s Methods) Reach(r *http.Request, externalID string, m approval.Method, to string) (string, error) {
	owner, err := s.ofPerson(r, externalID)
	if err != nil {
		return "", err
	}
	if err := s.may(r, owner, m); err != nil {
		return "", err
	}
	if owner.Group.Policy.WithDefaults().FirstBinding != account.BindingNone {
		return "", errOnRecord
	}
	if m == approval.MethodSMS {
		return factor.ParseMobile("to", to, guard.CallerOf(r.Context()).Application.TenantPolicy.Region)
	}
	return factor.ParseAddress("to", to)
}

// Begin starts the activation of a method. Codes go to the number and the address on record, or, where there is none, to what Reach has returned. A first one is
// begun without a confirmation, and must still be the first when it is finished.
func (s Methods) Begin(r *http.Request, externalID string, m approval.Method, to string, first bool) (Started, error) {
	owner, err := s.ofPerson(r, externalID)
	if err != nil {
		return Started{}, err
	}
	if err := s.may(r, owner, m); err != nil {
		return Started{}, err
	}
	wanted := activation(guard.CallerOf(r.Context()).Application, owner.Account, m)
	wanted.First = first
	if m == approval.MethodPasskey {
		return s.beginPasskey(r, owner, wanted)
	}
	if !Unreachable(owner.Account, m) {
		to = ""
	}
	return begin(r, s.Store, owner, wanted, to)
}

// Finish takes the code that proves it.
func (s Methods) Finish(r *http.Request, externalID string, m approval.Method, code string) error {
	owner, err := s.ofPerson(r, externalID)
	if err != nil {
		return err
	}
	if !slices.Contains(typed, m) {
		return errUnknownMethod
	}
	application := guard.CallerOf(r.Context()).Application
	_, err = s.Store.FinishActivation(r.Context(), factors.Finish{
		Activation: activation(application, owner.Account, m), Code: code, Skew: application.Policy.Skew(), Actor: guard.ActorOf(r.Context()),
	})
	return err
}

// Remove takes a method away.
func (s Methods) Remove(r *http.Request, externalID string, m approval.Method) error {
	owner, err := s.ofPerson(r, externalID)
	if err != nil {
		return err
	}
	return s.Store.Remove(r.Context(), owner.Account.ID, m, ways(r, owner), guard.ActorOf(r.Context()))
}

// Renew returns new recovery codes, this once. The earlier ones count no more.
func (s Methods) Renew(r *http.Request, externalID string) ([]string, error) {
	owner, err := s.ofPerson(r, externalID)
	if err != nil {
		return nil, err
	}
	if err := given(guard.CallerOf(r.Context()).Application, owner, approval.MethodRecovery); err != nil {
		return nil, err
	}
	return s.Store.NewRecoveryCodes(r.Context(), owner.Account.ID, ways(r, owner), guard.ActorOf(r.Context()))
}
