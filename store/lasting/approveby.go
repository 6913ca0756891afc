package lasting

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/outbox"
)

// ApproveBy ends a pending approval as approved by a method that is no signature, in the transaction that consumes what
// proved it; by is who brought that. Won says that it did; otherwise the outcome is the one that stands. approval.ErrExpired: too late.
func (s *Store) ApproveBy(ctx context.Context, tx *sql.Tx, p approval.Pending, method approval.Method, by outbox.Actor) (o approval.Outcome, won bool, err error) {
	o = endOf(p, approval.StatusApproved)
	o.Method, o.Actor = method, by.String()
	return endBy(ctx, tx, p, o)
}

// endBy writes an outcome that confirms while the approval is open, or finds the one that stands.
func endBy(ctx context.Context, tx *sql.Tx, p approval.Pending, o approval.Outcome) (end approval.Outcome, won bool, err error) {
	won, err = put(ctx, tx, p, &o, beforeClose)
	if err == nil && won {
		err = liftByHolder(ctx, tx, p, o.Method)
	}
	if err != nil || won {
		return o, won, err
	}
	o, err = readOutcome(ctx, tx, p.ID)
	if errors.Is(err, approval.ErrUnknown) {
		return o, false, approval.ErrExpired
	}
	return o, false, err
}

// ApproveByPasskey is ApproveBy for a passkey, whose row the transaction has updated: it and what it signed are kept as evidence. At the
// login by which it was registered it signed nothing; assertion is nil then.
func (s *Store) ApproveByPasskey(ctx context.Context, tx *sql.Tx, p approval.Pending, k approval.Passkey, assertion *approval.Assertion) (o approval.Outcome, won bool, err error) {
	o = endOf(p, approval.StatusApproved)
	o.Method, o.Device, o.Label = approval.MethodPasskey, k.ID, k.Label
	o.Actor = outbox.Actor{Kind: outbox.ByPasskey, ID: k.ID}.String()
	if assertion != nil {
		signer := k.Credential
		signer.Device = k.ID
		o.Decision, o.Signer, o.Assertion = approval.Approve, &signer, assertion
	}
	return endBy(ctx, tx, p, o)
}

// What must still hold when nobody is asked. The account's row is not locked: a deletion at the same moment finds a
// login that was let in a moment before.
var (
	stillTrusted = `EXISTS (SELECT 1 FROM trusted_browsers b JOIN accounts a ON a.id = b.account
		WHERE b.id = $28 AND b.account = $4 AND ` + trustedAt(`$3`) + `)`
	stillThere = `EXISTS (SELECT 1 FROM accounts a WHERE a.id = $4 AND a.deleted_at = 0)`
)

// LetIn writes the outcome of a login about which nobody is asked, in one statement: by a trusted browser, or because
// confirming is not enforced yet. approval.ErrChanged: what it rests on has ended meanwhile. Repeating it with the same
// approval gets the first outcome.
func (s *Store) LetIn(ctx context.Context, p approval.Pending, method approval.Method, browser string) (approval.Outcome, error) {
	o := endOf(p, approval.StatusApproved)
	o.Method, o.Browser, o.Actor = method, browser, bySystem.Actor.String()
	condition := stillThere
	if method == approval.MethodTrustedBrowser {
		condition, o.Actor = stillTrusted, outbox.Actor{Kind: outbox.ByTrusted, ID: browser}.String()
	}
	won, err := put(ctx, s.Writes(), p, &o, condition)
	if err != nil || won {
		return o, err
	}
	o, err = s.Outcome(ctx, p.ID)
	if errors.Is(err, approval.ErrUnknown) {
		err = approval.ErrChanged
	}
	return o, err
}
