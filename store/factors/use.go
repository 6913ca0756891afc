package factors

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// use uses the code up where it is right. The row of the method is held, so nobody else does at the same time; the
// conditions of each statement hold all the same.
func (s *Store) use(ctx context.Context, tx *sql.Tx, t try, a Attempt) (ok bool, err error) {
	switch a.Method {
	case approval.MethodTOTP:
		return s.useStep(ctx, tx, t, a)
	case approval.MethodSMS, approval.MethodEmail:
		return s.useCode(ctx, tx, a)
	case approval.MethodRecovery:
		return useRecoveryCode(ctx, tx, t, a.Code)
	case approval.MethodBypass:
		return s.useBypass(ctx, tx, a)
	default:
		return false, nil
	}
}

// useStep takes no step up to the newest one that was used.
func (s *Store) useStep(ctx context.Context, tx *sql.Tx, t try, a Attempt) (bool, error) {
	key, err := s.totpKey(t.account, t.secret)
	if err != nil {
		return false, err
	}
	step, ok, err := key.Match(a.Code, t.now, a.Skew)
	if err != nil || !ok {
		return false, err
	}
	n, err := db.Exec(ctx, tx, `
		UPDATE methods SET last_step = $3 WHERE account = $1 AND method = $2 AND last_step < $3`, t.account, t.method, step)
	return n == 1, err
}

func (s *Store) useCode(ctx context.Context, tx *sql.Tx, a Attempt) (bool, error) {
	p := a.Approval
	tag, err := db.One(ctx, tx, db.ScanBytes, `
		SELECT mac FROM codes WHERE approval = $1 AND method = $2 AND account = $3 AND used_at = 0 AND expires_at > jawort_now()`,
		p.ID, a.Method, p.Account)
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	if err != nil || !s.holds(tag, codePurpose, a.Code, codeScope(p, a.Method)...) {
		return false, err
	}
	n, err := db.Exec(ctx, tx, `
		UPDATE codes SET used_at = jawort_now() WHERE approval = $1 AND method = $2 AND used_at = 0`, p.ID, a.Method)
	return n == 1, err
}

// useRecoveryCode ends the method with its last code: what is left of it confirms nothing.
func useRecoveryCode(ctx context.Context, tx *sql.Tx, t try, code string) (bool, error) {
	n, err := db.Exec(ctx, tx, `
		UPDATE recovery_codes SET used_at = jawort_now() WHERE account = $1 AND hash = $2 AND used_at = 0`,
		t.account, factor.HashRecoveryCode(t.secret, code))
	if err != nil || n != 1 {
		return false, err
	}
	_, err = db.Exec(ctx, tx, `
		UPDATE methods SET active_since = 0 WHERE account = $1 AND method = $2
		AND NOT EXISTS (SELECT 1 FROM recovery_codes WHERE account = $1 AND used_at = 0)`, t.account, t.method)
	return err == nil, err
}

type bypass struct {
	id  string
	mac []byte
}

// useBypass compares with all codes of the account, few as they are: a MAC cannot be looked up, since keys rotate. The method
// ends with its last use.
func (s *Store) useBypass(ctx context.Context, tx *sql.Tx, a Attempt) (bool, error) {
	account := a.Approval.Account
	usable, err := db.All(ctx, tx, func(r db.Row) (b bypass, err error) { return b, r.Scan(&b.id, &b.mac) },
		`SELECT id, mac FROM bypass_codes WHERE account = $1 AND uses > 0 AND expires_at > jawort_now()`, account)
	if err != nil {
		return false, err
	}
	used := ""
	for _, b := range usable {
		if s.holds(b.mac, bypassPurpose, a.Code, account) {
			used = b.id
		}
	}
	n, err := db.Exec(ctx, tx, `UPDATE bypass_codes SET uses = uses - 1 WHERE id = $1 AND uses > 0`, used)
	if err != nil || n != 1 {
		return false, err
	}
	_, err = db.Exec(ctx, tx, `
		UPDATE methods SET active_since = 0 WHERE account = $1 AND method = $2
		AND NOT EXISTS (SELECT 1 FROM bypass_codes WHERE account = $1 AND uses > 0)`, account, a.Method)
	if err != nil {
		return false, err
	}
	return true, putEvent(ctx, tx, event{
		kind: BypassUsed, account: account, application: a.Approval.Application, method: a.Method, subject: used,
		actor: outbox.Actor{Kind: outbox.BySystem}, data: map[string]any{"approval": a.Approval.ID},
	})
}
