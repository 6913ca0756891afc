package webhooks

import (
	"context"
	"database/sql"
	"time"

	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
	"github.com/jawort/jawort/webhook"
)

// live are the secrets that sign.
const live = ` FROM webhook_secrets WHERE endpoint = $1 AND (until = 0 OR until > jawort_now())`

// Rotate gives an endpoint a new secret, and returns until when the ones before sign too. Each of them keeps its own
// end, so that rotating twice ends none early. It returns webhook.ErrTooManySecrets.
func (s *Store) Rotate(ctx context.Context, tenant, id string, sealed []byte, by outbox.Actor) (until time.Time, err error) {
	err = s.db.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := lock(ctx, tx, tenant, id); err != nil {
			return err
		}
		until, err = replace(ctx, tx, id, sealed)
		if err != nil {
			return err
		}
		return put(ctx, tx, Rotated, tenant, id, by, nil)
	})
	return until, err
}

func replace(ctx context.Context, tx *sql.Tx, id string, sealed []byte) (until time.Time, err error) {
	if _, err := db.Exec(ctx, tx, `DELETE FROM webhook_secrets WHERE endpoint = $1 AND until > 0 AND until <= jawort_now()`, id); err != nil {
		return until, err
	}
	n, err := db.One(ctx, tx, db.ScanInt, `SELECT COUNT(*)`+live, id)
	if err != nil {
		return until, err
	}
	if n >= webhook.MaxSecrets {
		return until, webhook.ErrTooManySecrets
	}
	until, err = db.One(ctx, tx, func(r db.Row) (t time.Time, err error) { return t, r.Scan(db.Into(&t)) },
		`UPDATE webhook_secrets SET until = jawort_now() + $2 WHERE endpoint = $1 AND until = 0 RETURNING until`, id, webhook.Overlap.Microseconds())
	if err != nil {
		return until, err
	}
	number, err := db.One(ctx, tx, db.ScanInt, `UPDATE webhook_endpoints SET secrets = secrets + 1 WHERE id = $1 RETURNING secrets`, id)
	if err != nil {
		return until, err
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO webhook_secrets (endpoint, number, sealed) VALUES ($1, $2, $3)`, id, number, sealed)
	return until, err
}
