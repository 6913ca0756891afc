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
	each, err := inEveryTenant(ctx, s, endForgeable)
	var all Forgeable
	for _, ended := range each {
		all.Enrolments += ended.Enrolments
	}
	return all, err
}

func endForgeable(ctx context.Context, tx *sql.Tx, tenant string) (ended Forgeable, err error) {
	if ended.Enrolments, err = abandonEnrolments(ctx, tx, tenant); err != nil {
		return ended, err
	}
	if err := endTrust(ctx, tx, tenant); err != nil {
		return ended, err
	}
	return ended, outbox.Put(ctx, tx, outbox.Event{Kind: TenantKeyLeaked, Tenant: tenant, Subject: tenant, Actor: byCommand, Data: ended})
}
