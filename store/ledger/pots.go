package ledger

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/db"
)

// pots are the locked rows of all that a message is paid from.
type pots struct {
	tenant   string
	currency ledger.Currency
	order    []ledger.Pot
	rows     map[string]ledger.Standing // by the name of the pot
}

// gate is a row of each tenant that every transaction takes before it takes a pot or a window: one that gives money back
// and then reserves needs them in another order than one that only reserves, and the two would wait in a circle.
const gate = ""

// lockPots passes the gate, makes the rows that are missing and waits for whoever pays from one of them. Only then are
// they read: a row that was read before would be paid from twice with the same money. The database takes the rows of a
// list one after the other.
func lockPots(ctx context.Context, tx *sql.Tx, tenant string, currency ledger.Currency, order []ledger.Pot) (pots, error) {
	p := pots{tenant: tenant, currency: currency, order: order, rows: map[string]ledger.Standing{}}
	args := []any{tenant, gate, "", 0}
	for _, pot := range order {
		args = append(args, tenant, pot.String(), string(currency), 0)
	}
	_, err := db.All(ctx, tx, func(r db.Row) (none struct{}, err error) {
		var name string
		var row ledger.Standing
		err = r.Scan(&name, &row.Spent, &row.Limit, db.Into(&row.WarnedAt), db.Into(&row.StoppedAt), db.Into(&row.AlarmedAt))
		p.rows[name] = row
		return none, err
	}, `INSERT INTO ledger_pots (tenant, pot, currency, spent) VALUES `+tuples(1+len(order), 4)+`
		ON CONFLICT (tenant, pot, currency) DO UPDATE SET spent = ledger_pots.spent
		RETURNING pot, spent, budget_limit, warned_at, stopped_at, alarmed_at`, args...)
	return p, err
}

// pay takes a payment from all pots and tells what their budgets have to tell, or refuses it.
func (p pots) pay(ctx context.Context, tx *sql.Tx, k situation, payment ledger.Payment) error {
	var told []notice
	budgeted := map[string]bool{}
	for _, b := range k.settings.Budgets {
		pot := b.Pot(k.now, k.zone)
		before, ours := p.rows[pot.String()]
		if !ours {
			continue
		}
		after, events, err := b.Decide(before, payment, k.settings.Prices, k.now)
		if err != nil {
			return ledger.ErrBudgetSpent.With("budget", string(b.Scope))
		}
		p.rows[pot.String()], budgeted[pot.String()] = after, true
		told = append(told, notices(b, pot, after, events)...)
	}
	for _, pot := range p.order {
		if row := p.rows[pot.String()]; !budgeted[pot.String()] {
			row.Spent += payment.Price
			p.rows[pot.String()] = row
		}
	}
	if err := p.write(ctx, tx); err != nil {
		return err
	}
	return p.tell(ctx, tx, told)
}

func (p pots) write(ctx context.Context, tx *sql.Tx) error {
	var args []any
	for _, pot := range p.order {
		row := p.rows[pot.String()]
		args = append(args, p.tenant, pot.String(), string(p.currency), int64(row.Spent), int64(row.Limit),
			db.Micros(row.WarnedAt), db.Micros(row.StoppedAt), db.Micros(row.AlarmedAt))
	}
	_, err := db.Exec(ctx, tx, `
		INSERT INTO ledger_pots (tenant, pot, currency, spent, budget_limit, warned_at, stopped_at, alarmed_at) VALUES `+tuples(len(p.order), 8)+`
		ON CONFLICT (tenant, pot, currency) DO UPDATE SET spent = excluded.spent, budget_limit = excluded.budget_limit,
		warned_at = excluded.warned_at, stopped_at = excluded.stopped_at, alarmed_at = excluded.alarmed_at`, args...)
	return err
}

// giveBack returns what was taken from the pots; what was told is not untold.
func giveBack(ctx context.Context, tx *sql.Tx, e ledger.Entry) error {
	order := potsOf(e)
	args := []any{e.Tenant, gate, "", 0}
	for _, pot := range order {
		args = append(args, e.Tenant, pot.String(), string(e.Currency), -int64(e.Price))
	}
	_, err := db.Exec(ctx, tx, `
		INSERT INTO ledger_pots (tenant, pot, currency, spent) VALUES `+tuples(1+len(order), 4)+`
		ON CONFLICT (tenant, pot, currency) DO UPDATE SET spent = ledger_pots.spent + excluded.spent`, args...)
	return err
}
