package enrolling

import (
	"context"
	"slices"
	"time"

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
	a.proof, err = a.needs(e.Now())
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
func (a attempt) needs(now time.Time) (account.Proof, error) {
	policy, owner := a.owner.Group.Policy.WithDefaults(), a.owner.Account
	onRecord := policy.FirstBinding == account.BindingPhoneOnRecord && !a.owner.HasOwn()
	switch {
	case a.helper != nil:
		return a.byNumber(*a.helper, now, account.ErrNumberRequired.WithDetail("The helper's own mobile number must be on record. Have it put on record, or ask support."))
	case onRecord:
		return a.byNumber(owner, now, account.ErrNumberRequired)
	case policy.Sharing != account.SharingForbidden:
		return account.Proof{}, nil
	case owner.Phone == "" && owner.Email == "":
		return account.Proof{}, account.ErrContactRequired.With("support", a.application.TenantPolicy.Support)
	case takesSMS(owner) && owner.HeldUntil(approval.MethodSMS, now).IsZero():
		return account.Proof{Account: owner.ID, Method: approval.MethodSMS}, nil
	case owner.Email != "":
		return a.unheld(owner, approval.MethodEmail, now, factor.ErrAddressChanged)
	default:
		return a.byNumber(owner, now, account.ErrContactRequired)
	}
}

// byNumber wants a mobile number on record that was not changed a short time ago.
func (a attempt) byNumber(of account.Account, now time.Time, missing *refusal.Error) (account.Proof, error) {
	if !takesSMS(of) {
		return account.Proof{}, missing.With("support", a.application.TenantPolicy.Support)
	}
	return a.unheld(of, approval.MethodSMS, now, factor.ErrNumberChanged)
}

// unheld proves by the method where what its codes go to was not changed a short time ago.
func (a attempt) unheld(of account.Account, m approval.Method, now time.Time, changed *refusal.Error) (account.Proof, error) {
	if until := of.HeldUntil(m, now); !until.IsZero() {
		return account.Proof{}, changed.With("until", until.UTC()).With("support", a.application.TenantPolicy.Support)
	}
	return account.Proof{Account: of.ID, Method: m}, nil
}

func takesSMS(a account.Account) bool {
	_, err := factor.ParseMobile("phone", a.Phone, "")
	return err == nil
}
