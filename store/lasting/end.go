package lasting

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// Every end of an approval is this insert, which wins or changes nothing. What differs is the condition.
const (
	insertOutcome = `
	INSERT INTO outcomes (` + outcomeColumns + `)
	SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
		$24, $25, jawort_now(), $26, $27, $28, $29 WHERE `
	firstWins = ` ON CONFLICT (approval) DO NOTHING RETURNING decided_at, EXISTS (SELECT 1 FROM erasures WHERE account = $4)`

	beforeExpiry = `jawort_now() < $25`
	beforeClose  = `jawort_now() < $26`
	afterClose   = `jawort_now() >= $26`
	anyTime      = `TRUE`
	// A device that denied, or typed too many wrong numbers, approves no more.
	unspent = beforeExpiry + ` AND NOT EXISTS (SELECT 1 FROM partial_denies p WHERE p.approval = $1 AND p.device = $10)`
)

// put inserts an outcome and stamps it; its event comes with it. It reports whether it won. Of an erased account nothing is kept
// of it that an erasure would have taken away: the question was open while its person was erased.
func put(ctx context.Context, q db.Querier, p approval.Pending, o *approval.Outcome, condition string) (bool, error) {
	c, a := o.Signer, o.Assertion
	if c == nil || a == nil {
		c, a = new(approval.Credential), new(approval.Assertion)
	}
	erased := false
	decidedAt, err := db.One(ctx, q, func(r db.Row) (at int64, err error) { return at, r.Scan(&at, &erased) }, insertOutcome+condition+firstWins,
		o.Approval, o.Tenant, o.Application, o.Account, o.Kind, o.Status, o.Method, o.Decision, o.Number,
		o.Device, o.Label, o.Holder, o.Document,
		c.ID, c.PublicKey, int64(c.SignCount), c.BackupEligible, c.AAGUID, c.Attestation, db.Micros(c.EnrolledAt),
		a.AuthenticatorData, a.ClientDataJSON, a.Signature,
		db.Micros(p.CreatedAt), db.Micros(p.ExpiresAt), db.Micros(p.ClosesAt), o.Context, o.Browser, o.Actor)
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	o.DecidedAt = db.At(decidedAt)
	if erased {
		err = eraseOutcome(ctx, q, remains{o.Approval, o.Document})
	}
	return err == nil, err
}

// endOf returns the outcome of an approval that nobody decided.
func endOf(p approval.Pending, status approval.Status) approval.Outcome {
	return approval.Outcome{
		Approval: p.ID, Tenant: p.Tenant, Application: p.Application, Account: p.Account, Kind: p.Kind,
		Status: status, Document: p.Document, Context: p.Context,
		CreatedAt: db.At(db.Micros(p.CreatedAt)), ExpiresAt: db.At(db.Micros(p.ExpiresAt)), ClosesAt: db.At(db.Micros(p.ClosesAt)),
	}
}

// End is EndBy where nobody has it done.
func (s *Store) End(ctx context.Context, p approval.Pending, status approval.Status) (approval.Outcome, error) {
	return s.EndBy(ctx, p, status, bySystem.Actor)
}

// EndBy ends an approval without a decision, as expired, cancelled or superseded, or returns the outcome that was
// first. Before its closing time an approval does not expire: approval.ErrNotDue.
func (s *Store) EndBy(ctx context.Context, p approval.Pending, status approval.Status, by outbox.Actor) (approval.Outcome, error) {
	condition := anyTime
	switch status {
	case approval.StatusExpired:
		condition = afterClose
	case approval.StatusCancelled, approval.StatusSuperseded:
	default:
		return approval.Outcome{}, fmt.Errorf("lasting: an approval cannot end as %q without a decision", status)
	}
	var o approval.Outcome
	err := s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		o = endOf(p, status)
		o.Actor = by.String()
		won, err := put(ctx, tx, p, &o, condition)
		if err != nil || won {
			return err
		}
		o, err = readOutcome(ctx, tx, p.ID)
		if errors.Is(err, approval.ErrUnknown) {
			return approval.ErrNotDue
		}
		return err
	})
	if db.IsUnsure(err) {
		return s.again(ctx, p.ID, err)
	}
	return o, err
}

// again reads an outcome on a fresh connection after a commit that nobody knows the end of.
func (s *Store) again(ctx context.Context, id string, cause error) (approval.Outcome, error) {
	o, err := s.Outcome(context.WithoutCancel(ctx), id)
	if err != nil {
		return approval.Outcome{}, cause
	}
	return o, nil
}
