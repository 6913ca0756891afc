package db

import (
	"context"
	"database/sql"
	"time"
)

// TransactWithin is Transact for one piece of work that takes longer than MaxTransaction, such as an import; each of its
// statements is still bound by it, but not what is thought about between two of them. What it writes becomes visible long after its own time, so nothing that is sought by
// when it happened may be written by it: no outcome.
func (d *DB) TransactWithin(ctx context.Context, longest time.Duration, work func(ctx context.Context, tx *sql.Tx) error) error {
	return d.transact(ctx, longest, func(ctx context.Context, tx *sql.Tx) error {
		if d.rest != nil {
			if err := d.rest(ctx, tx, longest); err != nil {
				return err
			}
		}
		return work(ctx, tx)
	})
}
