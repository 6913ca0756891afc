package lasting

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
)

const (
	waiting   = string(account.EnrolmentWaiting)
	opened    = string(account.EnrolmentOpen)
	claimed   = string(account.EnrolmentClaimed)
	completed = string(account.EnrolmentCompleted)
	confirmed = string(account.EnrolmentConfirmed)
	abandoned = string(account.EnrolmentFailed)
	overdue   = string(account.EnrolmentExpired)
)

// Expiry is not written: it is what the clock makes of an enrolment that has not come to its end.
const enrolmentQuery = `
	SELECT e.id, e.tenant, t.name, t.policy, e.application, e.account, a.label, a.external_id,
		CASE WHEN e.status IN ('` + waiting + `', '` + opened + `', '` + claimed + `', '` + completed + `') AND e.expires_at <= jawort_now()
			THEN '` + overdue + `' ELSE e.status END,
		e.device, e.challenge, e.thumbprint, e.confirmations, e.authority, e.approval, e.asked, e.recovery, e.replaces,
		e.proof_account, e.proof_method, COALESCE(CASE e.proof_method WHEN 'email' THEN p.email ELSE p.phone END, ''),
		e.code_hash, e.created_at, e.expires_at
	FROM enrolments e JOIN accounts a ON a.id = e.account JOIN tenants t ON t.id = e.tenant
	LEFT JOIN accounts p ON p.id = e.proof_account AND p.deleted_at = 0
	WHERE e.id = $1`

func scanEnrolment(r db.Row) (e account.Enrolment, err error) {
	var tenant account.TenantPolicy
	err = r.Scan(&e.ID, &e.Tenant, &e.TenantName, intoPolicy(&tenant), &e.Application, &e.Account, &e.AccountLabel, &e.ExternalID,
		&e.Status, &e.Device, &e.Challenge, &e.Thumbprint, &e.Confirmations, &e.Authority, &e.Approval, &e.Asked, &e.Recovery, &e.Replaces,
		&e.Proof.Account, &e.Proof.Method, &e.Proof.Address, &e.CodeHash, db.Into(&e.CreatedAt), db.Into(&e.ExpiresAt))
	e.Support = tenant.Support
	return e, err
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

// ClaimEnrolment gives an open enrolment to the first key that brings its code, and to no other; where a proof is needed,
// its code goes on its way with that. Repeating it with the same key gets the same answer and sends nothing; everything
// else is account.ErrUnknownEnrolment, or why no code can be sent: then nothing was claimed.
func (s *Store) ClaimEnrolment(ctx context.Context, codeHash []byte, thumbprint string) (account.Enrolment, error) {
	var e account.Enrolment
	err := s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		id, err := db.One(ctx, tx, db.ScanString, `
			UPDATE enrolments SET status = $3, thumbprint = $2
			WHERE code_hash = $1 AND status = $4 AND expires_at > jawort_now() RETURNING id`, codeHash, thumbprint, claimed, opened)
		fresh := err == nil
		if errors.Is(err, db.ErrNotFound) {
			id, err = db.One(ctx, tx, db.ScanString, `
				SELECT id FROM enrolments WHERE code_hash = $1 AND thumbprint = $2 AND status = $3`, codeHash, thumbprint, claimed)
		}
		if err != nil {
			return db.Replace(err, account.ErrUnknownEnrolment)
		}
		if e, err = claimedEnrolment(ctx, tx, id, thumbprint); err != nil || !fresh || !e.Proof.Needed() {
			return err
		}
		return s.sendProof(ctx, tx, e)
	})
	return e, err
}

// ClaimedEnrolment returns the enrolment that this key claimed, as long as it can be completed or has been. All else
// is account.ErrUnknownEnrolment.
func (s *Store) ClaimedEnrolment(ctx context.Context, id, thumbprint string) (account.Enrolment, error) {
	return claimedEnrolment(ctx, s.Reads(), id, thumbprint)
}

func claimedEnrolment(ctx context.Context, q db.Querier, id, thumbprint string) (account.Enrolment, error) {
	e, err := db.One(ctx, q, scanEnrolment, enrolmentQuery+` AND e.thumbprint = $2
		AND (e.status = $3 OR (e.status IN ($4, $5) AND e.expires_at > jawort_now()))`,
		id, thumbprint, confirmed, claimed, completed)
	return e, db.Replace(err, account.ErrUnknownEnrolment)
}
