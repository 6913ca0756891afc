package lasting

import (
	"context"
	"database/sql"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/means"
)

// What ended in a later life of this database, by the ids of its audit log. Each returns account.ErrUnknownAccount or
// account.ErrUnknownDevice where the database does not have it, and changes nothing where it has ended already.

// Login returns by what the tenant knows an account, also one that is deleted.
func (s *Store) Login(ctx context.Context, id string) (string, error) {
	login, err := db.One(ctx, s.Reads(), db.ScanString, `SELECT external_id FROM accounts WHERE id = $1`, id)
	return login, db.Replace(err, account.ErrUnknownAccount)
}

// EndDevice revokes a device.
func (s *Store) EndDevice(ctx context.Context, accountID, device string) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		return endDevice(ctx, tx, endedLater(accountID, device))
	})
}

func endedLater(accountID, device string) ended {
	return ended{device: device, account: accountID, kind: DeviceRevoked, reason: "revoked", by: byCommand}
}

// EndAccount deletes an account.
func (s *Store) EndAccount(ctx context.Context, id string) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		a, err := held(ctx, tx, id)
		if err == nil {
			_, err = deleteAccount(ctx, tx, a.Tenant, a.ExternalID, By{Actor: byCommand})
		}
		return err
	})
}

// ResetUntil ends the devices that an account had at a moment, and what also ends.
func (s *Store) ResetUntil(ctx context.Context, id string, at time.Time, also Ending) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		a, err := held(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := db.Exec(ctx, tx, means.Remember, a.ID); err != nil {
			return err
		}
		devices, err := db.All(ctx, tx, db.ScanString, `
			SELECT device FROM credentials WHERE account = $1 AND status <> $2 AND enrolled_at <= $3 ORDER BY id`, a.ID, revoked, db.Micros(at))
		if err != nil {
			return err
		}
		for _, d := range devices {
			if err := endDevice(ctx, tx, endedLater(a.ID, d)); err != nil {
				return err
			}
		}
		return also(ctx, tx, a.ID)
	})
}

// held is hold by the id.
func held(ctx context.Context, tx *sql.Tx, id string) (account.Account, error) {
	var tenant, externalID string
	_, err := db.One(ctx, tx, func(r db.Row) (none struct{}, err error) { return none, r.Scan(&tenant, &externalID) },
		`SELECT tenant, external_id FROM accounts WHERE id = $1 AND deleted_at = 0`, id)
	if err != nil {
		return account.Account{}, db.Replace(err, account.ErrUnknownAccount)
	}
	return hold(ctx, tx, tenant, externalID)
}

// Lost reports whether an approval has no outcome here.
func (s *Store) Lost(ctx context.Context, approvalID string) (bool, error) {
	return db.One(ctx, s.Reads(), db.ScanBool, `SELECT NOT EXISTS (SELECT 1 FROM outcomes WHERE approval = $1)`, approvalID)
}
