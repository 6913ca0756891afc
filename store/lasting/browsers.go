package lasting

import (
	"context"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

// trustedAt is what keeps a browser b trusted by its account a at an application. It is looked at anew each time: ending a phone, all
// browsers of an account, or what a policy granted, writes no row here.
func trustedAt(application string) string {
	return `b.expires_at > (SELECT jawort_now()) AND a.deleted_at = 0 AND ` + notEnded("a", application)
}

// notEnded holds while nothing has ended the trust in b. What had been asked before its account or a policy ended it, counts for nothing,
// whenever it was confirmed.
func notEnded(owner, application string) string {
	return `b.ended_at = 0 AND b.asked_at > ` + owner + `.browsers_ended_at
	AND b.asked_at > COALESCE((SELECT tg.tightened_at FROM groups tg WHERE tg.id = ` + owner + `.group_id), 0)
	AND b.asked_at > (SELECT tp.tightened_at FROM applications tp WHERE tp.id = ` + application + `) AND ` + confirmerThere
}

// A login is stamped in whole milliseconds, by the database's clock, when it was read whether somebody is asked. It counts to the end of
// its own, so that it comes after what the database did in the same one.
const restOfMillisecond = `999`

// TrustBrowser keeps that the browser of an approved login is trusted from its confirmation on, as long as nothing that
// it rests on has ended since it was asked: the phone or passkey that approved, the account, its trusted browsers as a whole, the policies that
// granted it; and as long as nobody has reported the login. It reports whether the browser may be given its token: it has been kept, now or
// before, is active, and has not used it yet.
func (s *Store) TrustBrowser(ctx context.Context, b account.TrustedBrowser) (bool, error) {
	_, err := db.Exec(ctx, s.Writes(), `
		INSERT INTO trusted_browsers (id, hash, approval, account, application, device, method, acr, trusted_for, family, system, country,
			lineage, remembered, asked_at, confirmed_at, expires_at)
		SELECT $1, $2, o.approval, o.account, o.application, o.device, o.method, $4, $5, $6, $7, $8, $9, $10,
			o.created_at + `+restOfMillisecond+`, o.decided_at, o.decided_at + CAST($11 AS BIGINT)
		FROM outcomes o JOIN accounts a ON a.id = o.account
		WHERE o.approval = $3 AND o.status = $12 AND a.deleted_at = 0
		AND o.decided_at + CAST($11 AS BIGINT) > jawort_now()
		AND NOT EXISTS (SELECT 1 FROM late_reports l WHERE l.approval = o.approval)
		AND (o.device = '' OR EXISTS (SELECT 1 FROM credentials c WHERE c.device = o.device AND c.status = '`+active+`')
			OR EXISTS (SELECT 1 FROM passkeys k WHERE k.id = o.device))
		ON CONFLICT (approval) DO NOTHING`,
		b.ID, b.Hash, b.Approval, b.ACR, b.Set, b.Family, b.System, b.Country, b.Lineage, b.Remembered, b.For.Microseconds(),
		approval.StatusApproved)
	if err != nil {
		return false, err
	}
	return db.One(ctx, s.Reads(), db.ScanBool, `
		SELECT EXISTS (SELECT 1 FROM trusted_browsers b JOIN accounts a ON a.id = b.account
			WHERE b.approval = $1 AND b.hash = $2 AND `+trustedAt(`b.application`)+`
			AND NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.browser = b.id))`, b.Approval, b.Hash)
}

// TrustedBrowsers returns the browsers that an account trusts now, the newest first.
func (s *Store) TrustedBrowsers(ctx context.Context, tenant, externalID string) ([]account.TrustedBrowser, error) {
	a, err := s.Account(ctx, tenant, externalID)
	if err != nil {
		return nil, err
	}
	return db.All(ctx, s.Reads(), scanBrowser, `SELECT `+browserColumns+browserTables+` ORDER BY b.confirmed_at DESC, b.id DESC`, a.ID)
}

const browserColumns = `b.id, b.approval, b.application, b.device, b.method, b.trusted_for, b.family, b.system, b.country, b.remembered,
	b.confirmed_at, b.expires_at, COALESCE((SELECT MAX(o.decided_at) FROM outcomes o WHERE o.browser = b.id), 0)`

var browserTables = ` FROM trusted_browsers b JOIN accounts a ON a.id = b.account
	WHERE b.account = $1 AND ` + trustedAt(`b.application`)

func scanBrowser(r db.Row) (b account.TrustedBrowser, err error) { return scanBrowserAnd(r) }

func scanBrowserAnd(r db.Row, more ...any) (b account.TrustedBrowser, err error) {
	return b, r.Scan(append([]any{&b.ID, &b.Approval, &b.Application, &b.Device, &b.Method, &b.Set, &b.Family, &b.System, &b.Country, &b.Remembered,
		db.Into(&b.ConfirmedAt), db.Into(&b.ExpiresAt), db.Into(&b.LastUsedAt)}, more...)...)
}

// expiredBrowsersKept is how long a browser whose trust has ended is still known by its token: it stays the same browser
// in the eyes of a dry run.
const expiredBrowsersKept = 35 * 24 * time.Hour

// ForgetBrowsers removes browsers whose trust ended long ago, at most limit of them, and returns how many.
func (s *Store) ForgetBrowsers(ctx context.Context, limit int) (int64, error) {
	return db.Exec(ctx, s.Writes(), `
		DELETE FROM trusted_browsers WHERE id IN (
			SELECT id FROM trusted_browsers WHERE expires_at < (SELECT jawort_now()) - $1 ORDER BY expires_at LIMIT $2)`,
		expiredBrowsersKept.Microseconds(), limit)
}
