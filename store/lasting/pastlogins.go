package lasting

import (
	"context"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

// pastPage bounds how many logins go into one answer.
const pastPage = 1000

// PastLogin is a login that ended, without what only its document tells.
type PastLogin struct {
	account.Event
	Approval string
	Document []byte // empty where it is not kept
}

// PastPage is where a page of past logins begins.
type PastPage struct {
	Since    time.Time
	After    time.Time // of the last one that was seen; zero: from Since
	Approval string    // of the last one that was seen
}

// PastLogins returns a page of a tenant's logins that ended, oldest first, with the group and interval that their accounts
// have now. One that another took the place of is no login of its own.
func (s *Store) PastLogins(ctx context.Context, tenant string, page PastPage) ([]PastLogin, error) {
	from := page.After
	if from.IsZero() {
		from = page.Since
	}
	return db.All(ctx, s.Reads(), scanPastLogin, `
		SELECT o.approval, o.account, COALESCE(a.group_id, ''), a.interval_days, o.application, o.status, o.method, o.document, o.decided_at
		FROM outcomes o JOIN accounts a ON a.id = o.account
		WHERE o.tenant = $1 AND o.kind = $2 AND o.status <> $3
			AND o.decided_at >= $4 AND (o.decided_at > $4 OR o.approval > $5)
		ORDER BY o.decided_at, o.approval LIMIT $6`,
		tenant, approval.Login, approval.StatusSuperseded, db.Micros(from), page.Approval, pastPage)
}

func scanPastLogin(r db.Row) (l PastLogin, err error) {
	var status approval.Status
	err = r.Scan(&l.Approval, &l.Account, &l.Group, &l.Interval, &l.Application, &status, &l.Method, &l.Document, db.Into(&l.At))
	l.Approved = status == approval.StatusApproved
	l.HasMethod = l.Method != approval.MethodNotEnforced
	return l, err
}
