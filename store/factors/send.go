package factors

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
)

// Sending asks for a code that confirms one approval.
type Sending struct {
	Approval approval.Pending // authenticated by the caller
	Method   approval.Method  // sms or email
	Letter   Letter
}

// Sent says what was sent.
type Sent struct {
	Address   string    // masked
	ExpiresAt time.Time // of the code; the approval has to stay open until then
	Left      int       // how many more codes may be sent for this approval by this method
}

// SendCode makes a new code for the approval, which ends the one before, and puts it on its way. Errors are
// factor.ErrNotActive, ErrPaused, ErrDisabled, ErrNotForTransactions, ErrNoNumber, ErrNoAddress, ErrNumberChanged,
// ErrAddressChanged, ErrCannotReceiveSMS, ErrTooManyCodes, ErrCodeTooSoon, approval.ErrExpired and ErrNotPending, and those of the ledger.
// Nothing was sent and nothing changed then.
func (s *Store) SendCode(ctx context.Context, sending Sending) (Sent, error) {
	if err := sending.possible(); err != nil {
		return Sent{}, err
	}
	code, err := factor.NewCode(s.Random)
	if err != nil {
		return Sent{}, err
	}
	var sent Sent
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		sent, err = s.send(ctx, tx, sending, code)
		return err
	})
	if errors.Is(err, errEnded) {
		err = approval.ErrNotPending
	}
	if locked := (lockedOut{}); errors.As(err, &locked) {
		return Sent{}, s.tellLockOut(ctx, sending.Approval, locked.refused)
	}
	return sent, err
}

// tellLockOut returns the refusal once the tenant is told: nobody is locked out unnoticed.
func (s *Store) tellLockOut(ctx context.Context, p approval.Pending, refused *refusal.Error) error {
	if err := s.Ledger.LockedOut(ctx, p.Tenant, p.Application, p.Account, refused); err != nil {
		return err
	}
	return refused
}

func (s Sending) possible() error {
	switch {
	case channelOf[s.Method] == "":
		return factor.ErrNotActive.WithDetail("No code is sent for this method. Ask for one by sms or email.")
	case s.Approval.Kind != approval.Login && s.Method != approval.MethodSMS:
		return factor.ErrNotForTransactions
	default:
		return nil
	}
}

func (s *Store) send(ctx context.Context, tx *sql.Tx, sending Sending, code string) (Sent, error) {
	p, channel := sending.Approval, channelOf[sending.Method]
	if err := hold(ctx, tx, p.Account, sending.Method); err != nil {
		return Sent{}, err
	}
	if err := stillOpen(ctx, tx, p); err != nil {
		return Sent{}, err
	}
	to, err := reach(ctx, tx, p.Account, channel)
	if err != nil {
		return Sent{}, err
	}
	now, err := clock(ctx, tx)
	if err != nil {
		return Sent{}, err
	}
	expires := earlier(now.Add(sending.Letter.Life), p.CreatedAt.Add(approval.MaxOpen))
	n, err := s.keepCode(ctx, tx, sending, code, expires)
	if err != nil {
		return Sent{}, err
	}
	err = s.dispatch(ctx, tx, delivery{
		tenant: p.Tenant, application: p.Application, account: p.Account, approval: p.ID, method: sending.Method,
		purpose: courier.PurposeCode, to: to, code: code, expires: expires,
	}, sending.Letter)
	return Sent{Address: to.masked(channel), ExpiresAt: expires, Left: factor.MaxCodes - n}, err
}

// keepCode puts the code in the place of the one before and returns how many were sent with it.
func (s *Store) keepCode(ctx context.Context, tx *sql.Tx, sending Sending, code string, expires time.Time) (int, error) {
	p, m := sending.Approval, sending.Method
	tag, err := s.mac(codePurpose, code, codeScope(p, m)...)
	if err != nil {
		return 0, err
	}
	n, err := db.One(ctx, tx, db.ScanInt, `
		INSERT INTO codes (approval, method, account, mac, sent, sent_at, expires_at) VALUES ($1, $2, $3, $4, 1, jawort_now(), $5)
		ON CONFLICT (approval, method) DO UPDATE SET mac = $4, sent = codes.sent + 1, sent_at = jawort_now(), expires_at = $5
		WHERE codes.sent < $6 AND codes.sent_at + $7 <= jawort_now() RETURNING sent`,
		p.ID, m, p.Account, tag, db.Micros(expires), factor.MaxCodes, factor.CodeInterval.Microseconds())
	if !errors.Is(err, db.ErrNotFound) {
		return n, err
	}
	return 0, whyNotSent(ctx, tx, `codes WHERE approval = $1 AND method = $2`, p.ID, m)
}

// whyNotSent says which limit kept a code from being sent; from names the row that counts.
func whyNotSent(ctx context.Context, q db.Querier, from string, args ...any) error {
	var sent int
	since, err := db.One(ctx, q, func(r db.Row) (us int64, err error) { return us, r.Scan(&sent, &us) },
		`SELECT sent, jawort_now() - sent_at FROM `+from, args...)
	if err != nil {
		return err
	}
	if sent >= factor.MaxCodes {
		return factor.ErrTooManyCodes
	}
	return factor.ErrCodeTooSoon.After(factor.CodeInterval - time.Duration(since)*time.Microsecond)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
