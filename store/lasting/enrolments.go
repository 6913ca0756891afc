package lasting

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
)

const (
	opened    = string(account.EnrolmentOpen)
	claimed   = string(account.EnrolmentClaimed)
	completed = string(account.EnrolmentCompleted)
	confirmed = string(account.EnrolmentConfirmed)
	abandoned = string(account.EnrolmentFailed)
	overdue   = string(account.EnrolmentExpired)
)

// Expiry is not written: it is what the clock makes of an enrolment that has not come to its end.
const enrolmentQuery = `
	SELECT e.id, e.tenant, t.name, e.application, e.account, a.label, a.external_id,
		CASE WHEN e.status IN ('` + opened + `', '` + claimed + `', '` + completed + `') AND e.expires_at <= jawort_now()
			THEN '` + overdue + `' ELSE e.status END,
		e.device, e.challenge, e.thumbprint, e.confirmations, e.created_at, e.expires_at
	FROM enrolments e JOIN accounts a ON a.id = e.account JOIN tenants t ON t.id = e.tenant
	WHERE e.id = $1`

func scanEnrolment(r db.Row) (e account.Enrolment, err error) {
	return e, r.Scan(&e.ID, &e.Tenant, &e.TenantName, &e.Application, &e.Account, &e.AccountLabel, &e.ExternalID,
		&e.Status, &e.Device, &e.Challenge, &e.Thumbprint, &e.Confirmations, db.Into(&e.CreatedAt), db.Into(&e.ExpiresAt))
}

// CreateEnrolment opens an enrolment for an account of the tenant. It lives until e.ExpiresAt, at most
// account.EnrolmentLife.
//
// The account's row comes first, so that one waits for the other where the account is being deleted.
func (s *Store) CreateEnrolment(ctx context.Context, e account.Enrolment, codeHash []byte) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		err := db.MustTouch(ctx, tx, account.ErrUnknownAccount,
			`UPDATE accounts SET deleted_at = 0 WHERE id = $1 AND tenant = $2 AND deleted_at = 0`, e.Account, e.Tenant)
		if err != nil {
			return err
		}
		_, err = db.Exec(ctx, tx, `
			INSERT INTO enrolments (id, tenant, application, account, device, challenge, code_hash, status, created_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, jawort_now(),
				CASE WHEN CAST($9 AS BIGINT) BETWEEN 1 AND jawort_now() + $10 THEN $9 ELSE jawort_now() + $10 END)`,
			e.ID, e.Tenant, e.Application, e.Account, e.Device, e.Challenge, codeHash, opened,
			db.Micros(e.ExpiresAt), account.EnrolmentLife.Microseconds())
		return err
	})
}

// Enrolment returns an enrolment of the tenant, and its device once a phone has completed it.
func (s *Store) Enrolment(ctx context.Context, tenant, id string) (account.Enrolment, *account.Device, error) {
	return readEnrolment(ctx, s.Reads(), tenant, id)
}

func readEnrolment(ctx context.Context, q db.Querier, tenant, id string) (account.Enrolment, *account.Device, error) {
	e, err := db.One(ctx, q, scanEnrolment, enrolmentQuery+` AND e.tenant = $2`, id, tenant)
	if err != nil {
		return account.Enrolment{}, nil, db.Replace(err, account.ErrUnknownEnrolment)
	}
	d, err := deviceByID(ctx, q, e.Device)
	if errors.Is(err, db.ErrNotFound) {
		return e, nil, nil
	}
	return e, &d, err
}

// ClaimEnrolment gives an open enrolment to the first key that brings its code, and to no other. Repeating it with
// the same key gets the same answer; everything else is account.ErrUnknownEnrolment.
func (s *Store) ClaimEnrolment(ctx context.Context, codeHash []byte, thumbprint string) (account.Enrolment, error) {
	id, err := db.One(ctx, s.Writes(), db.ScanString, `
		UPDATE enrolments SET status = $3, thumbprint = $2
		WHERE code_hash = $1 AND (status = $4 OR (status = $3 AND thumbprint = $2)) AND expires_at > jawort_now()
		RETURNING id`, codeHash, thumbprint, claimed, opened)
	if err != nil {
		return account.Enrolment{}, db.Replace(err, account.ErrUnknownEnrolment)
	}
	return s.ClaimedEnrolment(ctx, id, thumbprint)
}

// ClaimedEnrolment returns the enrolment that this key claimed, as long as it can be completed or has been. All else
// is account.ErrUnknownEnrolment.
func (s *Store) ClaimedEnrolment(ctx context.Context, id, thumbprint string) (account.Enrolment, error) {
	e, err := db.One(ctx, s.Reads(), scanEnrolment, enrolmentQuery+` AND e.thumbprint = $2
		AND (e.status = $3 OR (e.status IN ($4, $5) AND e.expires_at > jawort_now()))`,
		id, thumbprint, confirmed, claimed, completed)
	return e, db.Replace(err, account.ErrUnknownEnrolment)
}
