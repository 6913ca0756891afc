package lasting

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
)

// Prover sends the codes by which enrolments are proved, and says whether one is right.
type Prover interface {
	// SendProof puts a new code on its way and returns what is kept of it.
	SendProof(ctx context.Context, tx *sql.Tx, p account.Proving) (mac []byte, err error)
	// CheckProof counts a try. refused is to be committed with the count; err changes nothing.
	CheckProof(ctx context.Context, tx *sql.Tx, e account.Enrolment, mac []byte, code string) (refused *refusal.Error, err error)
}

// sendProof puts a new code in the place of the one before.
func (s *Store) sendProof(ctx context.Context, tx *sql.Tx, e account.Enrolment) error {
	if s.Prover == nil {
		return errors.New("lasting: nobody sends the codes of enrolments")
	}
	p, err := proving(ctx, tx, e)
	if err != nil {
		return err
	}
	mac, err := s.Prover.SendProof(ctx, tx, p)
	if err != nil {
		return err
	}
	return db.MustTouch(ctx, tx, account.ErrUnknownEnrolment, `
		UPDATE enrolments SET proof_mac = $2, proof_sent = proof_sent + 1, proof_sent_at = jawort_now() WHERE id = $1`, e.ID, mac)
}

func proving(ctx context.Context, q db.Querier, e account.Enrolment) (account.Proving, error) {
	return db.One(ctx, q, func(r db.Row) (account.Proving, error) {
		p := account.Proving{Enrolment: e}
		a, app, g := &p.Account, &p.Application, &p.Group
		return p, r.Scan(append(accountDest(a), &g.ID, intoPolicy(&g.Policy), &app.ID, &app.Tenant, &app.TenantName, intoPolicy(&app.TenantPolicy), &app.Name)...)
	}, `
		SELECT `+accountColumns+`, COALESCE(g.id, ''), COALESCE(g.policy, ''), p.id, p.tenant, t.name, t.policy, p.name
		FROM accounts a JOIN tenants t ON t.id = a.tenant JOIN applications p ON p.id = $2 LEFT JOIN groups g ON g.id = a.group_id
		WHERE a.id = $1`, e.Account, e.Application)
}

// ResendProof sends another code for the enrolment that this key claimed, and ends the one before. Errors are
// account.ErrUnknownEnrolment (also where no code is needed), factor.ErrTooManyCodes, ErrCodeTooSoon, and why none can be sent.
func (s *Store) ResendProof(ctx context.Context, id, thumbprint string) (account.Enrolment, error) {
	var e account.Enrolment
	err := s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var sent int
		var since int64
		_, err := db.One(ctx, tx, func(r db.Row) (none struct{}, err error) { return none, r.Scan(&sent, &since) }, `
			UPDATE enrolments SET thumbprint = thumbprint
			WHERE id = $1 AND thumbprint = $2 AND status = $3 AND proof_method <> '' AND expires_at > jawort_now()
			RETURNING proof_sent, jawort_now() - proof_sent_at`, id, thumbprint, claimed)
		pause := factor.CodeInterval - time.Duration(since)*time.Microsecond
		switch {
		case err != nil:
			return db.Replace(err, account.ErrUnknownEnrolment)
		case sent >= account.MaxProofs:
			return factor.ErrTooManyCodes
		case pause > 0:
			return factor.ErrCodeTooSoon.After(pause)
		}
		if e, err = claimedEnrolment(ctx, tx, id, thumbprint); err != nil {
			return err
		}
		return s.sendProof(ctx, tx, e)
	})
	return e, err
}

// prove wants the code of an enrolment that needs one. A wrong one is counted; the third ends the enrolment.
func (s *Store) prove(ctx context.Context, tx *sql.Tx, c account.Completion) (refused, err error) {
	mac, err := db.One(ctx, tx, db.ScanBytes, `
		UPDATE enrolments SET thumbprint = thumbprint
		WHERE id = $1 AND thumbprint = $2 AND status = $3 AND expires_at > jawort_now() RETURNING proof_mac`, c.Enrolment, c.Thumbprint, claimed)
	if err != nil {
		return nil, err
	}
	e, err := claimedEnrolment(ctx, tx, c.Enrolment, c.Thumbprint)
	if err != nil || !e.Proof.Needed() {
		return nil, err
	}
	if s.Prover == nil {
		return nil, errors.New("lasting: nobody checks the codes of enrolments")
	}
	wrong, err := s.Prover.CheckProof(ctx, tx, e, mac, c.Code)
	if err != nil || wrong == nil {
		return nil, err
	}
	failures, err := db.One(ctx, tx, db.ScanInt, `
		UPDATE enrolments SET proof_failures = proof_failures + 1, status = CASE WHEN proof_failures + 1 >= $2 THEN $3 ELSE status END
		WHERE id = $1 RETURNING proof_failures`, c.Enrolment, account.MaxProofs, abandoned)
	if err != nil {
		return nil, err
	}
	left := account.MaxProofs - failures
	if before, ok := wrong.Extra["attempts_left"].(int); ok { // fewer where the method is about to pause
		left = min(left, before)
	}
	return wrong.With("attempts_left", left), nil
}
