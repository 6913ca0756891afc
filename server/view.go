package server

import (
	"context"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server/confirming"
	"github.com/jawort/jawort/server/ending"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/hub"
)

// state is what anybody who may follow an approval is told: all that a browser gets.
type state struct {
	Status    approval.Status    `json:"status"`
	Method    approval.Method    `json:"method,omitempty"`
	ExpiresAt time.Time          `json:"expires_at"`
	ClosesAt  *time.Time         `json:"closes_at,omitempty"` // while it is pending; later than expires_at where a code was sent
	Number    string             `json:"number,omitempty"`
	Methods   []approval.Method  `json:"methods,omitzero"`
	Activate  *approval.Activate `json:"activate,omitempty"`
	Delivery  *approval.Delivery `json:"delivery,omitempty"`
	Code      approval.Code      `json:"code,omitzero"`    // the newest that was sent, while it is pending
	Support   account.Texts      `json:"support,omitzero"` // while it is pending: whom to ask where nothing of all this is at hand
}

// view is what the login service is told.
type view struct {
	ID string `json:"id"`
	state
	Kind        approval.Kind        `json:"kind"`
	Step        string               `json:"step,omitempty"` // in the portal, which was to be confirmed; empty: it is what kind says
	Account     string               `json:"account"`
	CreatedAt   time.Time            `json:"created_at"`
	Decision    approval.Decision    `json:"decision,omitempty"`
	Device      *decider             `json:"device,omitempty"`
	Passkey     *usedPasskey         `json:"passkey,omitempty"`
	DecidedAt   *time.Time           `json:"decided_at,omitempty"`
	ACR         account.ACR          `json:"acr,omitempty"`
	AMR         []string             `json:"amr,omitzero"` // RFC 8176
	Offline     string               `json:"offline,omitempty"`
	TrustToken  string               `json:"trust_token,omitempty"`
	TrustUntil  *time.Time           `json:"trust_until,omitempty"`
	Recovery    *confirming.Recovery `json:"recovery,omitempty"`
	LateReports []lateReport         `json:"late_reports,omitempty"`
}

type decider struct {
	ID     string `json:"id"`
	Label  string `json:"label"`
	Holder string `json:"holder"`
}

type usedPasskey struct {
	ID    string `json:"id"`
	Label string `json:"label,omitempty"`
}

type lateReport struct {
	Device     string    `json:"device,omitempty"` // empty: the account's own person, in the portal
	Holder     string    `json:"holder"`
	ReportedAt time.Time `json:"reported_at"`
}

// narrow is what a browser is told.
func narrow(s ending.Standing, support account.Texts) (state, error) {
	if o := s.Outcome; o != nil {
		return state{Status: o.Status, Method: o.Method, ExpiresAt: o.ExpiresAt.UTC()}, nil
	}
	p := s.Pending
	c, err := approval.ParseContext(p.Context)
	closes := p.ClosesAt.UTC()
	return state{
		Status: approval.StatusPending, ExpiresAt: p.ExpiresAt.UTC(), ClosesAt: &closes, Number: p.Number,
		Methods: append([]approval.Method{}, c.Methods...), Activate: c.Activate, Delivery: &p.Delivery, Support: support,
	}, err
}

func (a approvals) view(ctx context.Context, s ending.Standing) (view, error) {
	told, err := narrow(s, guard.CallerOf(ctx).Application.TenantPolicy.Support)
	if err != nil {
		return view{}, err
	}
	if told.Code, err = a.codes.of(ctx, s); err != nil {
		return view{}, err
	}
	if p := s.Pending; p != nil {
		c, err := approval.ParseContext(p.Context)
		if err != nil {
			return view{}, err
		}
		name, err := a.evidence.ExternalID(ctx, p.Account)
		return view{ID: p.ID, state: told, Kind: p.Kind, Step: c.Step, Account: name, CreatedAt: p.CreatedAt.UTC()}, err
	}
	o := s.Outcome
	c, err := approval.ParseContext(o.Context)
	if err != nil {
		return view{}, err
	}
	name, reports, err := a.evidence.Aftermath(ctx, *o)
	if err != nil {
		return view{}, err
	}
	v := ended(*o)
	v.Account, v.Step = name, c.Step
	for _, r := range reports {
		v.LateReports = append(v.LateReports, lateReport{Device: r.Device, Holder: r.Holder, ReportedAt: r.ReportedAt.UTC()})
	}
	return v, a.assure(ctx, *o, &v)
}

// ended is what the outcome itself says.
func ended(o approval.Outcome) view {
	decided := o.DecidedAt.UTC()
	v := view{
		ID: o.Approval, state: state{Status: o.Status, Method: o.Method, ExpiresAt: o.ExpiresAt.UTC()},
		Kind: o.Kind, CreatedAt: o.CreatedAt.UTC(), DecidedAt: &decided,
	}
	if o.Decision.Status() == o.Status { // not where the last device was blocked while it tried to approve
		v.Decision = o.Decision
	}
	switch {
	case o.Method == approval.MethodPasskey:
		v.Passkey = &usedPasskey{o.Device, o.Label}
	case o.Device != "":
		v.Device = &decider{ID: o.Device, Label: o.Label, Holder: o.Holder}
	}
	return v
}

// viewer returns how the hub reads one approval.
func viewer(ender *ending.Ender) func(context.Context, string) (hub.View, error) {
	return func(ctx context.Context, id string) (hub.View, error) {
		s, err := ender.Standing(ctx, id)
		if err != nil {
			return hub.View{}, err
		}
		return watched(s, account.Texts{}) // a page that waits was told whom to ask when it came
	}
}

// watched is what a waiting page sees.
func watched(s ending.Standing, support account.Texts) (hub.View, error) {
	told, err := narrow(s, support)
	v := hub.View{Status: told.Status, Method: told.Method}
	if p := s.Pending; p != nil {
		v.Number, v.Methods, v.Activate, v.Delivery = told.Number, told.Methods, told.Activate, p.Delivery
		v.ExpiresAt, v.ClosesAt, v.Support = told.ExpiresAt, p.ClosesAt.UTC(), told.Support
	}
	return v, err
}
