package webhooks

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
	"github.com/jawort/jawort/webhook"
)

// Settle implements webhook.Queue: the delivery, the attempt and what it says about the endpoint, in one transaction.
func (s *Store) Settle(ctx context.Context, j webhook.Job, r webhook.Result, v webhook.Verdict) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := end(ctx, tx, j, v); err != nil {
			return err
		}
		if err := note(ctx, tx, j, r); err != nil {
			return err
		}
		if r.OK() {
			_, err := db.Exec(ctx, tx, `UPDATE webhook_endpoints SET failing_since = 0 WHERE id = $1 AND failing_since > 0`, j.Endpoint)
			return err
		}
		return failed(ctx, tx, j.Endpoint, v)
	})
}

// end changes the delivery where the lease is still ours.
func end(ctx context.Context, tx *sql.Tx, j webhook.Job, v webhook.Verdict) error {
	return db.MustTouch(ctx, tx, webhook.ErrLost, `
		UPDATE webhook_deliveries SET state = $3, attempts = attempts + 1, next_at = jawort_now() + $4, leased_until = 0,
			ended_at = CASE WHEN $3 = 'pending' THEN 0 ELSE jawort_now() END
		WHERE id = $1 AND state = 'pending' AND leased_until = $2`, j.Delivery, j.Lease, string(v.State), v.Pause.Microseconds())
}

func note(ctx context.Context, tx *sql.Tx, j webhook.Job, r webhook.Result) error {
	_, err := db.Exec(ctx, tx, `
		INSERT INTO webhook_attempts (delivery, number, at, took, status, reason) VALUES ($1, $2, jawort_now() - $3, $3, $4, $5)`,
		j.Delivery, j.Attempt, r.Took.Microseconds(), r.Status, r.Reason)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `DELETE FROM webhook_attempts WHERE delivery = $1 AND number <= $2`, j.Delivery, j.Attempt-webhook.KeptAttempts)
	return err
}

// failed notes that an attempt at the endpoint failed, and disables it where it wants nothing more or nothing has
// reached it for too long.
func failed(ctx context.Context, tx *sql.Tx, endpoint string, v webhook.Verdict) error {
	if _, err := db.Exec(ctx, tx, `UPDATE webhook_endpoints SET failing_since = jawort_now() WHERE id = $1 AND failing_since = 0`, endpoint); err != nil {
		return err
	}
	reason, longest := webhook.Failing, webhook.FailingFor
	if v.Gone {
		reason, longest = webhook.Gone, 0
	}
	tenants, err := db.All(ctx, tx, db.ScanString, `
		UPDATE webhook_endpoints SET disabled = $2, disabled_at = jawort_now()
		WHERE id = $1 AND disabled = '' AND failing_since <= jawort_now() - $3 RETURNING tenant`, endpoint, reason, longest.Microseconds())
	if err != nil || len(tenants) == 0 {
		return err
	}
	return put(ctx, tx, webhook.Disabled, tenants[0], endpoint, outbox.Actor{Kind: outbox.BySystem}, map[string]string{"reason": reason})
}
