package ledger

import (
	"context"

	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/db"
)

// Of is whose usage a manager sees: what the manager, by id, pays for, whoever it went to, and what those pay for themselves whom the manager manages now.
type Of struct {
	Tenant  string
	Manager string
	Quarter ledger.Quarter
}

// usageOfManager are the messages of a quarter that a manager sees, as usageOf has them.
const usageOfManager = `
	SELECT e.payer, COALESCE(p.external_id, '') AS payer_login, e.account, COALESCE(a.external_id, '') AS account_login, e.currency, e.price, e.state,
		CASE WHEN NOT e.exported AND EXISTS (SELECT 1 FROM ledger_quarters q WHERE q.tenant = $1 AND q.quarter = $2 AND q.exported_at > 0)
			THEN 1 ELSE 0 END AS late
	FROM ledger_entries e LEFT JOIN accounts p ON p.id = e.payer LEFT JOIN accounts a ON a.id = e.account
	WHERE e.tenant = $1 AND e.quarter = $2 AND (e.payer = $3 OR e.payer = e.account AND e.payer IN (SELECT id FROM accounts WHERE manager = $3 AND deleted_at = 0))`

// ManagedUsage returns one page of what a manager sees, by account, payer and currency, in the order of the login numbers: what comes after a line.
func (s *Store) ManagedUsage(ctx context.Context, of Of, after ledger.Usage, limit int) ([]ledger.Usage, error) {
	return db.All(ctx, s.Reads(), scanUsage, `
		SELECT u.payer, u.payer_login, u.account, u.account_login, u.currency, `+sums+` FROM (`+usageOfManager+` AND e.state = $4) u
		WHERE (u.account_login, u.account, u.payer, u.currency) > ($5, $6, $7, $8)
		GROUP BY u.payer, u.payer_login, u.account, u.account_login, u.currency
		ORDER BY u.account_login, u.account, u.payer, u.currency LIMIT $9`,
		of.Tenant, of.Quarter.String(), of.Manager, string(ledger.Settled), after.AccountLogin, after.Account, after.Payer, string(after.Currency), limit)
}

// ManagedTotal is the sum of all that a manager sees in one currency: of what the manager pays, or of what the managed pay for themselves.
type ManagedTotal struct {
	Own bool // the manager pays it
	ledger.Total
}

// ManagedTotals returns the sums of all pages of ManagedUsage.
func (s *Store) ManagedTotals(ctx context.Context, of Of) ([]ManagedTotal, error) {
	return db.All(ctx, s.Reads(), func(r db.Row) (t ManagedTotal, err error) {
		return t, r.Scan(&t.Own, &t.Currency, &t.Messages, &t.Amount, &t.LateMessages, &t.LateAmount, &t.Reserved)
	}, `SELECT u.payer = $3, u.currency, CAST(SUM(u.settled) AS BIGINT), CAST(SUM(u.settled * u.price) AS BIGINT), CAST(SUM(u.settled * u.late) AS BIGINT),
			CAST(SUM(u.settled * u.late * u.price) AS BIGINT), CAST(SUM(1 - u.settled) AS BIGINT)
		FROM (SELECT v.*, CASE WHEN v.state = $4 THEN 1 ELSE 0 END AS settled FROM (`+usageOfManager+` AND e.state <> $5) v) u
		GROUP BY u.payer = $3, u.currency ORDER BY u.payer = $3 DESC, u.currency`,
		of.Tenant, of.Quarter.String(), of.Manager, string(ledger.Settled), string(ledger.Released))
}
