package lasting

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/store/outbox"
)

// TenantKeyLeaked is the kind of the event that a key of the installation was given up because it leaked, and what ended with that: data is
// a Forgeable.
const TenantKeyLeaked = "tenant.key_leaked"

// Forgeable counts what whoever has an authentication key could derive.
type Forgeable struct {
	Enrolments int64 `json:"enrolments"`
}

// EndForgeable ends in every tenant what can be derived with an authentication key and is looked up by its hash, so that it outlives the
// key: the trust in all browsers, whose tokens follow from approvals, and the links of enrolments.
func (s *Store) EndForgeable(ctx context.Context) (Forgeable, error) {
	var all Forgeable
	tenants, err := s.Tenants(ctx)
	if err != nil {
		return all, err
	}
	for _, t := range tenants {
		err := s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
			n, err := abandonEnrolments(ctx, tx, t.ID)
			if err != nil {
				return err
			}
			if err := endTrust(ctx, tx, t.ID); err != nil {
				return err
			}
			all.Enrolments += n
			return outbox.Put(ctx, tx, outbox.Event{Kind: TenantKeyLeaked, Tenant: t.ID, Subject: t.ID, Actor: byCommand, Data: Forgeable{n}})
		})
		if err != nil {
			return all, err
		}
	}
	return all, nil
}
