package lasting

import (
	"context"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

// OwnLogin is a login of an account that ended, as its person is shown it.
type OwnLogin struct {
	approval.Outcome
	ApplicationName string
	Reported        bool // somebody said afterwards that it was not theirs
}

// OwnLogins returns the logins of an account that ended before a moment, the newest first, up to limit of them; a zero moment: all. One that another took
// the place of is no login of its own.
func (s *Store) OwnLogins(ctx context.Context, tenant, externalID string, before time.Time, limit int) ([]OwnLogin, error) {
	a, err := s.Account(ctx, tenant, externalID)
	if err != nil {
		return nil, err
	}
	ids, err := db.All(ctx, s.Reads(), scanOwnLogin, `
		SELECT o.approval, x.name, EXISTS (SELECT 1 FROM late_reports l WHERE l.approval = o.approval)
		FROM outcomes o JOIN applications x ON x.id = o.application
		WHERE o.account = $1 AND o.kind = $2 AND o.status <> $3 AND o.erased_at = 0 AND (CAST($4 AS BIGINT) = 0 OR o.decided_at < $4)
		ORDER BY o.decided_at DESC, o.approval LIMIT $5`, a.ID, approval.Login, approval.StatusSuperseded, db.Micros(before), limit)
	for i := range ids {
		if err == nil {
			ids[i].Outcome, err = s.Outcome(ctx, ids[i].Approval)
		}
	}
	return ids, err
}

// OwnLogin returns one of them; approval.ErrUnknown: there is none.
func (s *Store) OwnLogin(ctx context.Context, tenant, externalID, approvalID string) (OwnLogin, error) {
	a, err := s.Account(ctx, tenant, externalID)
	if err != nil {
		return OwnLogin{}, err
	}
	l, err := db.One(ctx, s.Reads(), scanOwnLogin, `
		SELECT o.approval, x.name, EXISTS (SELECT 1 FROM late_reports l WHERE l.approval = o.approval)
		FROM outcomes o JOIN applications x ON x.id = o.application
		WHERE o.approval = $1 AND o.account = $2 AND o.kind = $3 AND o.erased_at = 0`, approvalID, a.ID, approval.Login)
	if err != nil {
		return l, db.Replace(err, approval.ErrUnknown)
	}
	l.Outcome, err = s.Outcome(ctx, approvalID)
	return l, err
}

func scanOwnLogin(r db.Row) (l OwnLogin, err error) {
	return l, r.Scan(&l.Approval, &l.ApplicationName, &l.Reported)
}
