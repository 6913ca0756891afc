package lasting

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// DeviceEnding erases in another store what it keeps of who held a phone, in the caller's transaction.
type DeviceEnding func(ctx context.Context, tx *sql.Tx, account, device string) error

// forgetInstallation forgets what the phone of a device is, once all that it was registered for is forgotten.
const forgetInstallation = `
	UPDATE installations SET address = NULL, address_version = address_version + 1, model = '', os_version = '', language = ''
	WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM devices d LEFT JOIN credentials c ON c.device = d.id
		WHERE d.installation = installations.id AND (c.device IS NULL OR c.ended_at = 0 OR d.holder <> '' OR d.label <> ''))`

// EraseDevice revokes a device of an account, where that was not done before, and removes what is personal of who held it: one
// holder of a shared login leaves, and the login stays. What was asked stays with the account; of what the holder answered, ids, times
// and signatures stay. Repeating it erases what has come since. account.ErrUnknownDevice: the account has no such device.
func (s *Store) EraseDevice(ctx context.Context, tenant, externalID, device string, by By, also ...DeviceEnding) error {
	a, err := s.Account(ctx, tenant, externalID)
	if err != nil {
		return err
	}
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		err := endDevice(ctx, tx, ended{device: device, account: a.ID, kind: DeviceRevoked, reason: "revoked", by: by.Actor})
		if err != nil {
			return err
		}
		for _, erase := range also { // first, as when an account is erased
			if err := erase(ctx, tx, a.ID, device); err != nil {
				return err
			}
		}
		if err := eraseHolder(ctx, tx, a.ID, device); err != nil {
			return err
		}
		e := by.event(audit.DeviceErased, tenant, a.ID, nil, nil)
		e.Subject = device
		return outbox.Put(ctx, tx, e)
	})
}

func eraseHolder(ctx context.Context, tx *sql.Tx, account, device string) error {
	if _, err := db.Exec(ctx, tx, `UPDATE outcomes SET holder = '', label = '' WHERE account = $1 AND device = $2`, account, device); err != nil {
		return err
	}
	err := runEach(ctx, tx, device,
		`UPDATE devices SET holder = '', label = '' WHERE id = $1`,
		`DELETE FROM partial_denies WHERE device = $1`,
		`DELETE FROM wrong_numbers WHERE device = $1`,
		`UPDATE late_reports SET holder = '' WHERE device = $1`,
		`DELETE FROM trusted_browsers WHERE device = $1`,
		`DELETE FROM notices WHERE device = $1`)
	if err != nil {
		return err
	}
	installation, err := db.One(ctx, tx, db.ScanString, `SELECT installation FROM devices WHERE id = $1`, device)
	if err != nil {
		return err
	}
	return runEach(ctx, tx, installation, forgetInstallation)
}
