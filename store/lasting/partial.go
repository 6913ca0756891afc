package lasting

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

// Why a device answers an approval no more while others may.
const (
	deniedDevice  = "deny"
	blockedDevice = "blocked"
)

// deny ends the approval where no other device is left to answer it, or need not be. Otherwise it is final for this device alone.
// A device that is revoked while it is the last one left leaves the approval to expire.
func deny(ctx context.Context, tx *sql.Tx, d approval.Decided) (approval.Verdict, error) {
	others, err := othersAsked(ctx, tx, d)
	if err != nil {
		return approval.Verdict{}, err
	}
	if others == 0 {
		v, ok, err := win(ctx, tx, d, approval.StatusDenied, beforeExpiry)
		if err == nil && !ok {
			err = approval.ErrExpired
		}
		return v, err
	}
	return withdraw(ctx, tx, d, deniedDevice)
}

// othersAsked counts the other devices that must deny too; none where the policy lets each end it.
func othersAsked(ctx context.Context, tx *sql.Tx, d approval.Decided) (int, error) {
	c, err := approval.ParseContext(d.Approval.Context)
	if err != nil || c.DenyAny {
		return 0, err
	}
	return othersLeft(ctx, tx, d)
}

// withdraw takes the device out of those that may answer, and ends the approval as denied where it was the last.
// Devices that withdraw at once wait for each other on the tally, so that the last one sees all others.
func withdraw(ctx context.Context, tx *sql.Tx, d approval.Decided, reason string) (approval.Verdict, error) {
	_, err := db.Exec(ctx, tx, `
		INSERT INTO tallies (approval, touched) VALUES ($1, 1) ON CONFLICT (approval) DO UPDATE SET touched = tallies.touched + 1`,
		d.Approval.ID)
	if err != nil {
		return approval.Verdict{}, err
	}
	if v, ok, err := found(ctx, tx, d); ok || err != nil {
		return v, err
	}
	if err := spend(ctx, tx, d, reason); err != nil {
		return approval.Verdict{}, err
	}
	others, err := othersLeft(ctx, tx, d)
	if err != nil || others > 0 {
		return approval.Verdict{Own: true}, err
	}
	v, ok, err := win(ctx, tx, d, approval.StatusDenied, beforeExpiry)
	if err == nil && !ok {
		err = approval.ErrExpired
	}
	return v, err
}

// spend writes the partial deny down, once.
func spend(ctx context.Context, tx *sql.Tx, d approval.Decided, reason string) error {
	n, err := db.Exec(ctx, tx, `
		INSERT INTO partial_denies (approval, device, reason, decided_at)
		SELECT $1, $2, $3, jawort_now() WHERE jawort_now() < $4 ON CONFLICT (approval, device) DO NOTHING`,
		d.Approval.ID, d.Signer.Device, reason, db.Micros(d.Approval.ExpiresAt))
	if err != nil || n == 1 {
		return err
	}
	before, err := spent(ctx, tx, d)
	if err == nil && before == "" {
		return approval.ErrExpired
	}
	return err
}

// spent returns why this device may not answer any more; empty where it may.
func spent(ctx context.Context, tx *sql.Tx, d approval.Decided) (string, error) {
	reason, err := db.One(ctx, tx, db.ScanString, `SELECT reason FROM partial_denies WHERE approval = $1 AND device = $2`,
		d.Approval.ID, d.Signer.Device)
	if errors.Is(err, db.ErrNotFound) {
		return "", nil
	}
	return reason, err
}

// othersLeft counts the active devices of the account, without this one, that may still answer.
func othersLeft(ctx context.Context, tx *sql.Tx, d approval.Decided) (int, error) {
	return db.One(ctx, tx, db.ScanInt, `
		SELECT COUNT(*) FROM credentials c
		WHERE c.account = $1 AND c.status = $2 AND c.device <> $3
		AND NOT EXISTS (SELECT 1 FROM partial_denies p WHERE p.approval = $4 AND p.device = c.device)`,
		d.Approval.Account, active, d.Signer.Device, d.Approval.ID)
}
