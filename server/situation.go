package server

import (
	"context"
	"slices"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/server/policy"
)

// groups are the classes of a tenant's accounts.
type groups interface {
	Groups(ctx context.Context, tenant string) ([]account.Group, error)
}

// situations reads what decides whether somebody is asked.
type situations struct {
	audiences audiences
	groups    groups
	now       func() time.Time
}

// Situation implements policy.Situations.
func (s situations) Situation(ctx context.Context, application account.Application, q policy.Question) (account.Situation, error) {
	b := browser{IP: q.Browser.IP, UserAgent: q.Browser.UserAgent}
	if q.Browser != (policy.Browser{}) {
		if err := b.validate(); err != nil {
			return account.Situation{}, err
		}
	}
	audience, err := s.audiences.Audience(ctx, application.Tenant, q.Account)
	if err != nil {
		return account.Situation{}, err
	}
	zone, err := application.TenantPolicy.Zone()
	if err != nil {
		return account.Situation{}, err
	}
	group, err := s.group(ctx, audience.Account)
	if err != nil {
		return account.Situation{}, err
	}
	return account.Situation{
		Zone: zone, Application: application, Group: group, Account: audience.Account, Kind: q.Kind, Now: s.now(),
		Browser: account.Browser{Family: b.shown().Name}, Devices: audience.Devices, Remember: q.Remember,
	}, nil
}

// group returns the account's group; none is the zero one.
func (s situations) group(ctx context.Context, a account.Account) (account.Group, error) {
	if a.Group == "" {
		return account.Group{}, nil
	}
	all, err := s.groups.Groups(ctx, a.Tenant)
	i := slices.IndexFunc(all, func(g account.Group) bool { return g.ID == a.Group })
	if err != nil || i < 0 {
		return account.Group{}, err
	}
	return all[i], nil
}
