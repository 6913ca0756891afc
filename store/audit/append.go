package audit

import (
	"context"
	"database/sql"
	"time"

	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/store/outbox"
)

// Append makes entries of up to limit events that have none yet, and returns how many; ErrFenced where the token
// has been replaced. After any other error too, whether the commit arrived or not, the next Append goes on where the last one
// that was committed ended.
func (s *Store) Append(ctx context.Context, t Token, lease time.Duration, limit int) (n int, err error) {
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := renew(ctx, tx, t, lease); err != nil {
			return err
		}
		events, err := outbox.Unsequenced(ctx, tx, limit)
		if err != nil || len(events) == 0 {
			return err
		}
		n = len(events)
		return s.sequence(ctx, tx, events)
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

func (s *Store) sequence(ctx context.Context, tx *sql.Tx, events []outbox.Event) error {
	ids := make([]int64, len(events))
	for i, e := range events {
		ids[i] = e.ID
	}
	if err := outbox.Sequenced(ctx, s.DB, tx, ids); err != nil {
		return err
	}
	facts, err := s.facts(ctx, tx, events)
	if err != nil {
		return err
	}
	b := batch{random: s.random}
	if b.before, err = readChains(ctx, tx, tenantsOf(events)); err != nil {
		return err
	}
	b.now = make(map[string]domain.Chain, len(b.before))
	for i, f := range facts {
		if err := b.add(events[i].Tenant, f); err != nil {
			return err
		}
	}
	return b.write(ctx, tx)
}

func tenantsOf(events []outbox.Event) []any {
	seen := map[string]bool{}
	var tenants []any
	for _, e := range events {
		if !seen[e.Tenant] {
			seen[e.Tenant] = true
			tenants = append(tenants, e.Tenant)
		}
	}
	return tenants
}
