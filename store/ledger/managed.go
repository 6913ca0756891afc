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

// picked are the rows of a table that are seen. The lines of ledger_usage say themselves who manages an account that pays for itself.
func (of Of) picked(table string) string {
	switch {
	case of.Others && table == "ledger_usage":
		return ` FROM ledger_usage u WHERE u.tenant = $1 AND u.quarter = $2 AND u.manager = $3`
	case of.Others:
		return ` FROM accounts m JOIN ` + table + ` u ON u.account = m.id
			WHERE u.payer = u.account AND u.tenant = $1 AND u.quarter = $2 AND m.manager = $3 AND m.deleted_at = 0`
	default:
		return ` FROM ` + table + ` u WHERE u.tenant = $1 AND u.quarter = $2 AND u.payer = $3`
	}
}

// ManagedUsage returns one page of what a manager sees, by account, payer and currency, in the order of the login numbers: what comes after a line.
func (s *Store) ManagedUsage(ctx context.Context, of Of, after ledger.Usage, limit int) ([]ledger.Usage, error) {
	return db.All(ctx, s.Reads(), scanLine, `SELECT `+lineColumns+` FROM (
			SELECT u.payer, u.account, u.account_login, u.currency, u.messages, u.amount, u.exported_messages, u.exported_amount`+of.picked("ledger_usage")+`
			AND (u.account_login, u.account, u.currency) > ($4, $5, $6) ORDER BY u.account_login, u.account, u.currency`+db.Limit(limit)+`) u
		LEFT JOIN accounts p ON p.id = u.payer ORDER BY u.account_login, u.account, u.currency`,
		of.Tenant, of.Quarter.String(), of.Manager, after.AccountLogin, after.Account, string(after.Currency))
}

// ManagedTotals returns the sums of all pages of ManagedUsage, by currency.
func (s *Store) ManagedTotals(ctx context.Context, of Of) ([]ledger.Total, error) {
	return s.totals(ctx, of.picked, of.Tenant, of.Quarter.String(), of.Manager)
}
