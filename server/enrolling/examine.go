package enrolling

import (
	"context"
	"errors"
	"slices"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/confirming"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/store/lasting"
)

// attempt is a phone that somebody wants to bind, as far as policy lets it go on.
type attempt struct {
	application account.Application
	owner       account.Audience
	by          account.Authority
	asked       *account.Audience // whose phones have to approve; nil: nobody's
	helper      *account.Account  // who will hold the login; nil: its person
	reason      string
	approval    string
	recovery    string
	replaces    account.Device // zero: none
	proof       account.Proof
	browser     *judge.Browser // where it is begun; nil: not said
}

// examine says what the enrolment needs, or why it cannot be. Whether the account has something to confirm with the store
// looks up again, and decides. A phone that could confirm no login here is not bound: it would only stand in the way.
func (e Enrolling) examine(ctx context.Context, application account.Application, owner account.Audience, b startBody) (attempt, error) {
	a := attempt{
		application: application, owner: owner, by: b.Authorize,
		reason: b.Reason, approval: b.Approval, recovery: b.Recovery, browser: b.Browser,
	}
	policy := owner.Group.Policy.WithDefaults()
	switch {
	case !account.Allows(application.Policy, policy, approval.MethodPush):
		return a, account.ErrPushNotAllowed.With("support", application.TenantPolicy.Support)
	case a.by == "" && !owner.HasOwn() && policy.FirstBinding != account.BindingOperator:
		a.by = account.ByFirstBinding
	case a.by == "", !owner.HasOwn() && policy.FirstBinding == account.BindingOperator && !mayBindFirst(a.by):
		return a, account.ErrAuthorityNeeded.With("authorize", authorities(owner)).With("support", application.TenantPolicy.Support)
	}
	var err error
	if a.asked, err = e.asked(ctx, a); err != nil {
		return a, err
	}
	if b.Replaces != "" {
		if a.replaces, err = e.device(ctx, owner.Account, b.Replaces); err != nil {
			return a, err
		}
	}
	if b.Helper != "" {
		if a.helper, err = e.helper(ctx, a, b.Helper); err != nil {
			return a, err
		}
	}
	a.proof, err = e.needs(a)
	return a, err
}

// mayBindFirst are the authorities behind which an operator stands.
func mayBindFirst(by account.Authority) bool {
	return by == account.ByOperator || by == account.ByRecovery
}

// authorities names what can authorise a phone of the account.
func authorities(owner account.Audience) []account.Authority {
	can := []account.Authority{}
	operatorOnly := !owner.HasOwn() && owner.Group.Policy.WithDefaults().FirstBinding == account.BindingOperator
	if owner.Devices > 0 {
		can = append(can, account.ByDevice)
	}
	if owner.Account.Manager != "" && !operatorOnly {
		can = append(can, account.ByManager)
	}
	if slices.ContainsFunc(owner.Methods, func(m approval.Method) bool { return slices.Contains(account.Authorising, m) }) {
		can = append(can, account.ByApproval)
	}
	return append(can, account.ByOperator, account.ByRecovery)
}

// asked returns the account whose phones have to approve; nil where nobody is asked.
func (e Enrolling) asked(ctx context.Context, a attempt) (*account.Audience, error) {
	asked := a.owner
	switch a.by {
	case account.ByDevice:
	case account.ByManager:
		if a.owner.Account.Manager == "" {
			return nil, account.ErrNoManager
		}
		var err error
		if asked, err = confirming.Audience(ctx, e.People, a.application.Tenant, a.owner.Account.Manager); err != nil {
			return nil, err
		}
	default:
		return nil, nil
	}
	if asked.Devices == 0 {
		return nil, account.ErrNoDevice
	}
	return &asked, nil
}

func (e Enrolling) device(ctx context.Context, owner account.Account, deviceID string) (account.Device, error) {
	devices, err := e.Store.Devices(ctx, owner.Tenant, owner.ExternalID)
	if err != nil {
		return account.Device{}, err
	}
	i := slices.IndexFunc(devices, func(d account.Device) bool { return d.ID == deviceID })
	if i < 0 {
		return account.Device{}, account.ErrUnknownDevice
	}
	return devices[i], nil
}

func (e Enrolling) helper(ctx context.Context, a attempt, login string) (*account.Account, error) {
	if a.owner.Group.Policy.WithDefaults().Sharing == account.SharingForbidden {
		return nil, account.ErrNoHelper
	}
	found, err := e.People.Audience(ctx, a.application.Tenant, login, lasting.Approach{})
	return &found.Account, err
}

// needs says what proves that the right person holds the phone: a code to the helper's own number; to the number on record where
// policy binds the first phone to that; to the account's own number or address where it must not be shared.
func (e Enrolling) needs(a attempt) (account.Proof, error) {
	policy, owner := a.owner.Group.Policy.WithDefaults(), a.owner.Account
	onRecord := policy.FirstBinding == account.BindingPhoneOnRecord && !a.owner.HasOwn()
	var proof account.Proof
	var err error
	switch {
	case a.helper != nil:
		proof, err = e.byNumber(*a.helper, account.ErrNumberRequired.WithDetail("The helper's own mobile number must be on record. Have it put on record, or ask support."))
	case onRecord:
		proof, err = e.byNumber(owner, account.ErrNumberRequired)
	case policy.Sharing == account.SharingForbidden:
		proof, err = e.byOwn(owner)
	}
	return proof, supported(err, a.application.TenantPolicy.Support)
}

// byOwn takes the number or the address of the account, whichever a code can be sent to now.
func (e Enrolling) byOwn(owner account.Account) (account.Proof, error) {
	if !takesSMS(owner) && owner.Email == "" {
		return account.Proof{}, account.ErrContactRequired
	}
	byNumber, err := e.byNumber(owner, account.ErrContactRequired)
	if err == nil || owner.Email == "" {
		return byNumber, err
	}
	byAddress, err2 := e.unheld(owner, approval.MethodEmail, factor.ErrAddressChanged)
	if errors.Is(err2, account.ErrNoSender) && errors.Is(err, factor.ErrNumberChanged) { // that passes by itself
		return byNumber, err
	}
	return byAddress, err2
}

// byNumber wants a mobile number on record that was not changed a short time ago. Nobody is told to have one put on record where it would not help.
func (e Enrolling) byNumber(of account.Account, missing *refusal.Error) (account.Proof, error) {
	if !takesSMS(of) && !slices.Contains(e.NoSender, approval.MethodSMS) {
		return account.Proof{}, missing
	}
	return e.unheld(of, approval.MethodSMS, factor.ErrNumberChanged)
}

// unheld proves by the method where it can be sent, and what its codes go to was not changed a short time ago.
func (e Enrolling) unheld(of account.Account, m approval.Method, changed *refusal.Error) (account.Proof, error) {
	if slices.Contains(e.NoSender, m) {
		return account.Proof{}, account.ErrNoSender
	}
	if until := of.HeldUntil(m, e.Now()); !until.IsZero() {
		return account.Proof{}, changed.With("until", until.UTC())
	}
	return account.Proof{Account: of.ID, Method: m}, nil
}

// supported names whom to ask in a refusal.
func supported(err error, contact account.Texts) error {
	var refused *refusal.Error
	if errors.As(err, &refused) {
		return refused.With("support", contact)
	}
	return err
}

func takesSMS(a account.Account) bool {
	_, err := factor.ParseMobile("phone", a.Phone, "")
	return err == nil
}
