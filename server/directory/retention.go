package directory

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/lasting"
)

// The paces of retention. The lease is shorter than the pace, so that one server does it each time.
const (
	RetainEvery    = 10 * time.Minute
	retentionLease = 9 * time.Minute
	erasedAtOnce   = 500
	deletedAtOnce  = 20 // accounts, each of which has much
)

// RetentionStore erases what is old.
type RetentionStore interface {
	Retained
	LeaseRetention(ctx context.Context, lease time.Duration) (bool, error)
	Now(ctx context.Context) (time.Time, error)
	Tenants(ctx context.Context) ([]account.Tenant, error)
	EraseOutcomes(ctx context.Context, tenant string, before time.Time) (int, error)
	EraseDeleted(ctx context.Context, tenant string, before time.Time, limit int, also ...lasting.Ending) (int, error)
	FinishErasures(ctx context.Context) error
}

// Retention carries out what tenants say about how long something is kept, and finishes erasures that were broken off. It
// erases in small pieces, beside all else; what fails keeps nothing else from being erased.
type Retention struct {
	Store RetentionStore
	Also  Also
	Tick  func(time.Duration) (ticks <-chan time.Time, stop func())
	Log   *slog.Logger
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
	now, err := r.Store.Now(ctx)
	if err != nil {
		return err
	}
	failed := r.Store.FinishErasures(ctx)
	tenants, err := r.Store.Tenants(ctx)
	for _, t := range tenants {
		err = errors.Join(err, r.erase(ctx, t, now))
	}
	return errors.Join(failed, err)
}

// erase takes outcomes by the shorter of both times: what they hold is personal.
func (r Retention) erase(ctx context.Context, t account.Tenant, now time.Time) error {
	policy := t.Policy.Retention
	months := policy.Outcomes
	if months == 0 || (policy.PersonalData > 0 && policy.PersonalData < months) {
		months = policy.PersonalData
	}
	var failed error
	if months > 0 {
		failed = untilNone(func() (int, error) { return r.Store.EraseOutcomes(ctx, t.ID, now.AddDate(0, -months, 0)) })
	}
	if policy.PersonalData > 0 {
		failed = errors.Join(failed, r.erasePersonal(ctx, t.ID, now.AddDate(0, -policy.PersonalData, 0)))
	}
	return failed
}

func (r Retention) erasePersonal(ctx context.Context, tenant string, before time.Time) error {
	also := append(r.Also.methods(), r.Also.Erase...)
	failed := untilNone(func() (int, error) { return r.Store.EraseDeleted(ctx, tenant, before, deletedAtOnce, also...) })
	for _, old := range append([]Retained{r.Store}, r.Also.Retained...) {
		err := untilNone(func() (int, error) { return old.EraseBefore(ctx, tenant, before, erasedAtOnce) })
		failed = errors.Join(failed, err)
	}
	return failed
}

func untilNone(erase func() (int, error)) error {
	for {
		if n, err := erase(); err != nil || n == 0 {
			return err
		}
	}
}
