// Package audit keeps the audit log in SQL. It makes entries of what the outbox holds, in the order in which it comes upon
// them, and owns who may do so; it reads the log, exports it, and erases the personal data beside it. What an entry is
// and when a chain holds, package audit of the domain knows.
//
// # The sequencer
//
// One at a time appends, for all tenants: who holds the lease. Appending is one transaction that begins by updating the
// lease's row where the token is still the caller's. So sequencers wait for each other there, and one that slept through
// its lease finds another token and appends nothing. The same transaction marks the events as sequenced: after a crash at any
// moment either both are there or neither, so that no event is lost and none comes twice.
//
// # Locks
//
// Lease, then outbox rows, then chains. Erasing takes the lease's row too, because an event that is being
// appended at that moment would leave its personal data behind.
package audit

import (
	"context"
	"io"
	"time"

	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/store/db"
)

// Store is the audit log of a database. It is safe for concurrent use.
type Store struct {
	*db.DB
	random io.Reader // ids of entries and keys of commitments
}

// New returns the audit log in d.
func New(d *db.DB, random io.Reader) *Store { return &Store{DB: d, random: random} }

// Chain returns where the tenant's chain ends; before its first entry where there is none.
func (s *Store) Chain(ctx context.Context, tenant string) (domain.Chain, error) {
	chains, err := readChains(ctx, s.Reads(), []any{tenant})
	if err != nil {
		return domain.Chain{}, err
	}
	if c, ok := chains[tenant]; ok {
		return c, nil
	}
	return domain.NewChain(tenant), nil
}

// Tenants lists whose chains there are. The empty one is the installation's own.
func (s *Store) Tenants(ctx context.Context) ([]string, error) {
	return db.All(ctx, s.Reads(), db.ScanString, `SELECT tenant FROM audit_chains ORDER BY tenant`)
}

func readChains(ctx context.Context, q db.Querier, tenants []any) (map[string]domain.Chain, error) {
	rows, err := db.All(ctx, q, scanChain,
		`SELECT tenant, sequence, hash FROM audit_chains WHERE tenant IN (`+db.Placeholders(1, len(tenants))+`)`, tenants...)
	chains := make(map[string]domain.Chain, len(rows))
	for _, c := range rows {
		chains[c.Tenant] = c
	}
	return chains, err
}

func scanChain(r db.Row) (c domain.Chain, err error) {
	return c, r.Scan(&c.Tenant, &c.Sequence, (*digest)(&c.Hash))
}

// Unsigned returns the chains with entries that no head covers, where the last head is older than every.
func (s *Store) Unsigned(ctx context.Context, every time.Duration) ([]domain.Chain, error) {
	return db.All(ctx, s.Reads(), scanChain, `
		SELECT tenant, sequence, hash FROM audit_chains
		WHERE sequence > signed_sequence AND signed_at <= jawort_now() - $1 ORDER BY tenant`, every.Microseconds())
}
