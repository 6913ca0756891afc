package methods

import (
	"context"
	"net/http"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/confirming"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/qr"
	"github.com/jawort/jawort/store/factors"
)

// activating proves methods.
type activating interface {
	StartActivation(ctx context.Context, s factors.Start) (factors.Started, error)
	FinishActivation(ctx context.Context, f factors.Finish) (approval.Outcome, error)
}

// destination is the number or address that a person may give.
type destination struct {
	Phone string `json:"phone"`
	Email string `json:"email"`
}

// typed returns what was given in the form in which it is kept; empty: the account's own counts. The group says whether
// one may be given: only where a first method needs no more than the login. The region is where a number without country code belongs.
func (d destination) typed(m approval.Method, group account.Group, region string) (string, error) {
	switch {
	case d.Phone != "" && m != approval.MethodSMS:
		return "", refusal.Field("phone", "is for the method sms only")
	case d.Email != "" && m != approval.MethodEmail:
		return "", refusal.Field("email", "is for the method email only")
	case d.Phone == "" && d.Email == "":
		return "", nil
	case group.Policy.WithDefaults().FirstBinding != account.BindingNone:
		return "", errOnRecord
	case d.Phone != "":
		return factor.ParseMobile("phone", d.Phone, region)
	default:
		return factor.ParseAddress("email", d.Email)
	}
}

// errOnRecord refuses a number or address that the person gives.
var errOnRecord = refusal.New(refusal.Forbidden, "on-record-only",
	"Codes of this account go to the number and the address on record only. Leave phone and email out, or have the record corrected.")

// started is what the person needs to prove the method.
type started struct {
	Method    approval.Method           `json:"method"`
	Key       string                    `json:"key,omitempty"` // totp: to be typed
	URL       string                    `json:"url,omitempty"` // totp: otpauth://
	QR        string                    `json:"qr,omitempty"`  // totp: the URL as an image
	Address   string                    `json:"address,omitempty"`
	Options   *approval.CreationOptions `json:"options,omitempty"` // passkey: for navigator.credentials.create
	ExpiresAt time.Time                 `json:"expires_at"`
}

// begin starts an activation of the audience's account.
func begin(r *http.Request, store activating, to account.Audience, a factors.Activation, typed string) (started, error) {
	application := guard.CallerOf(r.Context()).Application
	done, err := store.StartActivation(r.Context(), factors.Start{
		Activation: a, Typed: typed,
		Letter: confirming.Letter(to, application, a.Method, confirming.Words{
			Occasion: courier.ActivationCode, Host: confirming.Host(r, application),
		}),
	})
	if err != nil {
		return started{}, err
	}
	answer := started{Method: a.Method, Address: done.Address, ExpiresAt: done.ExpiresAt.UTC()}
	if a.Method != approval.MethodTOTP {
		return answer, nil
	}
	answer.Key = done.Key.Text()
	if answer.URL, err = done.Key.URL(application.TenantName, to.Account.Label); err != nil {
		return started{}, err
	}
	answer.QR, err = qr.DataURI(answer.URL)
	return answer, err
}

func (s Methods) start(w http.ResponseWriter, r *http.Request) error {
	body, err := edge.Decode[destination](r)
	if err != nil {
		return err
	}
	m, err := methodOf(r, approval.MethodTOTP, approval.MethodSMS, approval.MethodEmail)
	if err != nil {
		return err
	}
	owner, err := s.of(r)
	if err != nil {
		return err
	}
	application := guard.CallerOf(r.Context()).Application
	if err := activatable(application, owner, m, s.NoSender, s.Now()); err != nil {
		return err
	}
	typed, err := body.typed(m, owner.Group, application.TenantPolicy.Region)
	if err != nil {
		return err
	}
	answer, err := begin(r, s.Store, owner, activation(application, owner.Account, m), typed)
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusCreated, answer)
}

func activation(application account.Application, owner account.Account, m approval.Method) factors.Activation {
	return factors.Activation{Tenant: application.Tenant, Application: application.ID, Account: owner.ID, Method: m}
}

type codeBody struct {
	Code string `json:"code"`
}

// confirm takes the code that proves the method, and answers with all that the account has then.
func (s Methods) confirm(w http.ResponseWriter, r *http.Request) error {
	body, err := edge.Decode[codeBody](r)
	if err != nil {
		return err
	}
	m, err := methodOf(r, approval.MethodTOTP, approval.MethodSMS, approval.MethodEmail)
	if err != nil {
		return err
	}
	owner, err := s.of(r)
	if err != nil {
		return err
	}
	application := guard.CallerOf(r.Context()).Application
	_, err = s.Store.FinishActivation(r.Context(), factors.Finish{
		Activation: activation(application, owner.Account, m), Code: body.Code, Skew: application.Policy.Skew(), Actor: guard.ActorOf(r.Context()),
	})
	if err != nil {
		return err
	}
	if owner, err = s.of(r); err != nil { // a number or address that the person gave is on record now
		return err
	}
	return s.answer(w, r, owner.Account)
}
