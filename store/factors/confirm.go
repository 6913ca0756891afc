package factors

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// Attempt is a code that somebody typed to confirm an approval.
type Attempt struct {
	Approval approval.Pending // authenticated by the caller
	Method   approval.Method
	Code     string // as typed
	Skew     int    // totp: steps that the phone's clock may be off
	Actor    outbox.Actor
}

// errEnded rolls back what was used up: the approval had ended.
var errEnded = errors.New("factors: the approval has ended")

// Confirm ends the approval as approved by the code, or returns the outcome that stands: then nothing is used up. Errors
// are factor.ErrWrongCode with attempts_left, ErrPaused, ErrDisabled, ErrNotActive, ErrNotForTransactions,
// ErrNumberChanged, ErrAddressChanged, approval.ErrExpired, and a refusal of what cannot be a code, which is not counted.
func (s *Store) Confirm(ctx context.Context, a Attempt) (approval.Outcome, error) {
	code, err := parse(a)
	if err != nil {
		return approval.Outcome{}, err
	}
	a.Code = code
	return s.settled(ctx, a.Approval.ID, func(ctx context.Context, tx *sql.Tx) (o approval.Outcome, refused, err error) {
		return s.confirm(ctx, tx, a)
	})
}

// settled confirms in a transaction. What confirm calls refused is committed with its count.
func (s *Store) settled(ctx context.Context, id string, confirm func(context.Context, *sql.Tx) (o approval.Outcome, refused, err error)) (approval.Outcome, error) {
	var o approval.Outcome
	var refused error
	err := s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		o, refused, err = confirm(ctx, tx)
		return err
	})
	switch {
	case errors.Is(err, errEnded):
		return s.Outcomes.Outcome(ctx, id)
	case db.IsUnsure(err):
		return s.again(ctx, id, err)
	case err != nil:
		return approval.Outcome{}, err
	default:
		return o, refused
	}
}

// parse reads the code in the form of its method.
func parse(a Attempt) (string, error) {
	if a.Approval.Kind != approval.Login && a.Method != approval.MethodSMS {
		return "", factor.ErrNotForTransactions
	}
	switch a.Method {
	case approval.MethodTOTP, approval.MethodSMS, approval.MethodEmail:
		return factor.ParseCode(a.Code)
	case approval.MethodRecovery:
		return factor.ParseRecoveryCode(a.Code)
	case approval.MethodBypass:
		return factor.ParseBypassCode(a.Code)
	default:
		return "", factor.ErrNotActive
	}
}

func (s *Store) confirm(ctx context.Context, tx *sql.Tx, a Attempt) (o approval.Outcome, refused, err error) {
	t, err := begin(ctx, tx, a.Approval.Account, a.Method, false)
	if err != nil {
		return o, nil, err
	}
	if err := stillOpen(ctx, tx, a.Approval); err != nil {
		return o, nil, err
	}
	if channel, sent := channelOf[a.Method]; sent {
		if err := unheld(ctx, tx, a.Approval.Account, channel); err != nil {
			return o, nil, err
		}
	}
	ok, err := s.use(ctx, tx, t, a)
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
	o, won, err := s.Outcomes.ApproveBy(ctx, tx, a.Approval, a.Method, a.Actor)
	if err == nil && !won {
		err = errEnded
	}
	if err == nil && a.Method == approval.MethodSMS {
		err = s.Ledger.Used(ctx, tx, a.Approval.Account, a.Approval.ID)
	}
	return o, nil, err
}

// stillOpen is asked before the code is looked at, so that an approval that has ended tells nothing about a code.
func stillOpen(ctx context.Context, tx *sql.Tx, p approval.Pending) error {
	var ended, late bool
	_, err := db.One(ctx, tx, func(r db.Row) (none struct{}, err error) { return none, r.Scan(&ended, &late) }, `
		SELECT EXISTS (SELECT 1 FROM outcomes WHERE approval = $1), jawort_now() >= $2`, p.ID, db.Micros(p.ClosesAt))
	switch {
	case err != nil:
		return err
	case ended:
		return errEnded
	case late:
		return approval.ErrExpired
	default:
		return nil
	}
}

// again reads the outcome on a fresh connection after a commit that nobody knows the end of.
func (s *Store) again(ctx context.Context, id string, cause error) (approval.Outcome, error) {
	o, err := s.Outcomes.Outcome(context.WithoutCancel(ctx), id)
	if err != nil {
		return approval.Outcome{}, fmt.Errorf("factors: confirm: %w", cause)
	}
	return o, nil
}
