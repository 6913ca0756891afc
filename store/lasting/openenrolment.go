package lasting

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/means"
	"github.com/jawort/jawort/store/outbox"
)

// EnrolmentOpened is the kind of the event that a link is out: data says who authorised it, personal an operator's reason.
const EnrolmentOpened = "enrolment.opened"

// EnrolmentFailed is the kind of the event that wrong digits or codes ended an enrolment: data says which.
const EnrolmentFailed = "enrolment.failed"

// CreateEnrolment makes an enrolment for an account of the tenant, open or waiting as e.Status says. An open one lives until
// e.ExpiresAt, at most account.EnrolmentLife. What authorises it is used up with that. Errors are account.ErrUnknownAccount,
// ErrAuthorityNeeded and factor.ErrHasMethod (the account has something to confirm with), ErrNotAuthorised, ErrTooWeak,
// ErrReplaceNeeded, ErrRecoveryNeeded, ErrRecoveryWaiting and ErrRecoveryEnded.
//
// The account's row comes first, so that one waits for the other where the account is being deleted, or gets a phone.
func (s *Store) CreateEnrolment(ctx context.Context, e account.Enrolment, codeHash []byte, reason string, by outbox.Actor) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		err := db.MustTouch(ctx, tx, account.ErrUnknownAccount,
			`UPDATE accounts SET deleted_at = 0 WHERE id = $1 AND tenant = $2 AND deleted_at = 0`, e.Account, e.Tenant)
		if err != nil {
			return err
		}
		if err := replaceable(ctx, tx, e); err != nil {
			return err
		}
		if err := authorised(ctx, tx, e); err != nil {
			return err
		}
		if err := putEnrolment(ctx, tx, e, codeHash); err != nil || e.Status == account.EnrolmentWaiting {
			return err
		}
		return putOpened(ctx, tx, e, reason, by)
	})
}

// replaceable refuses to replace what is no device of the account.
func replaceable(ctx context.Context, q db.Querier, e account.Enrolment) error {
	if e.Replaces == "" {
		return nil
	}
	_, err := db.One(ctx, q, db.ScanInt, `SELECT 1 FROM credentials WHERE device = $1 AND account = $2 AND status <> $3`, e.Replaces, e.Account, revoked)
	return db.Replace(err, account.ErrUnknownDevice)
}

// authorised uses up what authorises the enrolment.
func authorised(ctx context.Context, tx *sql.Tx, e account.Enrolment) error {
	switch e.Authority {
	case account.ByFirstBinding, account.ByLogin:
		return nothingElse(ctx, tx, e)
	case account.ByApproval:
		return freshApproval(ctx, tx, e)
	case account.ByRecovery:
		return useRecovery(ctx, tx, e)
	case account.ByDevice, account.ByManager:
		if e.Status == account.EnrolmentWaiting {
			return nil
		}
	case account.ByOperator:
		return byOperator(ctx, tx, e)
	}
	return errors.New("lasting: an enrolment that nobody authorised")
}

// nothingElse refuses where the account has something by which it could confirm, but for what this approval activated, or where the
// approval ended otherwise than approved.
func nothingElse(ctx context.Context, q db.Querier, e account.Enrolment) error {
	var status string
	other, err := db.One(ctx, q, func(r db.Row) (other bool, err error) { return other, r.Scan(&other, &status) }, `
		SELECT `+means.Beside("$1", "$2")+`, COALESCE((SELECT o.status FROM outcomes o WHERE o.approval = $2), $3)`,
		e.Account, e.Approval, approval.StatusApproved)
	switch {
	case err != nil:
		return err
	case other && e.Authority == account.ByLogin:
		return factor.ErrHasMethod
	case other:
		return account.ErrAuthorityNeeded
	case approval.Status(status) != approval.StatusApproved:
		return approval.ErrNotPending.With("ended", status)
	default:
		return nil
	}
}

// freshApproval wants a login of this account and application that a code confirmed a short time ago, by a method that is worth as much as
// what else the account has, and a phone that is no further one. What was confirmed for another step in the portal is none. That it is used once is seen to by the index of enrolments.
func freshApproval(ctx context.Context, tx *sql.Tx, e account.Enrolment) error {
	args := []any{e.Approval, e.Tenant, e.Application, e.Account, approval.Login, approval.StatusApproved, account.ApprovalFresh.Microseconds()}
	first := len(args) + 1
	for _, m := range account.Authorising {
		args = append(args, m)
	}
	var kept string
	m, err := db.One(ctx, tx, func(r db.Row) (m approval.Method, err error) { return m, r.Scan(&m, &kept) }, `
		SELECT method, context FROM outcomes WHERE approval = $1 AND tenant = $2 AND application = $3 AND account = $4 AND kind = $5 AND status = $6
			AND decided_at + $7 > jawort_now() AND method IN (`+db.Placeholders(first, len(account.Authorising))+`)`, args...)
	if err != nil {
		return db.Replace(err, account.ErrNotAuthorised)
	}
	about, err := approval.ParseContext(kept)
	if err != nil {
		return err
	}
	if !about.Enrols() {
		return account.ErrNotAuthorised
	}
	if err := strongEnough(ctx, tx, e, m); err != nil {
		return err
	}
	return onlyMoves(ctx, tx, e)
}

func putEnrolment(ctx context.Context, tx *sql.Tx, e account.Enrolment, codeHash []byte) error {
	status, life := opened, account.EnrolmentLife
	if e.Status == account.EnrolmentWaiting {
		status, life = waiting, 2*account.QuestionLife // who was authorised at the last moment still gets the link
	}
	return db.MustTouch(ctx, tx, account.ErrNotAuthorised, `
		INSERT INTO enrolments (id, tenant, application, account, device, challenge, code_hash, status, created_at, expires_at,
			authority, approval, asked, recovery, replaces, proof_account, proof_method)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, jawort_now(),
			CASE WHEN CAST($9 AS BIGINT) BETWEEN 1 AND jawort_now() + $10 THEN $9 ELSE jawort_now() + $10 END,
			$11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT (approval) WHERE approval <> '' AND authority <> 'login' DO NOTHING`,
		e.ID, e.Tenant, e.Application, e.Account, e.Device, e.Challenge, codeHash, status, db.Micros(e.ExpiresAt), life.Microseconds(),
		e.Authority, e.Approval, e.Asked, e.Recovery, e.Replaces, e.Proof.Account, e.Proof.Method)
}

// OpenEnrolment ends the waiting of an enrolment whose question has ended: a link with this code is out where a phone that was asked
// approved exactly that question, and where an old phone is replaced, that very one; else the enrolment has failed.
// An enrolment that does not wait any more stays as it is.
func (s *Store) OpenEnrolment(ctx context.Context, tenant, id string, codeHash []byte) (account.Enrolment, error) {
	var e account.Enrolment
	err := s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if err := holdOwner(ctx, tx, tenant, id); err != nil && !errors.Is(err, db.ErrNotFound) {
			return err
		}
		n, err := db.Exec(ctx, tx, `
			UPDATE enrolments SET status = $3, code_hash = $4, expires_at = jawort_now() + $5
			WHERE id = $1 AND tenant = $2 AND status = $6 AND expires_at > jawort_now()
				AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = account AND a.deleted_at = 0)
				AND EXISTS (SELECT 1 FROM outcomes o WHERE o.approval = enrolments.approval AND o.tenant = $2 AND o.account = enrolments.asked
					AND o.kind = $7 AND o.status = $8 AND o.method = $9
					AND (enrolments.authority <> $10 OR enrolments.replaces IN ('', o.device)))`,
			id, tenant, opened, codeHash, account.EnrolmentLife.Microseconds(), waiting,
			approval.Transaction, approval.StatusApproved, approval.MethodPush, account.ByDevice)
		if err != nil {
			return err
		}
		if n == 0 {
			_, err = db.Exec(ctx, tx, `UPDATE enrolments SET status = $3 WHERE id = $1 AND tenant = $2 AND status = $4`, id, tenant, abandoned, waiting)
		}
		if err != nil {
			return err
		}
		if e, _, err = readEnrolment(ctx, tx, tenant, id); err != nil || n == 0 {
			return err
		}
		device, err := db.One(ctx, tx, db.ScanString, `SELECT device FROM outcomes WHERE approval = $1`, e.Approval)
		if err != nil {
			return err
		}
		return putOpened(ctx, tx, e, "", outbox.Actor{Kind: outbox.ByDevice, ID: device})
	})
	return e, err
}

// holdOwner takes the row of the enrolment's account; db.ErrNotFound: there is none, or it is deleted.
func holdOwner(ctx context.Context, tx *sql.Tx, tenant, enrolment string) error {
	return db.MustTouch(ctx, tx, db.ErrNotFound, `
		UPDATE accounts SET deleted_at = 0
		WHERE deleted_at = 0 AND id = (SELECT e.account FROM enrolments e WHERE e.id = $1 AND e.tenant = $2)`, enrolment, tenant)
}

func putOpened(ctx context.Context, tx *sql.Tx, e account.Enrolment, reason string, by outbox.Actor) error {
	data := map[string]string{"authority": string(e.Authority)}
	for name, id := range map[string]string{"approval": e.Approval, "recovery": e.Recovery, "replaces": e.Replaces, "asked": e.Asked} {
		if id != "" {
			data[name] = id
		}
	}
	event := outbox.Event{Kind: EnrolmentOpened, Tenant: e.Tenant, Application: e.Application, Account: e.Account, Subject: e.ID, Actor: by, Data: data}
	if reason != "" {
		event.Personal = map[string]string{"reason": reason}
	}
	return outbox.Put(ctx, tx, event)
}
