package ledger

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/db"
)

// Settle notes what became of a message, in the transaction that notes it in the queue. Handed to a carrier it costs,
// whether it is delivered afterwards or not; failed or expired before, it gives its money back. The first of these is
// final. A message that the ledger does not know is none of its business.
func (s *Store) Settle(ctx context.Context, tx *sql.Tx, message string, state courier.State) error {
	to, ends := after(state)
	if !ends {
		return nil
	}
	e, err := db.One(ctx, tx, scanReserved, `
		UPDATE ledger_entries SET state = $3, settled_at = jawort_now() WHERE message = $1 AND state = $2
		RETURNING tenant, application, group_id, country, month, quarter, price, currency`, message, string(ledger.Reserved), string(to))
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil || to == ledger.Settled || e.Price == 0 {
		return err
	}
	return giveBack(ctx, tx, e)
}

// after returns the state of the money that follows from that of the message.
func after(state courier.State) (to ledger.State, ends bool) {
	switch {
	case state.Taken():
		return ledger.Settled, true
	case state == courier.Failed, state == courier.Expired:
		return ledger.Released, true
	default:
		return "", false
	}
}

func scanReserved(r db.Row) (e ledger.Entry, err error) {
	return e, r.Scan(&e.Tenant, &e.Application, &e.Group, &e.Destination.Country, &e.Month, &e.Quarter, &e.Price, &e.Currency)
}

// sentTo is the condition that a message went to the account $1.
const sentTo = `(recipient = $1 OR (account = $1 AND recipient = ''))`

// Erase forgets to which number an account was sent, whoever asked for it. What it cost, and who pays, stays.
func (s *Store) Erase(ctx context.Context, tx *sql.Tx, account string) error {
	_, err := db.Exec(ctx, tx, `UPDATE ledger_entries SET number_mac = NULL, prefix = '' WHERE `+sentTo, account)
	return err
}

// EraseBefore does so for up to limit messages of the tenant from before a moment, oldest first, and returns how many. The caller
// repeats it until it was none. What they cost, and who pays, stays.
func (s *Store) EraseBefore(ctx context.Context, tenant string, before time.Time, limit int) (int, error) {
	n, err := db.Exec(ctx, s.Writes(), `
		UPDATE ledger_entries SET number_mac = NULL, prefix = '' WHERE message IN (
			SELECT message FROM ledger_entries WHERE tenant = $1 AND number_mac IS NOT NULL AND reserved_at < $2 ORDER BY reserved_at LIMIT $3)`,
		tenant, db.Micros(before), limit)
	return int(n), err
}
