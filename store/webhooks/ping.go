package webhooks

import (
	"context"
	"database/sql"
	"time"

	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/webhook"
)

// ping puts a ping on its way. It is not an event of the outbox: nothing happened.
func (s *Store) ping(ctx context.Context, tx *sql.Tx, endpoint string) error {
	now, err := db.One(ctx, tx, func(r db.Row) (t time.Time, err error) { return t, r.Scan(db.Into(&t)) }, `SELECT jawort_now()`)
	if err != nil {
		return err
	}
	payload, err := webhook.Event{Type: webhook.Ping, At: now, Subject: endpoint}.Payload()
	if err != nil {
		return err
	}
	event, err := id.New(s.random, "ping ")
	if err != nil {
		return err
	}
	_, _, err = s.deliver(ctx, tx, endpoint, event, webhook.Ping, payload)
	return err
}
