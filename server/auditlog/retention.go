package auditlog

import (
	"context"
	"time"

	"github.com/jawort/jawort/account"
)

// eraseAtOnce bounds the pieces that one statement erases.
const eraseAtOnce = 1000

type erasing interface {
	EraseBefore(ctx context.Context, tenant string, before time.Time, limit int) (int, error)
}

// retain erases the personal data that its tenant does not want to keep any longer. Two that do it at once do no harm.
func (s *Sequencer) retain(ctx context.Context) error {
	tenants, err := s.o.Tenants.Tenants(ctx)
	if err != nil {
		return err
	}
	now, err := s.o.Chains.Now(ctx)
	if err != nil {
		return err
	}
	for _, t := range tenants {
		if err := s.retainOf(ctx, t, now); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sequencer) retainOf(ctx context.Context, t account.Tenant, now time.Time) error {
	months := t.Policy.Retention.PersonalData
	if months == 0 {
		return nil
	}
	before := now.AddDate(0, -months, 0)
	for n := eraseAtOnce; n == eraseAtOnce; {
		var err error
		if n, err = s.o.Chains.EraseBefore(ctx, t.ID, before, eraseAtOnce); err != nil {
			return err
		}
	}
	return nil
}
