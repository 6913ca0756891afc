package factors

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// try is one attempt at a method: its row is held until the transaction ends, and the attempt counts as wrong already.
type try struct {
	account  string
	method   approval.Method
	failures int // with this one
	active   bool
	secret   []byte
	lastStep int64
	now      time.Time // by the database's clock
}

// begin counts a try of an active method, or of one that is being activated, and refuses one that is paused, disabled
// or not active without looking at the code.
func begin(ctx context.Context, tx *sql.Tx, account string, m approval.Method, activating bool) (try, error) {
	t := try{account: account, method: m}
	_, err := db.One(ctx, tx, func(r db.Row) (none struct{}, err error) {
		return none, r.Scan(&t.failures, &t.active, &t.secret, &t.lastStep, db.Into(&t.now))
	}, `
		UPDATE methods SET failures = failures + 1
		WHERE account = $1 AND method = $2 AND paused_until <= jawort_now() AND ($3 OR (active_since > 0 AND disabled_at = 0))
			AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = $1 AND a.deleted_at = 0)
		RETURNING failures, active_since > 0, secret, last_step, jawort_now()`, account, m, activating)
	if errors.Is(err, db.ErrNotFound) {
		return t, whyNot(ctx, tx, account, m, activating)
	}
	return t, err
}

// hold takes the row of a method that could be used now, without counting anything.
func hold(ctx context.Context, tx *sql.Tx, account string, m approval.Method) error {
	n, err := db.Exec(ctx, tx, `
		UPDATE methods SET failures = failures
		WHERE account = $1 AND method = $2 AND paused_until <= jawort_now() AND active_since > 0 AND disabled_at = 0
			AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = $1 AND a.deleted_at = 0)`, account, m)
	if err == nil && n == 0 {
		err = whyNot(ctx, tx, account, m, false)
	}
	return err
}

// whyNot says why a method cannot be used.
func whyNot(ctx context.Context, q db.Querier, account string, m approval.Method, activating bool) error {
	var active, disabled bool
	pause, err := db.One(ctx, q, func(r db.Row) (us int64, err error) { return us, r.Scan(&active, &disabled, &us) }, `
		SELECT active_since > 0, disabled_at > 0, paused_until - jawort_now() FROM methods WHERE account = $1 AND method = $2`, account, m)
	switch {
	case errors.Is(err, db.ErrNotFound) && activating:
		return factor.ErrNoActivation
	case errors.Is(err, db.ErrNotFound):
		return factor.ErrNotActive
	case err != nil:
		return err
	case disabled && !activating:
		return factor.ErrDisabled
	case !active && !activating:
		return factor.ErrNotActive
	case pause > 0:
		return factor.ErrPaused.After(time.Duration(pause) * time.Microsecond)
	default:
		return factor.ErrNotActive // the account is gone
	}
}

// wrong makes the row say what follows from the failure, and returns the refusal, which is to be committed with it.
func (t try) wrong(ctx context.Context, tx *sql.Tx) (refused, err error) {
	pause, disabled := factor.Pause(t.failures)
	if disabled && !t.active { // there is nothing to disable yet
		pause, disabled = factor.Pause(factor.MaxFailures - 1)
	}
	_, err = db.Exec(ctx, tx, `
		UPDATE methods SET paused_until = jawort_now() + $3, disabled_at = CASE WHEN $4 THEN jawort_now() ELSE disabled_at END
		WHERE account = $1 AND method = $2`, t.account, t.method, pause.Microseconds(), disabled)
	if err != nil {
		return nil, err
	}
	if disabled {
		return factor.ErrDisabled, putEvent(ctx, tx, event{kind: MethodDisabled, account: t.account, method: t.method, actor: outbox.Actor{Kind: outbox.BySystem}})
	}
	refusal := factor.ErrWrongCode
	if t.method == approval.MethodPasskey {
		refusal = factor.ErrWrongPasskey
	}
	return refusal.With("attempts_left", factor.AttemptsLeft(t.failures)).After(pause), nil
}

// right ends the series of failures.
func (t try) right(ctx context.Context, tx *sql.Tx) error {
	return db.MustTouch(ctx, tx, errVanished, `
		UPDATE methods SET failures = 0, paused_until = 0, used_at = jawort_now() WHERE account = $1 AND method = $2`, t.account, t.method)
}

// errVanished says that a row that this transaction holds is not there: a fault of the program.
var errVanished = errors.New("factors: a row that is held is gone")
