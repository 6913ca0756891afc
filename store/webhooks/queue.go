package webhooks

import (
	"context"
	"errors"
	"time"

	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/webhook"
)

// due are the deliveries that anybody may take.
const due = `state = 'pending' AND next_at <= (SELECT jawort_now()) AND leased_until <= (SELECT jawort_now())`

// Due implements webhook.Queue.
func (s *Store) Due(ctx context.Context) ([]string, error) {
	return db.All(ctx, s.db.Reads(), db.ScanString, `
		SELECT e.id FROM webhook_endpoints e
		WHERE e.disabled = '' AND EXISTS (SELECT 1 FROM webhook_deliveries WHERE endpoint = e.id AND `+due+`)`)
}

// Lease implements webhook.Queue.
//
// The condition stands twice because a second worker that waited for a row must look again at what became of it.
func (s *Store) Lease(ctx context.Context, endpoint string, lease time.Duration) (webhook.Job, bool, error) {
	j, err := db.One(ctx, s.db.Reads(), func(r db.Row) (j webhook.Job, err error) { return j, r.Scan(&j.Endpoint, &j.URL, &j.Failing) },
		`SELECT id, url, failing_since > 0 FROM webhook_endpoints WHERE id = $1 AND disabled = ''`, endpoint)
	if err == nil {
		j.Secrets, err = db.All(ctx, s.db.Reads(), db.ScanBytes, `SELECT sealed`+live+` ORDER BY number DESC`, endpoint)
	}
	if err == nil {
		j, err = db.One(ctx, s.db.Writes(), func(r db.Row) (webhook.Job, error) {
			var payload string
			err := r.Scan(&j.Delivery, &payload, &j.Attempt, &j.Lease)
			j.Payload = []byte(payload)
			return j, err
		}, `
		WITH next AS (SELECT id FROM webhook_deliveries WHERE endpoint = $1 AND `+due+` ORDER BY next_at LIMIT 1)
		UPDATE webhook_deliveries SET leased_until = jawort_now() + $2 FROM next
		WHERE webhook_deliveries.id = next.id AND `+due+`
		RETURNING webhook_deliveries.id, payload, attempts + 1, leased_until`, endpoint, lease.Microseconds())
	}
	if errors.Is(err, db.ErrNotFound) {
		return webhook.Job{}, false, nil
	}
	return j, err == nil, err
}
