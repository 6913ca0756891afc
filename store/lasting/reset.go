package lasting

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/means"
	"github.com/jawort/jawort/store/outbox"
)

// The kinds of what ends an account's trust.
const (
	AccountReset    = "account.reset"            // personal: reason
	PasswordChanged = "account.password_changed" // of the login itself, by the login service
)

// Ending ends in the transaction something else that an account has; the account's row is held.
type Ending func(ctx context.Context, tx *sql.Tx, account string) error

// ResetAccount ends all by which an account could confirm: its devices, its open enrolments, the trust in its
// browsers, and what also ends. The account
// stays, and is as one that has never enrolled. The reason is what the operator says.
func (s *Store) ResetAccount(ctx context.Context, tenant, externalID, reason string, by By, also ...Ending) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		a, err := hold(ctx, tx, tenant, externalID)
		if err != nil {
			return err
		}
		if _, err := db.Exec(ctx, tx, means.Remember, a.ID); err != nil {
			return err
		}
		if err := closeEnrolments(ctx, tx, a.ID); err != nil {
			return err
		}
		if err := revokeCredentials(ctx, tx, a.ID); err != nil {
			return err
		}
		if err := EndBrowsers(ctx, tx, a.ID); err != nil {
			return err
		}
		if err := endAll(ctx, tx, a.ID, also); err != nil {
			return err
		}
		return outbox.Put(ctx, tx, by.event(AccountReset, tenant, a.ID, nil, map[string]string{"reason": reason}))
	})
}

// PasswordChanged says that the password of the login was changed, and ends the trust in browsers: it was given under the old one.
func (s *Store) PasswordChanged(ctx context.Context, tenant, externalID string, by By) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		a, err := hold(ctx, tx, tenant, externalID)
		if err != nil {
			return err
		}
		if err := EndBrowsers(ctx, tx, a.ID); err != nil {
			return err
		}
		return outbox.Put(ctx, tx, by.event(PasswordChanged, tenant, a.ID, nil, nil))
	})
}

func endAll(ctx context.Context, tx *sql.Tx, account string, also []Ending) error {
	for _, end := range also {
		if err := end(ctx, tx, account); err != nil {
			return err
		}
	}
	return nil
}

// runEach runs statements about one account.
func runEach(ctx context.Context, q db.Querier, account string, statements ...string) error {
	for _, statement := range statements {
		if _, err := db.Exec(ctx, q, statement, account); err != nil {
			return err
		}
	}
	return nil
}
