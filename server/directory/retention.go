package directory

import (
	"context"
	"log/slog"
	"time"

	"github.com/jawort/jawort/account"
)

// The paces of retention. The lease is shorter than the pace, so that one server does it each time.
const (
	RetainEvery    = 10 * time.Minute
	retentionLease = 9 * time.Minute
	erasedAtOnce   = 500
)

// RetentionStore erases what is old.
type RetentionStore interface {
	LeaseRetention(ctx context.Context, lease time.Duration) (bool, error)
	Now(ctx context.Context) (time.Time, error)
	Tenants(ctx context.Context) ([]account.Tenant, error)
	EraseOutcomes(ctx context.Context, tenant string, before time.Time) (int, error)
	FinishErasures(ctx context.Context) error
}

// Retention carries out what tenants say about how long something is kept, and finishes erasures that were broken off. It
// erases in small pieces, beside all else.
type Retention struct {
	Store    RetentionStore
	Retained []Retained
	Tick     func(time.Duration) (ticks <-chan time.Time, stop func())
	Log      *slog.Logger
}

// Run works until ctx ends.
func (r Retention) Run(ctx context.Context) error {
	ticks, stop := r.Tick(RetainEvery)
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticks:
			if err := r.round(ctx); err != nil && ctx.Err() == nil {
				r.Log.WarnContext(ctx, "what is old could not be erased; trying again", "error", err)
			}
		}
	}
}

func (r Retention) round(ctx context.Context) error {
	ours, err := r.Store.LeaseRetention(ctx, retentionLease)
	if err != nil || !ours {
		return err
	}
	if err := r.Store.FinishErasures(ctx); err != nil {
		return err
	}
	now, err := r.Store.Now(ctx)
	if err != nil {
		return err
	}
	tenants, err := r.Store.Tenants(ctx)
	for _, t := range tenants {
		if err == nil {
			err = r.erase(ctx, t, now)
		}
	}
	return err
}

// erase takes outcomes by the shorter of both times: what they hold is personal.
func (r Retention) erase(ctx context.Context, t account.Tenant, now time.Time) error {
	policy := t.Policy.Retention
	months := policy.Outcomes
	if months == 0 || (policy.PersonalData > 0 && policy.PersonalData < months) {
		months = policy.PersonalData
	}
	if months > 0 {
		err := untilNone(func() (int, error) { return r.Store.EraseOutcomes(ctx, t.ID, now.AddDate(0, -months, 0)) })
		if err != nil {
			return err
		}
	}
	if policy.PersonalData == 0 {
		return nil
	}
	before := now.AddDate(0, -policy.PersonalData, 0)
	for _, other := range r.Retained {
		err := untilNone(func() (int, error) { return other.EraseBefore(ctx, t.ID, before, erasedAtOnce) })
		if err != nil {
			return err
		}
	}
	return nil
}

func untilNone(erase func() (int, error)) error {
	for {
		if n, err := erase(); err != nil || n == 0 {
			return err
		}
	}
}
