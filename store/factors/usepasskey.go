package factors

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/store/db"
)

// PasskeysFor returns the ids of the credentials by which the approval can be confirmed on pages under the RP ID. Errors are
// factor.ErrNotActive, ErrPaused, ErrDisabled, approval.ErrExpired and ErrNotPending.
func (s *Store) PasskeysFor(ctx context.Context, p approval.Pending, rpID string) ([][]byte, error) {
	var ids [][]byte
	err := s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if err := hold(ctx, tx, p.Account, approval.MethodPasskey); err != nil {
			return err
		}
		if err := stillOpen(ctx, tx, p); err != nil {
			return err
		}
		ids, err = credentialsOf(ctx, tx, p.Account, rpID)
		return err
	})
	switch {
	case errors.Is(err, errEnded):
		return nil, approval.ErrNotPending
	case err == nil && len(ids) == 0:
		return nil, factor.ErrNotActive
	}
	return ids, err
}

// PasskeyAttempt is what a browser signed to confirm an approval.
type PasskeyAttempt struct {
	Approval  approval.Pending // authenticated by the caller
	Party     *approval.RelyingParty
	Assertion *approval.Assertion
}

// ConfirmByPasskey ends the approval as approved by a passkey of its account, or returns the outcome that stands: then nothing is
// counted. The passkey's row is updated where it is there, in the transaction that writes the outcome; removing one waits
// for that, or that for removing. Errors are factor.ErrWrongPasskey with attempts_left, ErrPaused, ErrDisabled, ErrNotActive and
// approval.ErrExpired.
func (s *Store) ConfirmByPasskey(ctx context.Context, a PasskeyAttempt) (approval.Outcome, error) {
	return s.settled(ctx, a.Approval.ID, func(ctx context.Context, tx *sql.Tx) (o approval.Outcome, refused, err error) {
		return s.confirmByPasskey(ctx, tx, a)
	})
}

func (s *Store) confirmByPasskey(ctx context.Context, tx *sql.Tx, a PasskeyAttempt) (o approval.Outcome, refused, err error) {
	t, err := begin(ctx, tx, a.Approval.Account, approval.MethodPasskey, false)
	if err != nil {
		return o, nil, err
	}
	if err := stillOpen(ctx, tx, a.Approval); err != nil {
		return o, nil, err
	}
	k, ok, err := usePasskey(ctx, tx, a)
	if err != nil {
		return o, nil, err
	}
	if !ok {
		refused, err = t.wrong(ctx, tx)
		return o, refused, err
	}
	if err := t.right(ctx, tx); err != nil {
		return o, nil, err
	}
	o, won, err := s.Outcomes.ApproveByPasskey(ctx, tx, a.Approval, k, a.Assertion)
	if err == nil && !won {
		err = errEnded
	}
	return o, nil, err
}

// usePasskey reports whether the assertion is one of the account's passkey over the approval's document. A counter that went back is
// no reason to refuse, as with phones: many authenticators keep none.
func usePasskey(ctx context.Context, tx *sql.Tx, a PasskeyAttempt) (k approval.Passkey, ok bool, err error) {
	p := a.Approval
	k, err = passkeyBy(ctx, tx, p.Account, a.Party.ID(), a.Assertion.CredentialID)
	if errors.Is(err, db.ErrNotFound) {
		return k, false, nil
	}
	if err != nil {
		return k, false, err
	}
	if err := a.Party.VerifyPasskey(a.Assertion, k.Credential, p.Account, p.Document); err != nil {
		return k, false, nil
	}
	n, err := db.Exec(ctx, tx, `
		UPDATE passkeys SET used_at = jawort_now(), backed_up = $4, sign_count = CASE WHEN sign_count < $3 THEN $3 ELSE sign_count END
		WHERE id = $1 AND account = $2`, k.ID, p.Account, int64(a.Assertion.SignCount()), a.Assertion.BackedUp())
	return k, n == 1, err
}
