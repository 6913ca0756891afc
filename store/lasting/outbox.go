package lasting

import (
	"context"
	"database/sql"
	"time"

	"github.com/jawort/jawort/approval"
)

// Event says that an approval has ended; what follows from it has not been done yet.
type Event struct {
	ID           int64
	Approval     string
	Installation string // of the device that decided; empty where none did
	Status       approval.Status
}

// LeaseEvents hands out events that nobody else works on, for as long as the lease lasts; one that is not done by
// then is handed out again. There is no cursor: ids become visible out of order.
//
// The condition stands twice because a second worker that waited for a row must look again at what became of it.
func (s *Store) LeaseEvents(ctx context.Context, limit int, lease time.Duration) ([]Event, error) {
	return all(ctx, s.writes, func(r row) (e Event, err error) {
		return e, r.Scan(&e.ID, &e.Approval, &e.Installation, &e.Status)
	}, `
		WITH due AS (SELECT id FROM outbox WHERE leased_until <= (SELECT jawort_now()) ORDER BY id LIMIT $1)
		UPDATE outbox SET leased_until = jawort_now() + $2 FROM due
		WHERE outbox.id = due.id AND outbox.leased_until <= (SELECT jawort_now())
		RETURNING outbox.id, approval, installation, (SELECT status FROM outcomes WHERE outcomes.approval = outbox.approval)`, limit, lease.Microseconds())
}

// EventDone takes an event off the outbox. Repeating it changes nothing.
func (s *Store) EventDone(ctx context.Context, id int64) error {
	_, err := exec(ctx, s.writes, `DELETE FROM outbox WHERE id = $1`, id)
	return err
}

func putEvent(ctx context.Context, tx *sql.Tx, approvalID, installation string) error {
	_, err := exec(ctx, tx, `INSERT INTO outbox (approval, installation) VALUES ($1, $2)`, approvalID, installation)
	return err
}
