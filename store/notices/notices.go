// Package notices puts into the queue what people are told about their accounts: a message, held against the account's
// row, with what it costs, in one transaction.
//
// # Locks
//
// A transaction takes the account's row, then the message, then what the ledger takes. Erasing an account takes its row
// first too: so either the message is there to be erased, or it never comes to be.
//
// The package does not know what happened, nor who is to be told.
package notices

import (
	"context"
	"database/sql"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/db"
)

// Messages is the queue.
type Messages interface {
	Put(ctx context.Context, tx *sql.Tx, m courier.Message) error
	// PutOff keeps a queued message back until a time.
	PutOff(ctx context.Context, tx *sql.Tx, message string, until time.Time) error
}

// Ledger sets aside what an SMS costs.
type Ledger interface {
	ReserveNotice(ctx context.Context, tx *sql.Tx, r ledger.Reservation) (from time.Time, err error)
}

// Store queues notices. It is safe for concurrent use.
type Store struct {
	DB       *db.DB
	Messages Messages
	Ledger   Ledger
}

// Payer is who is charged for an SMS, and the group whose budget it counts in.
type Payer struct{ Account, Group string }

// Post queues a message; one to nobody's account is for the tenant itself. Posting it again changes nothing. An SMS for which its
// number has had too many waits in the queue until it may be sent. Errors are account.ErrUnknownAccount, where the account has been
// deleted, and those of the ledger, ErrTooMany where the message would wait for longer than it is of use; nothing is queued then.
func (s *Store) Post(ctx context.Context, m courier.Message, by Payer) error {
	return s.DB.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if m.Account != "" {
			err := db.MustTouch(ctx, tx, account.ErrUnknownAccount,
				`UPDATE accounts SET label = label WHERE id = $1 AND tenant = $2 AND deleted_at = 0`, m.Account, m.Tenant)
			if err != nil {
				return err
			}
		}
		if err := s.Messages.Put(ctx, tx, m); err != nil || m.Channel != courier.SMS {
			return err
		}
		return s.pay(ctx, tx, m, by)
	})
}

func (s *Store) pay(ctx context.Context, tx *sql.Tx, m courier.Message, by Payer) error {
	from, err := s.Ledger.ReserveNotice(ctx, tx, ledger.Reservation{
		Message: m.ID, Tenant: m.Tenant, Application: m.Application, Account: m.Account, Group: by.Group, Payer: by.Account, Number: m.Address,
	})
	switch {
	case err != nil || from.IsZero():
		return err
	case !from.Before(m.ExpiresAt):
		return ledger.ErrTooMany
	default:
		return s.Messages.PutOff(ctx, tx, m.ID, from)
	}
}
