package audit

import (
	"context"
	"database/sql"
	"errors"

	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/store/db"
)

// KeepHead keeps a signed head for ever. Repeating it changes nothing; the first one of an entry stays.
func (s *Store) KeepHead(ctx context.Context, h domain.Head, compact string) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := db.Exec(ctx, tx, `INSERT INTO audit_heads (tenant, sequence, jws) VALUES ($1, $2, $3) ON CONFLICT (tenant, sequence) DO NOTHING`,
			h.Tenant, h.Sequence, compact)
		if err != nil {
			return err
		}
		_, err = db.Exec(ctx, tx, `
			UPDATE audit_chains SET signed_sequence = $2, signed_at = $3 WHERE tenant = $1 AND signed_sequence < $2`,
			h.Tenant, h.Sequence, db.Micros(h.Time))
		return err
	})
}

// LastHead returns the newest signed head of the tenant; empty where there is none.
func (s *Store) LastHead(ctx context.Context, tenant string) (string, error) {
	jws, err := db.One(ctx, s.Reads(), db.ScanString, `SELECT jws FROM audit_heads WHERE tenant = $1 ORDER BY sequence DESC LIMIT 1`, tenant)
	return jws, db.Replace(err, nil)
}

// HashAt returns the hash of an entry, or db.ErrNotFound.
func (s *Store) HashAt(ctx context.Context, tenant string, sequence int64) (domain.Hash, error) {
	return db.One(ctx, s.Reads(), func(r db.Row) (h domain.Hash, err error) {
		return h, r.Scan((*digest)(&h))
	}, `SELECT hash FROM audit_entries WHERE tenant = $1 AND sequence = $2`, tenant, sequence)
}

// Contains reports whether the chain still holds the entry that a head states.
func (s *Store) Contains(ctx context.Context, h domain.Head) (bool, error) {
	hash, err := s.HashAt(ctx, h.Tenant, h.Sequence)
	if errors.Is(err, db.ErrNotFound) {
		return h.Sequence == 0, nil
	}
	return err == nil && hash == h.Hash, err
}

// headsBetween returns the signed heads of entries from first to last, by sequence.
func (s *Store) headsBetween(ctx context.Context, tenant string, first, last int64) (map[int64]string, error) {
	heads := map[int64]string{}
	_, err := db.All(ctx, s.Reads(), func(r db.Row) (sequence int64, err error) {
		var jws string
		err = r.Scan(&sequence, &jws)
		heads[sequence] = jws
		return sequence, err
	}, `SELECT sequence, jws FROM audit_heads WHERE tenant = $1 AND sequence >= $2 AND sequence <= $3`, tenant, first, last)
	return heads, err
}
