package lasting

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
)

// ConfirmEnrolment ends an enrolment with what was typed: ok says that it was the digits that the phone shows. Only
// then is the device active. Wrong digits are account.ErrWrongDigits, and the third ones end the enrolment.
// Repeating the right ones after they were accepted gets the same answer.
func (s *Store) ConfirmEnrolment(ctx context.Context, tenant, id string, ok bool) (account.Enrolment, *account.Device, error) {
	var e account.Enrolment
	var d *account.Device
	var refused error // one that is committed with its count
	err := s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if ok {
			err = activate(ctx, tx, tenant, id)
		} else {
			refused, err = countWrongDigits(ctx, tx, tenant, id)
		}
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return err
		}
		taken := err == nil
		if e, d, err = readEnrolment(ctx, tx, tenant, id); err != nil || taken {
			return err
		}
		return whyNotConfirmed(e.Status, ok)
	})
	if err == nil {
		err = refused
	}
	return e, d, err
}

func activate(ctx context.Context, tx *sql.Tx, tenant, id string) error {
	device, err := db.One(ctx, tx, db.ScanString, `
		UPDATE enrolments SET status = $3
		WHERE id = $1 AND tenant = $2 AND status = $4 AND expires_at > jawort_now() RETURNING device`,
		id, tenant, confirmed, completed)
	if err != nil {
		return err
	}
	return db.MustTouch(ctx, tx, account.ErrEnrolmentEnded, `
		UPDATE credentials SET status = $2, enrolled_at = jawort_now() WHERE device = $1 AND status = $3`, device, active, unconfirmed)
}

// countWrongDigits returns the refusal of the digits, or an error where they could not be counted.
func countWrongDigits(ctx context.Context, tx *sql.Tx, tenant, id string) (refused, err error) {
	var device string
	wrong, err := db.One(ctx, tx, func(r db.Row) (n int, err error) { return n, r.Scan(&n, &device) }, `
		UPDATE enrolments SET confirmations = confirmations + 1, status = CASE WHEN confirmations + 1 >= $4 THEN $5 ELSE status END
		WHERE id = $1 AND tenant = $2 AND status = $3 AND expires_at > jawort_now() RETURNING confirmations, device`,
		id, tenant, completed, account.MaxConfirmations, abandoned)
	if err != nil {
		return nil, err
	}
	if wrong >= account.MaxConfirmations {
		_, err = db.Exec(ctx, tx, revoke+` AND device = $2`, revoked, device)
	}
	return account.ErrWrongDigits.With("attempts_left", account.MaxConfirmations-wrong), err
}

// whyNotConfirmed answers for an enrolment that was not waiting for digits.
func whyNotConfirmed(status account.EnrolmentStatus, ok bool) error {
	switch {
	case status == account.EnrolmentConfirmed && ok:
		return nil
	case status == account.EnrolmentOpen, status == account.EnrolmentClaimed:
		return account.ErrNotAwaitingDigits
	default:
		return account.ErrEnrolmentEnded
	}
}
