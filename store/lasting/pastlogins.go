package lasting

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

// pastPage bounds how many logins go into one answer.
const pastPage = 1000

// PastLogin is a login that ended.
type PastLogin struct {
	Approval    string
	Account     string
	Application string
	Status      approval.Status
	Method      approval.Method
	Context     string // an approval.Context as it is kept
	At          time.Time
}

// PastPage is where a page of past logins begins.
type PastPage struct {
	Since    time.Time
	After    time.Time // of the last one that was seen; zero: from Since
	Approval string    // of the last one that was seen
}

// PastSince returns from when on no more than so many approvals of a tenant ended, as far as they are not erased; at the earliest since.
func (s *Store) PastSince(ctx context.Context, tenant string, since time.Time, most int) (time.Time, error) {
	at, err := db.One(ctx, s.Reads(), func(r db.Row) (t time.Time, err error) { return t, r.Scan(db.Into(&t)) }, `
		SELECT decided_at FROM outcomes WHERE tenant = $1 AND erased_at = 0 AND decided_at >= $2 ORDER BY decided_at DESC LIMIT 1 OFFSET $3`,
		tenant, db.Micros(since), most-1)
	if errors.Is(err, db.ErrNotFound) {
		return since, nil
	}
	return at, err
}

// PastLogins returns a page of a tenant's logins that ended, oldest first. One that another took the place of is no login
// of its own, and of one that was erased nothing is known that could be judged.
func (s *Store) PastLogins(ctx context.Context, tenant string, page PastPage) ([]PastLogin, error) {
	from := page.After
	if from.IsZero() {
		from = page.Since
	}
	return db.All(ctx, s.Reads(), scanPastLogin, `
		SELECT o.approval, o.account, o.application, o.status, o.method, o.context, o.decided_at
		FROM outcomes o
		WHERE o.tenant = $1 AND o.kind = $2 AND o.status <> $3 AND o.erased_at = 0
			AND o.decided_at >= $4 AND (o.decided_at > $4 OR o.approval > $5)
		ORDER BY o.decided_at, o.approval LIMIT $6`,
		tenant, approval.Login, approval.StatusSuperseded, db.Micros(from), page.Approval, pastPage)
}

func scanPastLogin(r db.Row) (l PastLogin, err error) {
	return l, r.Scan(&l.Approval, &l.Account, &l.Application, &l.Status, &l.Method, &l.Context, db.Into(&l.At))
}

// AsEvent returns the login as a changed policy is tried on it: by what was known when it was asked for. A browser that is
// not known, because that was before such things were kept, is trusted by no policy.
func (l PastLogin) AsEvent() (account.Event, error) {
	c, err := approval.ParseContext(l.Context)
	e := account.Event{
		At: l.At, Account: l.Account, Interval: c.Interval, Group: c.Group, Application: l.Application, Lineage: c.Lineage, Changed: c.Changed,
		Signs: signsOf(c), Remember: c.Remember, HasMethod: c.HasMethod, Method: l.Method, Approved: l.Status == approval.StatusApproved,
	}
	if c.Trust != nil {
		e.Granted = account.Grant{For: c.Trust.For}.By(l.Method)
	}
	return e, err
}

// signsOf tells browsers of one account apart by what is kept of a login anyway: what the login service calls the browser's session;
// and browser, operating system and network.
func signsOf(c approval.Context) []string {
	var signs []string
	look := strings.Join([]string{c.Family, c.System, c.Country}, "|")
	if c.Session != "" {
		signs = append(signs, "session|"+c.Session+"|"+look)
	}
	if c.Network != "" {
		signs = append(signs, "network|"+c.Network+"|"+look)
	}
	return signs
}
