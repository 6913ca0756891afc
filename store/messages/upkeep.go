package messages

import (
	"context"
	"database/sql"
	"time"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/store/db"
)

const (
	keptMessages   = 30 * 24 * time.Hour
	keptReferences = 7 * 24 * time.Hour // no carrier tries for longer
	upkeepLimit    = 500
)

// Upkeep expires what is of no use any more and that nobody is sending, and forgets what ended long ago.
func (s *Store) Upkeep(ctx context.Context) (courier.Upkeep, error) {
	var u courier.Upkeep
	overdue, err := db.All(ctx, s.db.Reads(), db.ScanString, `
		SELECT id FROM messages WHERE state = 'queued' AND expires_at <= (SELECT jawort_now()) AND leased_until <= (SELECT jawort_now())
		ORDER BY expires_at LIMIT $1`, upkeepLimit)
	if err != nil {
		return u, err
	}
	for _, id := range overdue {
		if err := s.expire(ctx, id); err != nil {
			return u, err
		}
		u.Expired++
	}
	if err := s.forget(ctx); err != nil {
		return u, err
	}
	u.Waiting, err = db.One(ctx, s.db.Reads(), db.ScanInt, `SELECT COUNT(*) FROM messages WHERE state = 'queued'`)
	return u, err
}

// expire keeps the reason of the last failure: it says why the message was too late.
func (s *Store) expire(ctx context.Context, id string) error {
	return s.transact(ctx, func(ctx context.Context, tx *sql.Tx) ([]ended, error) {
		changed, err := db.All(ctx, tx, scanEnded, `
			UPDATE messages SET state = 'expired', sealed = NULL, ended_at = jawort_now()
			WHERE id = $1 AND state = 'queued' AND expires_at <= (SELECT jawort_now()) AND leased_until <= (SELECT jawort_now()) RETURNING `+endedColumns, id)
		if err != nil {
			return nil, err
		}
		return changed, s.settle(ctx, tx, changed, courier.Expired)
	})
}

func (s *Store) forget(ctx context.Context) error {
	_, err := db.Exec(ctx, s.db.Writes(), `DELETE FROM messages WHERE ended_at > 0 AND ended_at <= (SELECT jawort_now()) - $1`, keptMessages.Microseconds())
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, s.db.Writes(), `DELETE FROM message_references WHERE noted_at <= (SELECT jawort_now()) - $1`, keptReferences.Microseconds())
	return err
}
