package ledger

import (
	"context"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/db"
)

// usageOf are a tenant's messages of a quarter, with the filter for payer and account. A message is late where the quarter has
// been closed without it.
const usageOf = `
	SELECT e.payer, COALESCE(p.external_id, '') AS payer_login, e.account, COALESCE(a.external_id, '') AS account_login, e.currency, e.price, e.state,
		CASE WHEN NOT e.exported AND EXISTS (SELECT 1 FROM ledger_quarters q WHERE q.tenant = $1 AND q.quarter = $2 AND q.exported_at > 0)
			THEN 1 ELSE 0 END AS late
	FROM ledger_entries e LEFT JOIN accounts p ON p.id = e.payer LEFT JOIN accounts a ON a.id = e.account
	WHERE e.tenant = $1 AND e.quarter = $2 AND ($3 = '' OR p.external_id = $3) AND ($4 = '' OR a.external_id = $4)`

const sums = `COUNT(*), CAST(SUM(u.price) AS BIGINT), CAST(SUM(u.late) AS BIGINT), CAST(SUM(u.late * u.price) AS BIGINT)`

const usagePage = 1000

// Usage returns one page of what a quarter's messages cost, by payer, account and currency, in the order of the ids.
// account.ErrUnknownAccount says that the filter names nobody whom the tenant has or had.
func (s *Store) Usage(ctx context.Context, tenant string, f ledger.UsageFilter) ([]ledger.Usage, error) {
	if err := s.checkLogins(ctx, tenant, f); err != nil {
		return nil, err
	}
	if f.Limit <= 0 {
		f.Limit = usagePage
	}
	return db.All(ctx, s.Reads(), scanUsage, `
		SELECT u.payer, u.payer_login, u.account, u.account_login, u.currency, `+sums+` FROM (`+usageOf+`
			AND e.state = $5 AND (e.payer, e.account, e.currency) > ($6, $7, $8)) u
		GROUP BY u.payer, u.payer_login, u.account, u.account_login, u.currency
		ORDER BY u.payer, u.account, u.currency LIMIT $9`,
		tenant, f.Quarter.String(), f.Payer, f.Account, string(ledger.Settled), f.After.Payer, f.After.Account, string(f.After.Currency), f.Limit)
}

func scanUsage(r db.Row) (u ledger.Usage, err error) {
	return u, r.Scan(&u.Payer, &u.PayerLogin, &u.Account, &u.AccountLogin, &u.Currency, &u.Messages, &u.Amount, &u.LateMessages, &u.LateAmount)
}

// checkLogins finds also who was deleted: what they used is still charged.
func (s *Store) checkLogins(ctx context.Context, tenant string, f ledger.UsageFilter) error {
	for _, login := range []string{f.Payer, f.Account} {
		if login == "" {
			continue
		}
		_, err := db.One(ctx, s.Reads(), db.ScanInt, `SELECT 1 FROM accounts WHERE tenant = $1 AND external_id = $2 LIMIT 1`, tenant, login)
		if err != nil {
			return db.Replace(err, account.ErrUnknownAccount)
		}
	}
	return nil
}

// Totals returns the sum of all usage that the filter picks, by currency.
func (s *Store) Totals(ctx context.Context, tenant string, f ledger.UsageFilter) ([]ledger.Total, error) {
	return db.All(ctx, s.Reads(), func(r db.Row) (t ledger.Total, err error) {
		return t, r.Scan(&t.Currency, &t.Messages, &t.Amount, &t.LateMessages, &t.LateAmount, &t.Reserved)
	}, `SELECT u.currency, CAST(SUM(u.settled) AS BIGINT), CAST(SUM(u.settled * u.price) AS BIGINT), CAST(SUM(u.settled * u.late) AS BIGINT),
			CAST(SUM(u.settled * u.late * u.price) AS BIGINT), CAST(SUM(1 - u.settled) AS BIGINT)
		FROM (SELECT v.*, CASE WHEN v.state = $5 THEN 1 ELSE 0 END AS settled FROM (`+usageOf+` AND e.state <> $6) v) u
		GROUP BY u.currency ORDER BY u.currency`,
		tenant, f.Quarter.String(), f.Payer, f.Account, string(ledger.Settled), string(ledger.Released))
}

// ExportedAt returns when a quarter was closed; the zero time says that it was not.
func (s *Store) ExportedAt(ctx context.Context, tenant string, q ledger.Quarter) (time.Time, error) {
	at, err := db.One(ctx, s.Reads(), scanTime, `SELECT exported_at FROM ledger_quarters WHERE tenant = $1 AND quarter = $2`, tenant, q.String())
	return at, db.Replace(err, nil)
}

func scanTime(r db.Row) (t time.Time, err error) { return t, r.Scan(db.Into(&t)) }
