package lasting

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// Kinds of events about trusted browsers and reports.
const (
	BrowserEndedEvent     = "browser.ended"
	BrowsersEndedEvent    = "browsers.ended"
	ReportsLiftedEvent    = "reports.lifted"
	BrowserSuspectedEvent = "browser.suspected"
)

// EndTrustedBrowser ends the trust in one browser of an account. Repeating it changes nothing.
func (s *Store) EndTrustedBrowser(ctx context.Context, tenant, externalID, browser string, by outbox.Actor) error {
	return s.withAccount(ctx, tenant, externalID, func(ctx context.Context, tx *sql.Tx, a account.Account) error {
		fresh, err := db.Exec(ctx, tx, `
			UPDATE trusted_browsers SET ended_at = jawort_now(), ended_by = $3 WHERE id = $1 AND account = $2 AND ended_at = 0`, browser, a.ID, by.Kind)
		if err != nil {
			return db.Replace(err, account.ErrUnknownBrowser)
		}
		if fresh == 0 {
			_, err := db.One(ctx, tx, db.ScanString, `SELECT id FROM trusted_browsers WHERE id = $1 AND account = $2`, browser, a.ID)
			return db.Replace(err, account.ErrUnknownBrowser)
		}
		return outbox.Put(ctx, tx, outbox.Event{Kind: BrowserEndedEvent, Tenant: tenant, Account: a.ID, Subject: browser, Actor: by})
	})
}

// EndTrustedBrowsers ends the trust in all browsers of an account, as after a change of its password.
func (s *Store) EndTrustedBrowsers(ctx context.Context, tenant, externalID string, by outbox.Actor) error {
	return s.withAccount(ctx, tenant, externalID, func(ctx context.Context, tx *sql.Tx, a account.Account) error {
		if err := EndBrowsers(ctx, tx, a.ID); err != nil {
			return err
		}
		return outbox.Put(ctx, tx, outbox.Event{Kind: BrowsersEndedEvent, Tenant: tenant, Account: a.ID, Subject: a.ID, Actor: by})
	})
}

// EndBrowsers ends the trust in all browsers of an account, those that have not fetched their token too.
func EndBrowsers(ctx context.Context, tx *sql.Tx, accountID string) error {
	return db.MustTouch(ctx, tx, account.ErrUnknownAccount,
		`UPDATE accounts SET browsers_ended_at = jawort_now() WHERE id = $1 AND deleted_at = 0`, accountID)
}

// LiftReports lets logins of the sessions and networks that were reported for an account wake its phones again, and returns
// how many reports that were.
func (s *Store) LiftReports(ctx context.Context, tenant, externalID string, by outbox.Actor) (lifted int64, err error) {
	err = s.withAccount(ctx, tenant, externalID, func(ctx context.Context, tx *sql.Tx, a account.Account) error {
		lifted, err = db.Exec(ctx, tx, `
			UPDATE report_pauses SET lifted_at = jawort_now(), lifted_by = $2 WHERE account = $1 AND lifted_at = 0`, a.ID, by.Kind)
		if err != nil || lifted == 0 {
			return err
		}
		return outbox.Put(ctx, tx, outbox.Event{
			Kind: ReportsLiftedEvent, Tenant: tenant, Account: a.ID, Subject: a.ID, Actor: by, Data: map[string]int64{"reports": lifted},
		})
	})
	return lifted, err
}

// withAccount runs work in a transaction on an account of the tenant.
func (s *Store) withAccount(ctx context.Context, tenant, externalID string, work func(ctx context.Context, tx *sql.Tx, a account.Account) error) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		a, err := findAccount(ctx, tx, tenant, externalID)
		if err != nil {
			return err
		}
		return work(ctx, tx, a)
	})
}

// Suspect keeps that the token of a trusted browser was presented from where it does not belong. Repeating it for the same approval
// changes nothing.
func (s *Store) Suspect(ctx context.Context, p approval.Pending, browser, reason string) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		fresh, err := db.Exec(ctx, tx, `UPDATE trusted_browsers SET suspected_for = $2 WHERE id = $1 AND suspected_for <> $2`, browser, p.ID)
		if err != nil || fresh == 0 {
			return err
		}
		return outbox.Put(ctx, tx, outbox.Event{
			Kind: BrowserSuspectedEvent, Tenant: p.Tenant, Application: p.Application, Account: p.Account, Subject: browser,
			Actor: outbox.Actor{Kind: outbox.BySystem}, Data: map[string]string{"reason": reason, "approval": p.ID},
		})
	})
}
