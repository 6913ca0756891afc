package ledger

import (
	"context"
	"database/sql"
	"time"

	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// ErrQuarterRuns refuses to close a quarter that is not over.
var ErrQuarterRuns = refusal.New(refusal.Conflict, "quarter-running",
	"The quarter is not over in the tenant's time zone, so that it cannot be closed. Close it once it has ended.")

// closedAtOnce bounds the lines that are exported in one transaction.
const closedAtOnce = 5000

// CloseQuarter closes a quarter of the past: every message that is settled by then is in its export, for ever, and what is
// settled later is late. Closing it again changes nothing; closing that was interrupted is continued.
//
// What is in the export is noted in each line of the usage, and not found by comparing times: a settlement that was stamped before
// the closing may become visible after it.
func (s *Store) CloseQuarter(ctx context.Context, tenant string, q ledger.Quarter, by outbox.Actor) error {
	if err := s.checkOver(ctx, tenant, q); err != nil {
		return err
	}
	for {
		closed := false
		err := s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
			closed, err = closeSome(ctx, tx, tenant, q, by)
			return err
		})
		if err != nil || closed {
			return err
		}
	}
}

func (s *Store) checkOver(ctx context.Context, tenant string, q ledger.Quarter) error {
	k, err := known(ctx, s.Reads(), tenant, "")
	if err != nil {
		return err
	}
	if _, until := q.Bounds(k.zone); k.now.Before(until) {
		return ErrQuarterRuns
	}
	return nil
}

// closeSome exports lines, and closes the quarter where none is left. Whoever closes the same quarter waits for its row.
func closeSome(ctx context.Context, tx *sql.Tx, tenant string, q ledger.Quarter, by outbox.Actor) (closed bool, err error) {
	at, err := db.One(ctx, tx, scanTime, `
		INSERT INTO ledger_quarters (tenant, quarter) VALUES ($1, $2)
		ON CONFLICT (tenant, quarter) DO UPDATE SET exported_at = ledger_quarters.exported_at RETURNING exported_at`, tenant, q.String())
	if err != nil || !at.IsZero() {
		return !at.IsZero(), err
	}
	n, err := db.Exec(ctx, tx, `
		UPDATE ledger_usage SET exported_messages = messages, exported_amount = amount WHERE tenant = $1 AND quarter = $2 AND (payer, account, currency) IN (
			SELECT payer, account, currency FROM ledger_usage WHERE tenant = $1 AND quarter = $2 AND exported_messages <> messages
			ORDER BY payer, account, currency LIMIT $3)`, tenant, q.String(), closedAtOnce)
	if err != nil || n > 0 {
		return false, err
	}
	_, err = db.Exec(ctx, tx, `UPDATE ledger_quarters SET exported_at = jawort_now() WHERE tenant = $1 AND quarter = $2`, tenant, q.String())
	if err != nil {
		return false, err
	}
	return true, outbox.Put(ctx, tx, outbox.Event{
		Kind: QuarterClosed, Tenant: tenant, Subject: tenant, Actor: by, Data: map[string]string{"quarter": q.String()},
	})
}

// Bounds returns a quarter's first instant and the first one after it, in the tenant's time zone.
func (s *Store) Bounds(ctx context.Context, tenant string, q ledger.Quarter) (from, until time.Time, err error) {
	settings, err := s.Settings(ctx, tenant)
	if err != nil {
		return from, until, err
	}
	zone, err := settings.Zone()
	if err != nil {
		return from, until, err
	}
	from, until = q.Bounds(zone)
	return from, until, nil
}
