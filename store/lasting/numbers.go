package lasting

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// WrongNumber counts a signed approve whose number was not the one shown. The same number of the same device counts
// once. The third distinct one takes the device out of those that may answer; where it was the last, the
// approval ends as denied. The 100th consecutive one over all approvals disables the credential.
//
// Verdict.Own says that the number counted (now or in an earlier try) and AttemptsLeft is the answer, also where it
// ended the approval. Otherwise the approval had ended before, and nothing was counted. Errors are those of Decide.
func (s *Store) WrongNumber(ctx context.Context, d approval.Decided) (approval.Verdict, error) {
	v, err := s.decide(ctx, d, false, func(ctx context.Context, tx *sql.Tx) (approval.Verdict, error) {
		v, ok, err := found(ctx, tx, d)
		if err != nil {
			return v, err
		}
		if ok {
			return v, nil
		}
		return countWrongNumber(ctx, tx, d)
	})
	if o := v.Outcome; o != nil {
		v.Own = o.Status == approval.StatusDenied && o.Device == d.Signer.Device && o.Decision == d.Decision && o.Number == d.Number
	}
	return v, err
}

func countWrongNumber(ctx context.Context, tx *sql.Tx, d approval.Decided) (approval.Verdict, error) {
	fresh, err := db.Exec(ctx, tx, `
		INSERT INTO wrong_numbers (approval, device, number)
		SELECT $1, $2, $3 WHERE jawort_now() < $4
		AND NOT EXISTS (SELECT 1 FROM partial_denies p WHERE p.approval = $1 AND p.device = $2)
		ON CONFLICT (approval, device, number) DO NOTHING`,
		d.Approval.ID, d.Signer.Device, d.Number, db.Micros(d.Approval.ExpiresAt))
	if err != nil {
		return approval.Verdict{}, err
	}
	tries, err := db.One(ctx, tx, db.ScanInt, `SELECT COUNT(*) FROM wrong_numbers WHERE approval = $1 AND device = $2`,
		d.Approval.ID, d.Signer.Device)
	if err != nil {
		return approval.Verdict{}, err
	}
	left := max(approval.MaxWrongNumbers-tries, 0)
	if fresh == 0 {
		return counted(ctx, tx, d, left)
	}
	if active, err := fail(ctx, tx, d); err != nil || (active && left > 0) {
		return approval.Verdict{Own: true, AttemptsLeft: left}, err
	}
	return withdraw(ctx, tx, d, blockedDevice)
}

// counted answers for a number that added nothing: a repeat, or one of a device that may not answer any more.
func counted(ctx context.Context, tx *sql.Tx, d approval.Decided, left int) (approval.Verdict, error) {
	err := refused(ctx, tx, d)
	if errors.Is(err, approval.ErrWrongNumber) {
		return approval.Verdict{Own: true}, nil
	}
	return approval.Verdict{Own: true, AttemptsLeft: left}, err
}

// fail adds to the credential's consecutive failures and reports whether it is still active.
func fail(ctx context.Context, tx *sql.Tx, d approval.Decided) (stillActive bool, err error) {
	status, err := db.One(ctx, tx, db.ScanString, `
		UPDATE credentials SET failures = failures + 1,
			status = CASE WHEN failures + 1 >= $2 THEN $3 ELSE status END,
			ended_at = CASE WHEN failures + 1 >= $2 THEN jawort_now() ELSE ended_at END
		WHERE id = $1 RETURNING status`, d.Signer.Credential.ID, approval.MaxConsecutiveFailures, disabled)
	if err != nil || status == active {
		return status == active, err
	}
	return false, putEnded(ctx, tx, ended{
		device: d.Signer.Device, account: d.Approval.Account, kind: DeviceDisabled, reason: "wrong-numbers", by: outbox.Actor{Kind: outbox.BySystem},
	})
}
