package ledger

import (
	"context"
	"strings"
	"time"

	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/db"
)

// Spending is what was spent, or is held for what is under way, within a period: of all the tenant, an application, a group or a country.
type Spending struct {
	ledger.Pot
	Currency ledger.Currency
	ledger.Standing
}

// Spendings returns what the pots of a period hold, in the order of their names. There is one for each of the tenant's applications, groups and
// countries to which anything was sent.
func (s *Store) Spendings(ctx context.Context, tenant, period string) ([]Spending, error) {
	return db.All(ctx, s.Reads(), scanSpending, `
		SELECT pot, currency, spent, budget_limit, warned_at, stopped_at, alarmed_at FROM ledger_pots
		WHERE tenant = $1 AND pot LIKE $2 ORDER BY pot, currency`, tenant, "%:"+period)
}

func scanSpending(r db.Row) (p Spending, err error) {
	var name string
	err = r.Scan(&name, &p.Currency, &p.Spent, &p.Limit, db.Into(&p.WarnedAt), db.Into(&p.StoppedAt), db.Into(&p.AlarmedAt))
	scope, rest, _ := strings.Cut(name, ":")
	subject, period, _ := strings.Cut(rest, ":")
	p.Pot = ledger.Pot{Scope: ledger.Scope(scope), Subject: subject, Period: period}
	return p, err
}

// LocalNow returns the time by the database's clock in the time zone by which the tenant's months and quarters begin.
func (s *Store) LocalNow(ctx context.Context, tenant string) (time.Time, error) {
	k, err := known(ctx, s.Reads(), tenant, "")
	if err != nil {
		return time.Time{}, err
	}
	return k.now.In(k.zone), nil
}
