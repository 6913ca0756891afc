package messages

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/store/db"
)

// Lease hands out messages of a channel that nobody else works on, for as long as the lease lasts; one that is not marked by then is
// handed out again. What somebody waits for comes first.
//
// The condition stands twice because a second worker that waited for a row must look again at what became of it.
func (s *Store) Lease(ctx context.Context, c courier.Channel, limit int, lease time.Duration) ([]courier.Leased, error) {
	rows, err := db.All(ctx, s.db.Writes(), scanLeased, `
		WITH due AS (
			SELECT id FROM messages
			WHERE state = 'queued' AND channel = $1 AND due_at <= (SELECT jawort_now()) AND leased_until <= (SELECT jawort_now()) AND expires_at > (SELECT jawort_now())
			ORDER BY rank, due_at, created_at LIMIT $2)
		UPDATE messages SET leased_until = jawort_now() + $3, attempts = attempts + 1 FROM due
		WHERE messages.id = due.id AND state = 'queued' AND leased_until <= (SELECT jawort_now()) AND expires_at > (SELECT jawort_now())
		RETURNING messages.id, tenant, application, account, approval, channel, purpose, sealed, attempts, expires_at`,
		string(c), limit, lease.Microseconds())
	if err != nil {
		return nil, err
	}
	leased := make([]courier.Leased, len(rows))
	for i, r := range rows {
		leased[i] = s.open(r)
	}
	return leased, nil
}

type sealedLease struct {
	courier.Leased
	sealed []byte
}

func scanLeased(r db.Row) (l sealedLease, err error) {
	return l, r.Scan(&l.ID, &l.Tenant, &l.Application, &l.Account, &l.Approval, &l.Channel, &l.Purpose, &l.sealed, &l.Attempt, db.Into(&l.ExpiresAt))
}

func (s *Store) open(l sealedLease) courier.Leased {
	var c content
	plain, err := s.sealer.Open(l.sealed, keys.Message)
	if err != nil || json.Unmarshal(plain, &c) != nil {
		l.Unreadable = true
		return l.Leased
	}
	l.Address, l.Subject, l.Text = c.Address, c.Subject, c.Text
	return l.Leased
}

// Retry gives a leased message back, to be tried again after a while. It changes nothing where somebody else has it by now.
func (s *Store) Retry(ctx context.Context, l courier.Leased, after time.Duration, reason string) error {
	_, err := db.Exec(ctx, s.db.Writes(), `
		UPDATE messages SET due_at = jawort_now() + $3, leased_until = 0, reason = $4 WHERE id = $1 AND state = 'queued' AND attempts = $2`,
		l.ID, l.Attempt, after.Microseconds(), reason)
	return err
}

// Failed ends a leased message that will never be taken. It changes nothing where somebody else has it by now.
func (s *Store) Failed(ctx context.Context, l courier.Leased, reason string) error {
	return s.transact(ctx, func(ctx context.Context, tx *sql.Tx) ([]ended, error) {
		return s.end(ctx, tx, courier.Failed, reason, `id = $3 AND attempts = $4`, l.ID, l.Attempt)
	})
}

// end ends a queued message, and tells. Where the condition does not hold nothing happens.
func (s *Store) end(ctx context.Context, tx *sql.Tx, state courier.State, reason, which string, args ...any) ([]ended, error) {
	changed, err := db.All(ctx, tx, scanEnded, `
		UPDATE messages SET state = $1, sealed = NULL, ended_at = jawort_now(), reason = $2
		WHERE state = 'queued' AND `+which+` RETURNING `+endedColumns, append([]any{string(state), reason}, args...)...)
	if err != nil {
		return nil, err
	}
	return changed, s.settle(ctx, tx, changed, state)
}
