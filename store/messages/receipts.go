package messages

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/store/db"
)

// Sent marks a message that its provider has taken, with what the provider calls it (empty where it does not say). A receipt that came
// first counts now. It may be repeated, also by somebody whose lease has run out: what was sent was sent.
func (s *Store) Sent(ctx context.Context, l courier.Leased, provider, reference string) error {
	return s.transact(ctx, func(ctx context.Context, tx *sql.Tx) ([]ended, error) {
		early, err := claim(ctx, tx, l.ID, provider, reference)
		if err != nil {
			return nil, err
		}
		changed, err := s.end(ctx, tx, courier.Sent, "", `id = $3`, l.ID)
		if err != nil || early.State == "" {
			return changed, err
		}
		return s.deliver(ctx, tx, l.ID, early)
	})
}

// claim notes whose reference it is, and returns the receipt that came before. A provider that gives a reference again means another
// message: what it said of the first one is not said of the second.
func claim(ctx context.Context, tx *sql.Tx, message, provider, reference string) (courier.Receipt, error) {
	if reference == "" {
		return courier.Receipt{}, nil
	}
	return db.One(ctx, tx, func(r db.Row) (early courier.Receipt, err error) {
		return early, r.Scan(&early.State, &early.Reason)
	}, `
		INSERT INTO message_references (provider, reference, message, state, reason, noted_at) VALUES ($1, $2, $3, '', '', jawort_now())
		ON CONFLICT (provider, reference) DO UPDATE SET
			state = CASE WHEN message_references.message IN ('', excluded.message) THEN message_references.state ELSE '' END,
			message = excluded.message, noted_at = excluded.noted_at
		RETURNING state, reason`, provider, reference, message)
}

// Receive keeps a delivery receipt. One that nobody waits for yet is kept for the message to come. It may be repeated.
func (s *Store) Receive(ctx context.Context, r courier.Receipt) error {
	return s.transact(ctx, func(ctx context.Context, tx *sql.Tx) ([]ended, error) {
		message, err := db.One(ctx, tx, db.ScanString, `
			INSERT INTO message_references (provider, reference, message, state, reason, noted_at) VALUES ($1, $2, '', $3, $4, jawort_now())
			ON CONFLICT (provider, reference) DO UPDATE SET
				state = CASE WHEN message_references.state = 'delivered' THEN message_references.state ELSE excluded.state END,
				reason = excluded.reason
			RETURNING message`, r.Provider, r.Reference, string(r.State), r.Reason)
		if err != nil || message == "" {
			return nil, err
		}
		return s.deliver(ctx, tx, message, r)
	})
}

// deliver moves a sent message on. Delivered is final; undelivered is not, because one of two copies may arrive.
func (s *Store) deliver(ctx context.Context, tx *sql.Tx, message string, r courier.Receipt) ([]ended, error) {
	changed, err := db.All(ctx, tx, scanEnded, `
		UPDATE messages SET state = $2, reason = $3
		WHERE id = $1 AND (state = 'sent' OR (state = 'undelivered' AND $4 = 1)) RETURNING `+endedColumns,
		message, string(r.State), r.Reason, map[courier.State]int{courier.Delivered: 1}[r.State])
	if err != nil {
		return nil, err
	}
	return changed, s.settle(ctx, tx, changed, r.State)
}
