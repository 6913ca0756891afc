package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/db"
)

// Lines and sums are read of ledger_usage, which the database keeps beside the entries as they are settled; only what is under way is counted there. In both tables
// a row u is of the tenant $1 and the quarter $2.

// closed is 1 where the quarter has been closed, else 0. What was settled without being exported by then is late.
const closed = `(SELECT COUNT(*) FROM ledger_quarters q WHERE q.tenant = $1 AND q.quarter = $2 AND q.exported_at > 0)`

const lineColumns = `u.payer, COALESCE(p.external_id, ''), u.account, u.account_login, u.currency, u.messages, u.amount,
	(u.messages - u.exported_messages) * ` + closed + `, (u.amount - u.exported_amount) * ` + closed

func scanLine(r db.Row) (u ledger.Usage, err error) {
	return u, r.Scan(&u.Payer, &u.PayerLogin, &u.Account, &u.AccountLogin, &u.Currency, &u.Messages, &u.Amount, &u.LateMessages, &u.LateAmount)
}

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
	where, args := filtered(tenant, f)
	n := len(args)
	return db.All(ctx, s.Reads(), scanLine, fmt.Sprintf(`SELECT `+lineColumns+` FROM ledger_usage u LEFT JOIN accounts p ON p.id = u.payer
		WHERE `+where+` AND (u.payer, u.account, u.currency) > ($%d, $%d, $%d) ORDER BY u.payer, u.account, u.currency LIMIT $%d`, n+1, n+2, n+3, n+4),
		append(args, f.After.Payer, f.After.Account, string(f.After.Currency), f.Limit)...)
}

// filtered picks the rows of a quarter, and of these what one pays, or what went to one, by their login numbers.
func filtered(tenant string, f ledger.UsageFilter) (where string, args []any) {
	where, args = `u.tenant = $1 AND u.quarter = $2`, []any{tenant, f.Quarter.String()}
	for _, by := range []struct{ column, login string }{{"payer", f.Payer}, {"account", f.Account}} {
		if by.login != "" {
			args = append(args, by.login)
			where += fmt.Sprintf(` AND u.%s IN (SELECT id FROM accounts WHERE tenant = $1 AND external_id = $%d)`, by.column, len(args))
		}
	}
	return where, args
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
	where, args := filtered(tenant, f)
	return s.totals(ctx, func(table string) string { return ` FROM ` + table + ` u WHERE ` + where }, args...)
}

// totals sums what is picked of either table.
func (s *Store) totals(ctx context.Context, picked func(table string) string, args ...any) ([]ledger.Total, error) {
	return db.All(ctx, s.Reads(), func(r db.Row) (t ledger.Total, err error) {
		return t, r.Scan(&t.Currency, &t.Messages, &t.Amount, &t.LateMessages, &t.LateAmount, &t.Reserved)
	}, `SELECT currency, CAST(SUM(messages) AS BIGINT), CAST(SUM(amount) AS BIGINT),
			CAST(SUM(messages - exported_messages) * `+closed+` AS BIGINT), CAST(SUM(amount - exported_amount) * `+closed+` AS BIGINT), CAST(SUM(reserved) AS BIGINT)
		FROM (
			SELECT u.currency, SUM(u.messages) AS messages, SUM(u.amount) AS amount, SUM(u.exported_messages) AS exported_messages,
				SUM(u.exported_amount) AS exported_amount, 0 AS reserved`+picked("ledger_usage")+` GROUP BY u.currency
			UNION ALL SELECT u.currency, 0, 0, 0, 0, COUNT(*)`+picked("ledger_entries")+` AND u.state = 'reserved' GROUP BY u.currency) both_tables
		GROUP BY currency ORDER BY currency`, args...)
}

// ExportedAt returns when a quarter was closed; the zero time says that it was not.
func (s *Store) ExportedAt(ctx context.Context, tenant string, q ledger.Quarter) (time.Time, error) {
	at, err := db.One(ctx, s.Reads(), scanTime, `SELECT exported_at FROM ledger_quarters WHERE tenant = $1 AND quarter = $2`, tenant, q.String())
	return at, db.Replace(err, nil)
}

func scanTime(r db.Row) (t time.Time, err error) { return t, r.Scan(db.Into(&t)) }
