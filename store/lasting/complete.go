package lasting

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
)

var errCredentialTaken = refusal.Field("credential", "is registered already; create a new one")

// CompleteEnrolment stores what the phone that claimed brings: its installation, and an unconfirmed device with its
// credential. A repeat with the same credential gets the same device and changes nothing. Where a proof is needed, its code is
// used up with that; a wrong one is factor.ErrWrongCode with attempts_left, and the third ends the enrolment.
func (s *Store) CompleteEnrolment(ctx context.Context, c account.Completion) (account.Device, error) {
	var d account.Device
	var refused error // one that is committed with its count
	err := s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		refused, err = s.prove(ctx, tx, c)
		if errors.Is(err, db.ErrNotFound) {
			d, err = completedBefore(ctx, tx, c)
			return err
		}
		if err != nil || refused != nil {
			return err
		}
		d, err = take(ctx, tx, c)
		return err
	})
	if err == nil {
		err = refused
	}
	return d, err
}

// take consumes the enrolment before anything is made of it.
func take(ctx context.Context, tx *sql.Tx, c account.Completion) (account.Device, error) {
	device, err := db.One(ctx, tx, db.ScanString, `
		UPDATE enrolments SET status = $3, proof_mac = NULL
		WHERE id = $1 AND thumbprint = $2 AND status = $4 RETURNING device`, c.Enrolment, c.Thumbprint, completed, claimed)
	if err != nil {
		return account.Device{}, err
	}
	if err := enrol(ctx, tx, c, device); err != nil {
		return account.Device{}, err
	}
	return deviceByID(ctx, tx, device)
}

func completedBefore(ctx context.Context, tx *sql.Tx, c account.Completion) (account.Device, error) {
	id, err := db.One(ctx, tx, db.ScanString, `
		SELECT e.device FROM enrolments e JOIN credentials c ON c.device = e.device
		WHERE e.id = $1 AND e.thumbprint = $2 AND c.id = $3 AND e.status IN ($4, $5)`,
		c.Enrolment, c.Thumbprint, c.Credential.ID, completed, confirmed)
	if err != nil {
		return account.Device{}, db.Replace(err, account.ErrUnknownEnrolment)
	}
	return deviceByID(ctx, tx, id)
}

func enrol(ctx context.Context, tx *sql.Tx, c account.Completion, device string) error {
	installation, err := putInstallation(ctx, tx, c)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `
		INSERT INTO devices (id, account, installation, holder, label, created_at)
		SELECT e.device, e.account, $2, $3, $4, jawort_now() FROM enrolments e WHERE e.device = $1`,
		device, installation, c.Holder, c.Label)
	if err != nil {
		return err
	}
	k := c.Credential
	if err := db.InTurn(ctx, tx, k.ID); err != nil {
		return err
	}
	return db.MustTouch(ctx, tx, errCredentialTaken, `
		INSERT INTO credentials (id, device, account, public_key, sign_count, backup_eligible, aaguid, attestation, status)
		SELECT $1, d.id, d.account, $3, $4, $5, $6, $7, $8 FROM devices d
		WHERE d.id = $2 AND NOT EXISTS (SELECT 1 FROM passkeys p WHERE p.credential = $1) -- a credential has one purpose
			AND NOT EXISTS (SELECT 1 FROM operator_passkeys o WHERE o.credential = $1)
		ON CONFLICT (id) DO NOTHING`,
		k.ID, device, k.PublicKey, int64(k.SignCount), k.BackupEligible, k.AAGUID, k.Attestation, unconfirmed)
}

// putInstallation finds the installation of the key or makes it, and returns its id.
func putInstallation(ctx context.Context, tx *sql.Tx, c account.Completion) (string, error) {
	p := c.Posture
	id, err := db.One(ctx, tx, db.ScanString, `
		INSERT INTO installations (id, thumbprint, platform, os_version, model, language, screen_lock, notifications, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, jawort_now())
		ON CONFLICT (thumbprint) DO UPDATE SET platform = excluded.platform, os_version = excluded.os_version, model = excluded.model,
			language = excluded.language, screen_lock = excluded.screen_lock, notifications = excluded.notifications
		RETURNING id`,
		c.Installation, c.Thumbprint, p.Platform, p.OSVersion, p.Model, p.Language, p.ScreenLock, p.Notifications)
	if err != nil || c.Address == nil {
		return id, err
	}
	return id, putAddress(ctx, tx, id, c.Address)
}
