package lasting

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
)

// BeginWork has a portal session choose the days for all that its account manages: those of a group, by name, or all where it is empty. It takes the place of
// what the session has begun before. account.ErrUnconfirmed: somebody would be asked less often, and that is not confirmed.
func (s *Store) BeginWork(ctx context.Context, session account.PortalSession, group string, days *int, confirmed bool) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		c, err := permitted(ctx, tx, session.Tenant, Managed{Manager: session.Account, Group: group}, days, confirmed)
		if err != nil {
			return err
		}
		_, err = db.Exec(ctx, tx, `
			INSERT INTO portal_work (session, group_name, days, total, confirmed) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (session) DO UPDATE SET group_name = excluded.group_name, days = excluded.days, total = excluded.total,
				confirmed = excluded.confirmed, done = 0, ended_at = 0`,
			session.ID, group, days, c.Changed, confirmed)
		return err
	})
}

// Work returns what a session has begun last. account.ErrNoWork: nothing.
func (s *Store) Work(ctx context.Context, session string) (account.PortalWork, error) {
	return workOf(ctx, s.Reads(), session)
}

func workOf(ctx context.Context, q db.Querier, session string) (account.PortalWork, error) {
	w, err := db.One(ctx, q, func(r db.Row) (w account.PortalWork, err error) {
		return w, r.Scan(&w.Group, &w.Days, &w.Total, &w.Done, &w.Confirmed, &w.Ended)
	}, `SELECT group_name, days, total, done, confirmed, ended_at > 0 FROM portal_work WHERE session = $1`, session)
	return w, db.Replace(err, account.ErrNoWork)
}

// workPart is how many accounts are changed before somebody sees how far it is.
const workPart = 500

// GoOn does a part of what a session has begun, and returns how far that is. What has ended stays as it ended. account.ErrUnconfirmed:
// somebody would be asked less often by now, as somebody else has shortened theirs meanwhile, and that was not confirmed when it began.
func (s *Store) GoOn(ctx context.Context, session account.PortalSession, by By) (w account.PortalWork, err error) {
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := holdManager(ctx, tx, session.Account); err != nil { // so that two parts wait for each other, and for what begins another
			return err
		}
		if w, err = workOf(ctx, tx, session.ID); err != nil || w.Ended {
			return err
		}
		if _, err := permitted(ctx, tx, session.Tenant, Managed{Manager: session.Account, Group: w.Group}, w.Days, w.Confirmed); err != nil {
			return err
		}
		_, changed, err := setSome(ctx, tx, session.Tenant, session.ExternalID, w.Group, w.Days, workPart, by)
		if err != nil {
			return err
		}
		w.Done, w.Ended = w.Done+changed, changed < workPart
		w.Total = max(w.Total, w.Done) // somebody may have been added meanwhile
		_, err = db.Exec(ctx, tx, `UPDATE portal_work SET done = $2, total = $3, ended_at = CASE WHEN $4 THEN jawort_now() ELSE 0 END WHERE session = $1`,
			session.ID, w.Done, w.Total, w.Ended)
		return err
	})
	return w, err
}
