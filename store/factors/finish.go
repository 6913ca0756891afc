package factors

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/means"
	"github.com/jawort/jawort/store/outbox"
)

// Finish is the code that proves that a method works.
type Finish struct {
	Activation
	Pending *approval.Pending // the login that is confirmed by it; nil: a login service activates, or the login is approved already
	Code    string            // as typed
	Skew    int               // totp: steps that the phone's clock may be off
	Actor   outbox.Actor      // of a login service
}

// proof is what an activation waits for.
type proof struct {
	secret, address, mac []byte
	asFirst              bool
	move                 move
}

// move is a change of the number or address on record; zero: it stays.
type move struct {
	before, given string
}

// FinishActivation makes the method count, and ends the approval as approved by it where its page activates. It returns the
// outcome that stands, empty for a login service. An approval that ended otherwise than approved activates nothing: approval.ErrNotPending.
// Other errors are those of Confirm, factor.ErrHasMethod and ErrNoActivation; that is also for one that was begun as a first, where another came meanwhile.
func (s *Store) FinishActivation(ctx context.Context, f Finish) (approval.Outcome, error) {
	code, err := factor.ParseCode(f.Code)
	if err != nil {
		return approval.Outcome{}, err
	}
	f.Code = code
	var refused error // one that is committed with its count
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		refused, err = s.finish(ctx, tx, f)
		return err
	})
	if err == nil {
		err = refused
	}
	return s.activated(ctx, f.Activation, err)
}

// activated returns the outcome that stands after an activation that ended with err.
func (s *Store) activated(ctx context.Context, a Activation, err error) (approval.Outcome, error) {
	if a.Approval == "" || (err != nil && !db.IsUnsure(err)) {
		return approval.Outcome{}, err
	}
	if err != nil {
		return s.activatedAfterAll(ctx, a, err)
	}
	return s.Outcomes.Outcome(ctx, a.Approval)
}

func (s *Store) finish(ctx context.Context, tx *sql.Tx, f Finish) (refused, err error) {
	if err := f.allowed(ctx, tx); err != nil {
		return nil, err
	}
	t, err := begin(ctx, tx, f.Account, f.Method, true)
	if err != nil {
		return nil, err
	}
	p, err := db.One(ctx, tx, func(r db.Row) (p proof, err error) { return p, r.Scan(&p.secret, &p.address, &p.mac, &p.asFirst) }, `
		SELECT secret, address, mac, as_first FROM activations WHERE account = $1 AND method = $2 AND approval = $3 AND expires_at > jawort_now()`,
		f.Account, f.Method, f.Approval)
	if err != nil {
		return nil, db.Replace(err, factor.ErrNoActivation)
	}
	if err := f.stillFirst(ctx, tx, p.asFirst); err != nil {
		return nil, err
	}
	if p.move, err = s.moving(ctx, tx, f, p); err != nil {
		return nil, err
	}
	step, ok, err := s.proves(t, f, p)
	if err != nil {
		return nil, err
	}
	if !ok {
		return t.wrong(ctx, tx)
	}
	if err := activate(ctx, tx, f, p, step); err != nil {
		return nil, err
	}
	return nil, s.continueLogin(ctx, tx, f.Activation, f.Pending, func(p approval.Pending) (won bool, err error) {
		_, won, err = s.Outcomes.ApproveBy(ctx, tx, p, f.Method, f.Actor)
		return won, err
	})
}

// proves compares the code with what the activation waits for.
func (s *Store) proves(t try, f Finish, p proof) (step int64, ok bool, err error) {
	if f.Method != approval.MethodTOTP {
		return 0, s.holds(p.mac, activationPurpose, f.Code, activationScope(f.Account, f.Approval, f.Method)...), nil
	}
	key, err := s.totpKey(f.Account, p.secret)
	if err != nil {
		return 0, false, err
	}
	return key.Match(f.Code, t.now, f.Skew)
}

// activate takes the code and makes the method count from now on, with the step of the code used.
func activate(ctx context.Context, tx *sql.Tx, f Finish, p proof, step int64) error {
	if err := settle(ctx, tx, f, p.move); err != nil {
		return err
	}
	err := db.MustTouch(ctx, tx, errVanished, `
		UPDATE methods SET active_since = jawort_now(), activated_by = $3, failures = 0, paused_until = 0, disabled_at = 0,
			used_at = jawort_now(), secret = $4, last_step = $5
		WHERE account = $1 AND method = $2`, f.Account, f.Method, f.Approval, p.secret, step)
	if err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, `DELETE FROM activations WHERE account = $1 AND method = $2`, f.Account, f.Method); err != nil {
		return err
	}
	return putEvent(ctx, tx, event{
		kind: MethodActivated, account: f.Account, application: f.Application, method: f.Method, actor: f.actor(f.Actor),
	})
}

// moving returns how the record will change. Where the code went to what is on record already, that must be older than a day: a code
// that was on its way when it was changed activates nothing, like any other.
func (s *Store) moving(ctx context.Context, tx *sql.Tx, f Finish, p proof) (m move, err error) {
	channel, sent := channelOf[f.Method]
	if !sent {
		return m, nil
	}
	if p.address != nil {
		address, err := s.openFor(f.Account, addressPurpose, p.address)
		if err != nil {
			return m, err
		}
		m.given = string(address)
	}
	if m.before, err = db.One(ctx, tx, db.ScanString, `SELECT `+columnOf[f.Method]+` FROM accounts WHERE id = $1`, f.Account); err != nil {
		return m, err
	}
	if m.given == "" || m.given == m.before {
		return move{}, unheld(ctx, tx, f.Account, channel)
	}
	return m, nil
}

// settle puts the number or address that the person gave on record. One that takes the place of another, or comes beside other
// methods, confirms nothing for a while but the login that it was given for.
func settle(ctx context.Context, tx *sql.Tx, f Finish, m move) error {
	if m.given == "" {
		return nil
	}
	column, kind := columnOf[f.Method], PhoneChanged
	if f.Method == approval.MethodEmail {
		kind = EmailChanged
	}
	_, err := db.Exec(ctx, tx, `
		UPDATE accounts SET `+column+` = $2, `+column+`_changed_at = `+means.ChangedAt(column, "$2", means.Beside("$1", "$3"))+`
		WHERE id = $1`, f.Account, m.given, f.Approval)
	if err != nil {
		return err
	}
	return putEvent(ctx, tx, event{
		kind: kind, account: f.Account, application: f.Application, method: f.Method, actor: f.actor(f.Actor),
		personal: map[string]string{"old": m.before, "new": m.given},
	})
}

// continueLogin confirms the login whose page activated. One that was approved meanwhile stands; any other end undoes the
// activation.
func (s *Store) continueLogin(ctx context.Context, tx *sql.Tx, a Activation, p *approval.Pending, approve func(approval.Pending) (won bool, err error)) error {
	if a.Approval == "" {
		return nil
	}
	if p != nil {
		if won, err := approve(*p); err != nil || won {
			return err
		}
	}
	status, err := db.One(ctx, tx, db.ScanString, `SELECT status FROM outcomes WHERE approval = $1`, a.Approval)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return approval.ErrExpired
	case err != nil:
		return err
	case approval.Status(status) != approval.StatusApproved:
		return approval.ErrNotPending.With("ended", status)
	default:
		return nil
	}
}

// activatedAfterAll looks what became of a commit that nobody knows the end of.
func (s *Store) activatedAfterAll(ctx context.Context, a Activation, cause error) (approval.Outcome, error) {
	ctx = context.WithoutCancel(ctx)
	done, err := db.One(ctx, s.Writes(), db.ScanBool, `
		SELECT EXISTS (SELECT 1 FROM methods WHERE account = $1 AND method = $2 AND activated_by = $3 AND active_since > 0)`,
		a.Account, a.Method, a.Approval)
	if err != nil || !done {
		return approval.Outcome{}, cause
	}
	return s.again(ctx, a.Approval, cause)
}
