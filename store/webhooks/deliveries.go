package webhooks

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
	"github.com/jawort/jawort/webhook"
)

const deliveryColumns = `id, endpoint, type, state, attempts, created_at, next_at, ended_at`

func scanDelivery(r db.Row) (webhook.Delivery, error) {
	var d webhook.Delivery
	err := r.Scan(&d.ID, &d.Endpoint, &d.Type, &d.State, &d.Attempts, db.Into(&d.CreatedAt), db.Into(&d.NextAt), db.Into(&d.EndedAt))
	if d.State != webhook.Pending {
		d.NextAt = time.Time{}
	}
	return d, err
}

// Filter chooses deliveries of an endpoint.
type Filter struct {
	State webhook.State // empty: all
	After string        // the last one of the page before
	Limit int
}

// Deliveries returns the newest deliveries of an endpoint of the tenant with their attempts, or webhook.ErrUnknown.
func (s *Store) Deliveries(ctx context.Context, tenant, id string, f Filter) ([]webhook.Delivery, error) {
	q := s.db.Reads()
	if _, err := endpoint(ctx, q, tenant, id); err != nil {
		return nil, err
	}
	query, args := `SELECT `+deliveryColumns+` FROM webhook_deliveries WHERE endpoint = $1 AND ($2 = '' OR state = $2)`, []any{id, string(f.State)}
	if f.After != "" {
		before, err := db.One(ctx, q, db.ScanInt64, `SELECT created_at FROM webhook_deliveries WHERE endpoint = $1 AND id = $2`, id, f.After)
		if err != nil {
			return nil, db.Replace(err, webhook.ErrUnknownDelivery)
		}
		query += ` AND (created_at, id) < ($4, $5)`
		args = append(args, f.Limit, before, f.After)
	} else {
		args = append(args, f.Limit)
	}
	found, err := db.All(ctx, q, scanDelivery, query+` ORDER BY created_at DESC, id DESC LIMIT $3`, args...)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found, withAttempts(ctx, q, found)
}

func withAttempts(ctx context.Context, q db.Querier, found []webhook.Delivery) error {
	ids, at := make([]any, len(found)), map[string]int{}
	for i, d := range found {
		ids[i], at[d.ID] = d.ID, i
	}
	var delivery string
	var took int64
	_, err := db.All(ctx, q, func(r db.Row) (webhook.Attempt, error) {
		var a webhook.Attempt
		err := r.Scan(&delivery, &a.Number, db.Into(&a.At), &took, &a.Status, &a.Reason)
		a.Took = time.Duration(took) * time.Microsecond
		d := &found[at[delivery]]
		d.Log = append(d.Log, a)
		return a, err
	}, `SELECT delivery, number, at, took, status, reason FROM webhook_attempts
		WHERE delivery IN (`+db.Placeholders(1, len(ids))+`) ORDER BY delivery, number DESC`, ids...)
	return err
}

// Retry makes a delivery due now, whatever came of it, and returns it; its attempts are not begun anew. Repeating it
// while it is on its way changes nothing. It returns webhook.ErrUnknownDelivery, or webhook.ErrDisabled.
func (s *Store) Retry(ctx context.Context, tenant, id string, by outbox.Actor) (webhook.Delivery, error) {
	var d webhook.Delivery
	err := s.db.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		disabled, err := db.One(ctx, tx, db.ScanBool, `
			SELECT e.disabled <> '' FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint
			WHERE d.id = $1 AND e.tenant = $2`, id, tenant)
		if err != nil {
			return db.Replace(err, webhook.ErrUnknownDelivery)
		}
		if disabled {
			return webhook.ErrDisabled
		}
		d, err = db.One(ctx, tx, scanDelivery, `
			UPDATE webhook_deliveries SET state = 'pending', next_at = jawort_now(), ended_at = 0
			WHERE id = $1 RETURNING `+deliveryColumns, id)
		if err != nil {
			return db.Replace(err, webhook.ErrUnknownDelivery)
		}
		return put(ctx, tx, Retried, tenant, d.Endpoint, by, map[string]any{"delivery": id})
	})
	if err != nil {
		return d, err
	}
	one := []webhook.Delivery{d}
	err = withAttempts(ctx, s.db.Reads(), one)
	return one[0], err
}

// Ping puts a ping on its way to an endpoint of the tenant, or returns the one that is on its way. It returns
// webhook.ErrUnknown, or webhook.ErrDisabled.
func (s *Store) Ping(ctx context.Context, tenant, id string, by outbox.Actor) (webhook.Delivery, error) {
	var d webhook.Delivery
	err := s.db.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := lock(ctx, tx, tenant, id); err != nil {
			return err
		}
		e, err := endpoint(ctx, tx, tenant, id)
		if err != nil {
			return err
		}
		if !e.Enabled {
			return webhook.ErrDisabled
		}
		const pending = `SELECT ` + deliveryColumns + ` FROM webhook_deliveries WHERE endpoint = $1 AND type = $2 AND state = 'pending'`
		if d, err = db.One(ctx, tx, scanDelivery, pending, id, webhook.Ping); !errors.Is(err, db.ErrNotFound) {
			return err
		}
		if err := s.ping(ctx, tx, id); err != nil {
			return err
		}
		if d, err = db.One(ctx, tx, scanDelivery, pending, id, webhook.Ping); err != nil {
			return err
		}
		return put(ctx, tx, Tested, tenant, id, by, map[string]any{"delivery": d.ID})
	})
	return d, err
}
