package lasting

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// TenantRestored is the kind of the event that a tenant's data came out of a backup, and what ended with that: data is a Reopened.
const TenantRestored = "tenant.restored"

// Reopened counts what a backup brings back open, though it may have been used or ended since.
type Reopened struct {
	Tenant      string `json:"-"`
	Enrolments  int64  `json:"enrolments"`
	Recoveries  int64  `json:"recoveries"`
	BypassCodes int64  `json:"bypass_codes"`
	Portals     int64  `json:"portal_sessions"`
}

// EndBypasses ends all bypass codes of a tenant's accounts and returns how many those were.
type EndBypasses func(ctx context.Context, tx *sql.Tx, tenant string) (int64, error)

// EndReopened ends in every tenant what one use ends and a backup opens again, and the trust in all browsers. It is for a
// database that was restored and that nobody serves yet. Repeating it ends what was opened since.
func (s *Store) EndReopened(ctx context.Context, bypasses EndBypasses) ([]Reopened, error) {
	return inEveryTenant(ctx, s, func(ctx context.Context, tx *sql.Tx, tenant string) (Reopened, error) {
		return endReopened(ctx, tx, tenant, bypasses)
	})
}

// inEveryTenant works on one tenant after the other, each in a transaction of its own, and returns what came of those that were committed.
func inEveryTenant[T any](ctx context.Context, s *Store, work func(ctx context.Context, tx *sql.Tx, tenant string) (T, error)) ([]T, error) {
	tenants, err := s.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	var all []T
	for _, t := range tenants {
		var one T
		err := s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
			one, err = work(ctx, tx, t.ID)
			return err
		})
		if err != nil {
			return all, err
		}
		all = append(all, one)
	}
	return all, nil
}

const ofTenant = `account IN (SELECT id FROM accounts WHERE tenant = $2)`

func endReopened(ctx context.Context, tx *sql.Tx, tenant string, bypasses EndBypasses) (Reopened, error) {
	ended := Reopened{Tenant: tenant}
	var err error
	if ended.Enrolments, err = abandonEnrolments(ctx, tx, tenant); err != nil {
		return ended, err
	}
	ended.Recoveries, err = db.Exec(ctx, tx, `UPDATE recoveries SET stopped_at = jawort_now() WHERE tenant = $1 AND stopped_at = 0 AND used_at = 0`, tenant)
	if err != nil {
		return ended, err
	}
	if ended.BypassCodes, err = bypasses(ctx, tx, tenant); err != nil {
		return ended, err
	}
	if ended.Portals, err = endPortals(ctx, tx, tenant); err != nil {
		return ended, err
	}
	if err := endTrust(ctx, tx, tenant); err != nil {
		return ended, err
	}
	return ended, outbox.Put(ctx, tx, outbox.Event{Kind: TenantRestored, Tenant: tenant, Subject: tenant, Actor: byCommand, Data: ended})
}

// abandonEnrolments ends all that are on their way, with the devices that they have made.
func abandonEnrolments(ctx context.Context, tx *sql.Tx, tenant string) (int64, error) {
	_, err := db.Exec(ctx, tx, revoke+` AND status = $3 AND `+ofTenant, revoked, tenant, unconfirmed)
	if err != nil {
		return 0, err
	}
	return db.Exec(ctx, tx, `UPDATE enrolments SET status = $1 WHERE tenant = $2 AND status IN ($3, $4, $5, $6)`,
		abandoned, tenant, waiting, opened, claimed, completed)
}

// endTrust ends all trust in browsers: one stamp of an application is enough for all that anybody had there.
func endTrust(ctx context.Context, tx *sql.Tx, tenant string) error {
	_, err := db.Exec(ctx, tx, `UPDATE applications SET tightened_at = jawort_now() WHERE tenant = $1`, tenant)
	return err
}
