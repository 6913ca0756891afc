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
// Followers and the sequencer mark the same rows at the same time. Each takes its rows with the lowest id first, so that no two
// wait for each other in a circle. The condition stands twice because who waited for a row must look again at what became of it.
func (s *Store) Lease(ctx context.Context, limit int, lease time.Duration) ([]Event, error) {
	return db.All(ctx, s.Writes(), scan, `
		WITH due AS (SELECT id FROM outbox WHERE followed_at = 0 AND leased_until <= (SELECT jawort_now()) ORDER BY id LIMIT $1`+s.ForUpdate()+`)
		UPDATE outbox SET leased_until = jawort_now() + $2 FROM due
		WHERE outbox.id = due.id AND followed_at = 0 AND leased_until <= (SELECT jawort_now())
		RETURNING outbox.`+columns, limit, lease.Microseconds())
}

// Followed marks events as followed up. Repeating it changes nothing.
func (s *Store) Followed(ctx context.Context, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	taken, args := take(s.DB, `followed_at = 0`, ids)
	n, err := db.Exec(ctx, s.Writes(), taken+`DELETE FROM outbox WHERE sequenced_at > 0 AND id IN (SELECT id FROM taken)`, args...)
	if err != nil || n == int64(len(ids)) {
		return err
	}
	_, err = db.Exec(ctx, s.Writes(), taken+`UPDATE outbox SET followed_at = jawort_now() WHERE followed_at = 0 AND id IN (SELECT id FROM taken)`, args...)
	return err
}

// take is the beginning of a statement that takes those of the rows that are open, in order.
func take(d *db.DB, open string, ids []int64) (sql string, args []any) {
	in, args := db.In(1, ids)
	return `WITH taken AS (SELECT id FROM outbox WHERE ` + open + ` AND id IN (` + in + `) ORDER BY id` + d.ForUpdate() + `) `, args
}

// Unsequenced returns events that the audit log does not have yet, oldest first as far as they are visible.
func Unsequenced(ctx context.Context, q db.Querier, limit int) ([]Event, error) {
	return db.All(ctx, q, scan, `SELECT `+columns+` FROM outbox WHERE sequenced_at = 0 ORDER BY id LIMIT $1`, limit)
}

// Sequenced marks events that the audit log has, in the transaction that appends them. An event that is not there to be
// marked is db.ErrNotFound: another sequencer was faster. What has been followed up too goes, but for what somebody holds: the next takes it along.
func Sequenced(ctx context.Context, d *db.DB, tx *sql.Tx, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	taken, args := take(d, `sequenced_at = 0`, ids)
	n, err := db.Exec(ctx, tx, taken+`UPDATE outbox SET sequenced_at = jawort_now() WHERE sequenced_at = 0 AND id IN (SELECT id FROM taken)`, args...)
	if err != nil {
		return err
	}
	if int(n) != len(ids) {
		return db.ErrNotFound
	}
	_, err = db.Exec(ctx, tx, `DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE sequenced_at > 0 AND followed_at > 0`+d.ForUpdateOfFree()+`)`)
	return err
}
