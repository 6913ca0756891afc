// Package judge finds out whether somebody is asked, and how: it reads what decides that in one query, and has the
// policy judge it. Nothing is asked and nothing is written here, so that a verdict can be explained too.
//
// It owns what a browser looks like and how a trust token is recognised; the rules are package account's.
package judge

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/lasting"
)

// Audiences are who is to be asked, with all that decides whether they are.
type Audiences interface {
	Audience(ctx context.Context, tenant, externalID string, by lasting.Approach) (account.Audience, error)
}

// Countries says in which country an address lies, as ISO 3166-1 alpha-2; empty where it is not known.
type Countries interface {
	Of(addr netip.Addr) string
}

// Judge judges requests.
type Judge struct {
	Audiences Audiences
	Countries Countries         // nil: unknown
	NoSender  []approval.Method // whose codes this installation cannot send
	Now       func() time.Time
}

// Request is who wants to get in, and what for.
type Request struct {
	Account  string
	Kind     approval.Kind
	Details  []approval.Detail
	Browser  Browser
	Remember bool
}

// Case is a request with what was found about it.
type Case struct {
	Audience  account.Audience
	Situation account.Situation
	Verdict   account.Verdict
	Browser   approval.Browser // as it is shown
	Network   string
	Session   string
}

// Judge reads and judges. account.ErrUnknownAccount where the tenant has no such account.
func (j Judge) Judge(ctx context.Context, application account.Application, r Request) (Case, error) {
	network := ""
	var err error
	if r.Browser.IP != "" { // an explanation may be about any browser
		if network, err = account.NetworkOf(r.Browser.IP); err != nil {
			return Case{}, err
		}
	}
	c := Case{Browser: r.Browser.Shown(j.Countries), Network: network, Session: r.Browser.SessionHash()}
	c.Audience, err = j.Audiences.Audience(ctx, application.Tenant, r.Account, lasting.Approach{
		Application: application.ID, TrustHash: HashToken(r.Browser.TrustToken), Session: c.Session, Network: network,
	})
	if err != nil {
		return Case{}, err
	}
	if c.Situation, err = j.situation(application, c, r); err != nil {
		return Case{}, err
	}
	c.Verdict = account.Evaluate(c.Situation)
	return c, nil
}

func (j Judge) situation(application account.Application, c Case, r Request) (account.Situation, error) {
	s := account.Situation{
		Application: application, Group: c.Audience.Group, Account: c.Audience.Account, Kind: r.Kind, Now: j.Now(),
		Browser: account.Browser{Family: c.Browser.Name, Country: c.Browser.Country},
		Devices: c.Audience.Devices, Locked: c.Audience.Locked, Active: c.Audience.Methods, Pauses: c.Audience.Pauses, NoSender: j.NoSender,
		Passkeys: c.Audience.Passkeys,
		Remember: r.Remember, NamesSums: namesSums(r.Details),
	}
	if b := c.Audience.Browser; b != nil && b.Active {
		s.Trust = &b.Trust
	}
	if len(s.Group.Policy.EnforcedFrom) == 0 { // reading a time zone costs more than all the rest
		return s, nil
	}
	zone, err := application.TenantPolicy.Zone()
	if err != nil {
		return s, fmt.Errorf("judge: time zone of %s: %w", application.Tenant, err)
	}
	s.Zone = zone
	return s, nil
}

// Distrust judges again as if the browser had brought nothing: what it brought has ended in between.
func (c Case) Distrust() Case {
	c.Situation.Trust = nil
	c.Verdict = account.Evaluate(c.Situation)
	return c
}

func namesSums(details []approval.Detail) bool {
	has := func(role string) bool {
		return slices.ContainsFunc(details, func(d approval.Detail) bool { return d.Role == role })
	}
	return has(approval.RoleAmount) && has(approval.RolePayee)
}

// Context is what is kept of the case with the approval.
func (c Case) Context(lineage string) (approval.Context, error) {
	v, s := c.Verdict, c.Situation
	reason, err := json.Marshal(v.Reason)
	if err != nil {
		return approval.Context{}, fmt.Errorf("judge: encode reason: %w", err)
	}
	kept := approval.Context{
		Preset: string(s.Application.Policy.WithDefaults().Preset), Digits: s.Application.Digits(),
		Group: s.Group.ID, Interval: s.Account.Interval, HasMethod: s.HasMethod(), Methods: v.Methods,
		Remember: s.Remember, Offline: string(v.Offline), Network: c.Network, Session: c.Session, DenyAny: s.Group.Policy.WithDefaults().Deny == account.DenyAny,
		Activate: c.Activate(), Family: c.Browser.Name, System: c.Browser.OS, Country: c.Browser.Country, Lineage: lineage, Changed: v.Reason.Code.Suspicious(), Reason: reason,
	}
	if c.Audience.Browser != nil {
		kept.Lineage = c.Audience.Browser.Lineage
	}
	if v.Grant.For > 0 {
		kept.Trust = &approval.Trust{For: v.Grant.For, Set: v.Grant.Set, Remember: v.Grant.Remember}
	}
	return kept, nil
}

// Activate returns what somebody without a method may activate; nil: nothing.
func (c Case) Activate() *approval.Activate {
	a := c.Verdict.Activate
	if len(a.Methods) == 0 {
		return nil
	}
	return &approval.Activate{Methods: a.Methods, Required: a.Required, Recommended: a.Recommended}
}
