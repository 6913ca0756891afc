package lasting

import (
	"context"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

// OwnLogin is a login of an account that ended, as its person is shown it.
type OwnLogin struct {
	approval.Outcome
	ApplicationName string
	Reported        bool // somebody said afterwards that it was not theirs
}

// ownLogins reads outcomes with what else their person is shown; conditions on o follow.
const ownLogins = `SELECT ` + outcomeColumns + `,
		(SELECT x.name FROM applications x WHERE x.id = o.application), EXISTS (SELECT 1 FROM late_reports l WHERE l.approval = o.approval)
	FROM outcomes o WHERE o.erased_at = 0 AND `

// OwnLogins returns a page of the logins of an account that ended, by when. One that another took the place of is no login of its own.
func (s *Store) OwnLogins(ctx context.Context, tenant, externalID string, page Before) ([]OwnLogin, error) {
	a, err := s.Account(ctx, tenant, externalID)
	if err != nil {
		return nil, err
	}
	return db.All(ctx, s.Reads(), scanOwnLogin, ownLogins+`o.account = $1 AND o.kind = $5 AND o.status <> $6`+before(`o.decided_at`, `o.approval`),
		page.args(a.ID, approval.Login, approval.StatusSuperseded)...)
}

// OwnLogin returns one of them; approval.ErrUnknown: there is none.
func (s *Store) OwnLogin(ctx context.Context, tenant, externalID, approvalID string) (OwnLogin, error) {
	a, err := s.Account(ctx, tenant, externalID)
	if err != nil {
		return OwnLogin{}, err
	}
	l, err := db.One(ctx, s.Reads(), scanOwnLogin, ownLogins+`o.approval = $1 AND o.account = $2 AND o.kind = $3`, approvalID, a.ID, approval.Login)
	return l, db.Replace(err, approval.ErrUnknown)
}

func scanOwnLogin(r db.Row) (l OwnLogin, err error) {
	l.Outcome, err = scanOutcomeAnd(r, &l.ApplicationName, &l.Reported)
	return l, err
}
