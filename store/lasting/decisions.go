package lasting

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

// Decide settles a decision whose signature has been verified, and whose number, where one is needed, is right. It
// never overwrites: the verdict carries the outcome that stands, whoever caused it, and says whether the
// caller gets credit for it. The same device with the same decision gets its first answer again.
//
// approval.ErrInactive: the credential is not active any more. approval.ErrExpired: too late. To an approve also
// approval.ErrAlreadyDecided where this device has denied before, and approval.ErrWrongNumber where it typed too
// many wrong numbers, as if the number had been wrong again.
//
// Only an approve that is not refused ends the credential's series of failures: deny and report prove nothing about
// the number.
func (s *Store) Decide(ctx context.Context, d approval.Decided) (approval.Verdict, error) {
	return s.decide(ctx, d, d.Decision == approval.Approve, func(ctx context.Context, tx *sql.Tx) (approval.Verdict, error) {
		switch d.Decision {
		case approval.Approve:
			return approve(ctx, tx, d)
		case approval.Deny:
			return deny(ctx, tx, d)
		case approval.Report:
			return report(ctx, tx, d)
		default:
			return approval.Verdict{}, fmt.Errorf("lasting: unknown decision %q", d.Decision)
		}
	})
}

type settler func(ctx context.Context, tx *sql.Tx) (approval.Verdict, error)

// decide runs settle in a transaction that holds the credential's row, where the credential is active. Proven says
// that the number was right.
func (s *Store) decide(ctx context.Context, d approval.Decided, proven bool, settle settler) (approval.Verdict, error) {
	var v approval.Verdict
	err := s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if err := use(ctx, tx, d, proven); err != nil {
			return err
		}
		v, err = settle(ctx, tx)
		return err
	})
	if db.IsUnsure(err) {
		return s.settledAfterAll(ctx, d, err)
	}
	if err != nil {
		return approval.Verdict{}, err
	}
	return v, nil
}

// use updates the credential's row, which makes revoking wait for this decision or this decision for revoking.
func use(ctx context.Context, tx *sql.Tx, d approval.Decided, proven bool) error {
	return db.MustTouch(ctx, tx, approval.ErrInactive, `
		UPDATE credentials SET used_at = jawort_now(), sign_count = CASE WHEN sign_count < $4 THEN $4 ELSE sign_count END,
			failures = CASE WHEN $6 THEN 0 ELSE failures END
		WHERE id = $1 AND device = $2 AND account = $3 AND status = $5`,
		d.Signer.Credential.ID, d.Signer.Device, d.Approval.Account, int64(d.Assertion.SignCount()), active, proven)
}

// settledAfterAll answers from the outcome where there is one. Otherwise the phone repeats what it signed.
func (s *Store) settledAfterAll(ctx context.Context, d approval.Decided, cause error) (approval.Verdict, error) {
	o, err := s.again(ctx, d.Approval.ID, cause)
	if err != nil {
		return approval.Verdict{}, err
	}
	v := verdict(o, d)
	if d.Decision == approval.Report && !v.Own {
		return approval.Verdict{}, cause // the late report may be lost
	}
	return v, nil
}

// decided returns the outcome that d leads to when it wins.
func decided(d approval.Decided, status approval.Status) approval.Outcome {
	o := endOf(d.Approval, status)
	if status == approval.StatusApproved {
		o.Method = approval.MethodPush
	}
	signer := d.Signer.Credential
	o.Decision, o.Number = d.Decision, d.Number
	o.Device, o.Label, o.Holder = d.Signer.Device, d.Signer.Label, d.Signer.Holder
	o.Signer, o.Assertion = &signer, d.Assertion
	return o
}

// verdict says what the standing outcome means to the device of d.
func verdict(o approval.Outcome, d approval.Decided) approval.Verdict {
	own := o.Device == d.Signer.Device && o.Decision == d.Decision && o.Status == d.Decision.Status()
	return approval.Verdict{Outcome: &o, Own: own}
}

// win tries to end the approval with d; ok says that the verdict is final, because d won or another did before.
func win(ctx context.Context, tx *sql.Tx, d approval.Decided, status approval.Status, condition string) (v approval.Verdict, ok bool, err error) {
	o := decided(d, status)
	won, err := put(ctx, tx, d.Approval, &o, condition)
	if err != nil {
		return v, false, err
	}
	if won {
		return approval.Verdict{Outcome: &o, Own: true}, true, nil
	}
	return found(ctx, tx, d)
}

// found returns the verdict where the approval has ended.
func found(ctx context.Context, tx *sql.Tx, d approval.Decided) (v approval.Verdict, ok bool, err error) {
	o, err := readOutcome(ctx, tx, d.Approval.ID)
	if errors.Is(err, approval.ErrUnknown) {
		return v, false, nil
	}
	return verdict(o, d), err == nil, err
}

func approve(ctx context.Context, tx *sql.Tx, d approval.Decided) (approval.Verdict, error) {
	v, ok, err := win(ctx, tx, d, approval.StatusApproved, unspent)
	if err == nil && !ok {
		err = refused(ctx, tx, d)
		if err == nil {
			err = approval.ErrExpired // the clock was set back in between
		}
	}
	return v, err
}

// refused says why a device may not approve what is still pending. It is asked about right numbers and wrong ones,
// so that the answer tells nothing about the number.
func refused(ctx context.Context, tx *sql.Tx, d approval.Decided) error {
	late, err := db.One(ctx, tx, db.ScanBool, `SELECT jawort_now() >= $1`, db.Micros(d.Approval.ExpiresAt))
	if err != nil {
		return err
	}
	if late {
		return approval.ErrExpired
	}
	reason, err := spent(ctx, tx, d)
	switch {
	case err != nil:
		return err
	case reason == blockedDevice:
		return approval.ErrWrongNumber.With("attempts_left", 0)
	case reason == deniedDevice:
		return approval.ErrAlreadyDecided.With("by", d.Signer.Label)
	default:
		return nil
	}
}

// expire ends an approval whose time was over before anybody wrote it down.
func expire(ctx context.Context, tx *sql.Tx, d approval.Decided) (approval.Verdict, error) {
	o := endOf(d.Approval, approval.StatusExpired)
	won, err := put(ctx, tx, d.Approval, &o, afterClose)
	if err != nil || won {
		return verdict(o, d), err
	}
	v, _, err := found(ctx, tx, d)
	return v, err
}
