package outbox

import (
	"context"
	"database/sql"
	"time"

	"github.com/jawort/jawort/store/db"
)

// Store is the outbox of a database.
type Store struct{ *db.DB }

// Lease hands out events to be followed up that nobody else works on, for as long as the lease lasts; one that is not
// done by then is handed out again.
//
// The condition stands twice because a second worker that waited for a row must look again at what became of it.
func (s *Store) Lease(ctx context.Context, limit int, lease time.Duration) ([]Event, error) {
	return db.All(ctx, s.Writes(), scan, `
		WITH due AS (SELECT id FROM outbox WHERE followed_at = 0 AND leased_until <= (SELECT jawort_now()) ORDER BY id LIMIT $1)
		UPDATE outbox SET leased_until = jawort_now() + $2 FROM due
		WHERE outbox.id = due.id AND followed_at = 0 AND leased_until <= (SELECT jawort_now())
		RETURNING outbox.`+columns, limit, lease.Microseconds())
}

// Followed marks events as followed up. Repeating it changes nothing.
func (s *Store) Followed(ctx context.Context, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	in, args := db.In(1, ids)
	n, err := db.Exec(ctx, s.Writes(), `DELETE FROM outbox WHERE sequenced_at > 0 AND id IN (`+in+`)`, args...)
	if err != nil || n == int64(len(ids)) {
		return err
	}
	_, err = db.Exec(ctx, s.Writes(), `UPDATE outbox SET followed_at = jawort_now() WHERE followed_at = 0 AND id IN (`+in+`)`, args...)
	return err
}

// Unsequenced returns events that the audit log does not have yet, oldest first as far as they are visible.
func Unsequenced(ctx context.Context, q db.Querier, limit int) ([]Event, error) {
	return db.All(ctx, q, scan, `SELECT `+columns+` FROM outbox WHERE sequenced_at = 0 ORDER BY id LIMIT $1`, limit)
}

// Sequenced marks events that the audit log has, in the transaction that appends them. An event that is not there to be
// marked is db.ErrNotFound: another sequencer was faster. What has been followed up too goes.
func Sequenced(ctx context.Context, tx *sql.Tx, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	n, err := db.Exec(ctx, tx, `UPDATE outbox SET sequenced_at = jawort_now() WHERE sequenced_at = 0 AND id IN (`+db.Placeholders(1, len(ids))+`)`, args...)
	if err != nil {
		return err
	}
	if int(n) != len(ids) {
		return db.ErrNotFound
	}
	_, err = db.Exec(ctx, tx, `DELETE FROM outbox WHERE sequenced_at > 0 AND followed_at > 0`)
	return err
}
