package lasting

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// ConfirmEnrolment ends an enrolment with what was typed: ok says that it was the digits that the phone shows. Only
// then is the device active, and one that it replaces has ended. Wrong digits are account.ErrWrongDigits, and the third ones end the
// enrolment. Repeating the right ones after they were accepted gets the same answer. Right digits are refused, and can be
// repeated, where the account has as many phones as it may have (account.ErrDeviceLimit), or got another method since the enrolment
// was begun without one (account.ErrAuthorityNeeded, factor.ErrHasMethod), or another phone or something stronger where only a code authorised
// this one (account.ErrReplaceNeeded, ErrTooWeak), or anything where an operator moves it (account.ErrRecoveryNeeded).
func (s *Store) ConfirmEnrolment(ctx context.Context, tenant, id string, ok bool, by outbox.Actor) (account.Enrolment, *account.Device, error) {
	var e account.Enrolment
	var d *account.Device
	var refused error // one that is committed with its count
	err := s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if ok {
			err = activate(ctx, tx, tenant, id, by)
		} else {
			refused, err = countWrongDigits(ctx, tx, tenant, id, by)
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

// activate decides under the account's row, so that of two confirmations at once the second sees what the first made.
func activate(ctx context.Context, tx *sql.Tx, tenant, id string, by outbox.Actor) error {
	if err := holdOwner(ctx, tx, tenant, id); err != nil {
		return err
	}
	n, err := db.Exec(ctx, tx, `
		UPDATE enrolments SET status = $3 WHERE id = $1 AND tenant = $2 AND status = $4 AND expires_at > jawort_now()`,
		id, tenant, confirmed, completed)
	if err != nil {
		return err
	}
	if n == 0 {
		return db.ErrNotFound
	}
	e, d, err := readEnrolment(ctx, tx, tenant, id)
	if err != nil {
		return err
	}
	if err := stillAuthorised(ctx, tx, e); err != nil {
		return err
	}
	if e.Replaces != "" {
		if err := endDevice(ctx, tx, ended{device: e.Replaces, account: e.Account, kind: DeviceRevoked, reason: "replaced", by: by}); err != nil {
			return err
		}
	}
	if err := begin(ctx, tx, e.Device); err != nil {
		return err
	}
	if err := withinLimit(ctx, tx, e.Account); err != nil {
		return err
	}
	return putEnrolled(ctx, tx, e, *d, by)
}

// stillAuthorised looks again at what may have changed while the link was out.
func stillAuthorised(ctx context.Context, tx *sql.Tx, e account.Enrolment) error {
	switch e.Authority {
	case account.ByFirstBinding, account.ByLogin:
		return nothingElse(ctx, tx, e)
	case account.ByApproval:
		m, err := db.One(ctx, tx, db.ScanString, `SELECT method FROM outcomes WHERE approval = $1`, e.Approval)
		if err != nil {
			return err
		}
		if err := strongEnough(ctx, tx, e, approval.Method(m)); err != nil {
			return err
		}
		return onlyMoves(ctx, tx, e)
	case account.ByOperator:
		return byOperator(ctx, tx, e)
	default:
		return nil
	}
}

// begin makes a device decide from now on.
func begin(ctx context.Context, tx *sql.Tx, device string) error {
	return db.MustTouch(ctx, tx, account.ErrEnrolmentEnded, `
		UPDATE credentials SET status = $2, enrolled_at = jawort_now() WHERE device = $1 AND status = $3`, device, active, unconfirmed)
}

// withinLimit refuses an account that has more active devices than it may have.
func withinLimit(ctx context.Context, tx *sql.Tx, accountID string) error {
	var devices int
	p, err := db.One(ctx, tx, func(r db.Row) (p account.GroupPolicy, err error) { return p, r.Scan(intoPolicy(&p), &devices) }, `
		SELECT COALESCE(g.policy, ''), (SELECT COUNT(*) FROM credentials c WHERE c.account = a.id AND c.status = $2)
		FROM accounts a LEFT JOIN groups g ON g.id = a.group_id WHERE a.id = $1`, accountID, active)
	if err != nil {
		return err
	}
	if most := p.MaxDevices(); most > 0 && devices > most {
		return account.ErrDeviceLimit.With("most", most)
	}
	return nil
}

func putEnrolled(ctx context.Context, tx *sql.Tx, e account.Enrolment, d account.Device, by outbox.Actor) error {
	data := map[string]string{"platform": d.Posture.Platform, "authority": string(e.Authority), "enrolment": e.ID}
	if e.Replaces != "" {
		data["replaces"] = e.Replaces
	}
	if e.Proof.Needed() && e.Proof.Account == e.Account { // a helper's number is not the account's channel
		data["proof"] = string(e.Proof.Method)
	}
	return outbox.Put(ctx, tx, outbox.Event{
		Kind: DeviceEnrolled, Tenant: e.Tenant, Application: e.Application, Account: e.Account, Subject: d.ID, Installation: d.Installation,
		Actor: by, Data: data, Personal: map[string]string{"holder": d.Holder, "label": d.Label},
	})
}

// countWrongDigits returns the refusal of the digits, or an error where they could not be counted.
func countWrongDigits(ctx context.Context, tx *sql.Tx, tenant, id string, by outbox.Actor) (refused, err error) {
	var device, application, owner string
	wrong, err := db.One(ctx, tx, func(r db.Row) (n int, err error) { return n, r.Scan(&n, &device, &application, &owner) }, `
		UPDATE enrolments SET confirmations = confirmations + 1, status = CASE WHEN confirmations + 1 >= $4 THEN $5 ELSE status END
		WHERE id = $1 AND tenant = $2 AND status = $3 AND expires_at > jawort_now() RETURNING confirmations, device, application, account`,
		id, tenant, completed, account.MaxConfirmations, abandoned)
	if err != nil {
		return nil, err
	}
	if wrong >= account.MaxConfirmations {
		if _, err = db.Exec(ctx, tx, revoke+` AND device = $2`, revoked, device); err == nil {
			err = outbox.Put(ctx, tx, outbox.Event{
				Kind: EnrolmentFailed, Tenant: tenant, Application: application, Account: owner, Subject: id, Actor: by, Data: map[string]string{"reason": "wrong-digits"},
			})
		}
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
