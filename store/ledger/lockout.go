package ledger

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/outbox"
)

// lockOut is how a lock-out is told, in the data of the event.
type lockOut struct {
	Limit string    `json:"limit"` // which was reached: account, application, number or prefix
	Until time.Time `json:"until"` // when the next code may be sent
}

// LockedOut tells the tenant that an account with no method but SMS was refused, with a ledger.ErrTooMany. It is told once a day
// and account. The refusal has undone what it was part of, so that this is a transaction of its own.
func (s *Store) LockedOut(ctx context.Context, tenant, application, account string, refused *refusal.Error) error {
	err := s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		k, err := known(ctx, tx, tenant, "")
		if err != nil {
			return err
		}
		w, err := lockWindows(ctx, tx, tenant, ledger.LockOutBounds(account))
		if err != nil {
			return err
		}
		if err := w.admit(ctx, tx, k.now, ledger.ErrTooMany); err != nil {
			return err
		}
		limit, _ := refused.Extra["limit"].(string)
		return outbox.Put(ctx, tx, outbox.Event{
			Kind: string(ledger.LockOut), Tenant: tenant, Application: application, Account: account, Subject: account,
			Actor: outbox.Actor{Kind: outbox.BySystem}, Data: lockOut{limit, k.now.Add(refused.RetryAfter).UTC()},
		})
	})
	if errors.Is(err, ledger.ErrTooMany) { // the tenant knows
		return nil
	}
	return err
}
