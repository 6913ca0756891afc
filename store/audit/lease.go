package audit

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jawort/jawort/store/db"
)

// ErrFenced says that another sequencer has taken over. Nothing was appended.
var ErrFenced = errors.New("audit: another sequencer has taken over")

// Token is the right to append until another sequencer has one.
type Token int64

// Lease takes the sequencer's lease where nobody has it. Its holder renews it with every Append.
func (s *Store) Lease(ctx context.Context, lease time.Duration) (t Token, ok bool, err error) {
	n, err := db.One(ctx, s.Writes(), db.ScanInt64, `
		UPDATE audit_sequencer SET token = token + 1, leased_until = jawort_now() + $1
		WHERE leased_until <= jawort_now() RETURNING token`, lease.Microseconds())
	if errors.Is(err, db.ErrNotFound) {
		return 0, false, nil
	}
	return Token(n), err == nil, err
}

// Renew holds the lease for longer, or is ErrFenced.
func (s *Store) Renew(ctx context.Context, t Token, lease time.Duration) error {
	return renew(ctx, s.Writes(), t, lease)
}

// Release gives the lease back, so that the next sequencer need not wait for its end.
func (s *Store) Release(ctx context.Context, t Token) error {
	_, err := db.Exec(ctx, s.Writes(), `UPDATE audit_sequencer SET leased_until = 0 WHERE token = $1`, int64(t))
	return err
}

func renew(ctx context.Context, q db.Querier, t Token, lease time.Duration) error {
	return db.MustTouch(ctx, q, ErrFenced, `UPDATE audit_sequencer SET leased_until = jawort_now() + $2 WHERE token = $1`,
		int64(t), lease.Microseconds())
}

// hold makes whoever appends wait until tx ends, or tx until it is done.
func hold(ctx context.Context, tx *sql.Tx) error {
	_, err := db.Exec(ctx, tx, `UPDATE audit_sequencer SET token = token`)
	return err
}
