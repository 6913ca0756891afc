package ledger

import (
	"context"

	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/db"
)

// Of is whose usage a manager sees: what the manager, by id, pays for, whoever it went to; or what those pay for themselves whom the manager manages now.
type Of struct {
	Tenant  string
	Manager string
	Quarter ledger.Quarter
	Others  bool // what those pay for themselves
}

// entries are the messages of a quarter that are seen. What the manager pays is a range of an index; what others pay is looked for among all of the quarter.
func (of Of) entries() string {
	if of.Others {
		return `(SELECT e.payer, e.account, e.currency, e.price, e.state, e.exported FROM accounts m JOIN ledger_entries e ON e.payer = m.id AND e.account = m.id
			WHERE m.manager = $3 AND m.deleted_at = 0 AND e.tenant = $1 AND e.quarter = $2)`
	}
	return `(SELECT e.payer, e.account, e.currency, e.price, e.state, e.exported FROM ledger_entries e WHERE e.tenant = $1 AND e.quarter = $2 AND e.payer = $3)`
}

// late is 1 for a message that was settled after its quarter had been closed.
const late = `CASE WHEN NOT e.exported AND EXISTS (SELECT 1 FROM ledger_quarters q WHERE q.tenant = $1 AND q.quarter = $2 AND q.exported_at > 0) THEN 1 ELSE 0 END`

// ManagedUsage returns one page of what a manager sees, by account, payer and currency, in the order of the login numbers: what comes after a line.
func (s *Store) ManagedUsage(ctx context.Context, of Of, after ledger.Usage, limit int) ([]ledger.Usage, error) {
	return db.All(ctx, s.Reads(), scanUsage, `
		SELECT g.payer, COALESCE(p.external_id, ''), g.account, COALESCE(a.external_id, ''), g.currency, g.messages, g.amount, g.late_messages, g.late_amount FROM (
			SELECT u.payer, u.account, u.currency, COUNT(*) AS messages, CAST(SUM(u.price) AS BIGINT) AS amount,
				CAST(SUM(u.late) AS BIGINT) AS late_messages, CAST(SUM(u.late * u.price) AS BIGINT) AS late_amount
			FROM (SELECT e.*, `+late+` AS late FROM `+of.entries()+` e WHERE e.state = $4) u GROUP BY u.payer, u.account, u.currency) g
		LEFT JOIN accounts p ON p.id = g.payer LEFT JOIN accounts a ON a.id = g.account
		WHERE (COALESCE(a.external_id, ''), g.account, g.payer, g.currency) > ($5, $6, $7, $8)
		ORDER BY COALESCE(a.external_id, ''), g.account, g.payer, g.currency LIMIT $9`,
		of.Tenant, of.Quarter.String(), of.Manager, string(ledger.Settled), after.AccountLogin, after.Account, after.Payer, string(after.Currency), limit)
}

// ManagedTotals returns the sums of all pages of ManagedUsage, by currency.
func (s *Store) ManagedTotals(ctx context.Context, of Of) ([]ledger.Total, error) {
	return db.All(ctx, s.Reads(), func(r db.Row) (t ledger.Total, err error) {
		return t, r.Scan(&t.Currency, &t.Messages, &t.Amount, &t.LateMessages, &t.LateAmount, &t.Reserved)
	}, `SELECT u.currency, CAST(SUM(u.settled) AS BIGINT), CAST(SUM(u.settled * u.price) AS BIGINT), CAST(SUM(u.settled * u.late) AS BIGINT),
			CAST(SUM(u.settled * u.late * u.price) AS BIGINT), CAST(SUM(1 - u.settled) AS BIGINT)
		FROM (SELECT e.*, `+late+` AS late, CASE WHEN e.state = $4 THEN 1 ELSE 0 END AS settled FROM `+of.entries()+` e WHERE e.state <> $5) u
		GROUP BY u.currency ORDER BY u.currency`,
		of.Tenant, of.Quarter.String(), of.Manager, string(ledger.Settled), string(ledger.Released))
}
