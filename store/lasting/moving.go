package lasting

import (
	"context"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/means"
)

// onlyMoves refuses a phone that only a code authorises where it would be one more: the account has an active one, and the new one takes
// the place of none of them.
func onlyMoves(ctx context.Context, q db.Querier, e account.Enrolment) error {
	further, err := db.One(ctx, q, db.ScanBool, `
		SELECT EXISTS (SELECT 1 FROM credentials WHERE account = $1 AND status = $3)
			AND NOT EXISTS (SELECT 1 FROM credentials WHERE account = $1 AND status = $3 AND device = $2)`, e.Account, e.Replaces, active)
	if err == nil && further {
		err = account.ErrReplaceNeeded
	}
	return err
}

// byOperator refuses to move at once whoever has something to confirm with.
func byOperator(ctx context.Context, q db.Querier, e account.Enrolment) error {
	if e.Replaces == "" {
		return nil
	}
	own, err := db.One(ctx, q, db.ScanBool, `SELECT `+means.Own("$1"), e.Account)
	if err == nil && own {
		err = account.ErrRecoveryNeeded
	}
	return err
}

// strongEnough refuses a confirmation that is worth less than what else the account has.
func strongEnough(ctx context.Context, q db.Querier, e account.Enrolment, m approval.Method) error {
	decides, err := enrolling(ctx, q, e)
	if err == nil && !decides.Authorises(m) {
		err = account.ErrTooWeak.With("methods", decides.Sufficient())
	}
	return err
}

func enrolling(ctx context.Context, q db.Querier, e account.Enrolment) (d account.Enrolling, err error) {
	d.Group, err = db.One(ctx, q, func(r db.Row) (p account.GroupPolicy, err error) { return p, r.Scan(intoPolicy(&p)) },
		`SELECT COALESCE(g.policy, '') FROM accounts a LEFT JOIN groups g ON g.id = a.group_id WHERE a.id = $1`, e.Account)
	if err != nil {
		return d, err
	}
	d.Applications, err = db.All(ctx, q, func(r db.Row) (p account.ApplicationPolicy, err error) {
		var id string
		if err := r.Scan(&id, intoPolicy(&p)); err != nil {
			return p, err
		}
		if id == e.Application {
			d.Application = p
		}
		return p, nil
	}, `SELECT id, policy FROM applications WHERE tenant = $1 AND revoked_at = 0`, e.Tenant)
	if err != nil {
		return d, err
	}
	d.Has, err = db.All(ctx, q, func(r db.Row) (m approval.Method, err error) { return m, r.Scan(&m) }, `
		SELECT method FROM methods WHERE account = $1 AND active_since > 0 AND method <> '`+string(approval.MethodBypass)+`'
		UNION SELECT '`+string(approval.MethodPush)+`' FROM credentials WHERE account = $1 AND status IN ('`+active+`', '`+disabled+`')
		ORDER BY 1`, e.Account)
	return d, err
}
