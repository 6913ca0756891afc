package audit

import (
	"context"

	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/store/db"
)

// Holds reports whether the log has exactly this entry.
func (s *Store) Holds(ctx context.Context, e domain.Entry) (bool, error) {
	return db.One(ctx, s.Reads(), db.ScanBool, `SELECT EXISTS (SELECT 1 FROM audit_entries WHERE tenant = $1 AND sequence = $2 AND hash = $3)`,
		e.Tenant, e.Sequence, e.Hash[:])
}
