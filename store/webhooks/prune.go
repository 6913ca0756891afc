package webhooks

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/webhook"
)

const prunedAtOnce = 500

// Prune implements webhook.Queue: it removes deliveries whose retention is over, with their attempts.
func (s *Store) Prune(ctx context.Context) error {
	for {
		n, err := s.prune(ctx)
		if err != nil || n < prunedAtOnce {
			return err
		}
	}
}

func (s *Store) prune(ctx context.Context) (n int, err error) {
	old, err := db.All(ctx, s.db.Reads(), db.ScanString,
		`SELECT id FROM webhook_deliveries WHERE created_at < jawort_now() - $1 ORDER BY created_at, id LIMIT $2`,
		webhook.Retention.Microseconds(), prunedAtOnce)
	if err != nil || len(old) == 0 {
		return 0, err
	}
	ids, list := make([]any, len(old)), db.Placeholders(1, len(old))
	for i, id := range old {
		ids[i] = id
	}
	return len(old), s.db.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := db.Exec(ctx, tx, `DELETE FROM webhook_deliveries WHERE id IN (`+list+`)`, ids...); err != nil {
			return err
		}
		_, err := db.Exec(ctx, tx, `DELETE FROM webhook_attempts WHERE delivery IN (`+list+`)`, ids...)
		return err
	})
}
