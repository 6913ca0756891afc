package lasting

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
)

var errGroupGone = refusal.Field("group", "was deleted at the same time")

// groupAfter returns the group to which the account belongs after the change; one without an id is none.
func groupAfter(ctx context.Context, tx *sql.Tx, before account.Account, wanted account.Member[string]) (account.Group, error) {
	switch {
	case !wanted.Given:
		return groupByID(ctx, tx, before.Group)
	case wanted.Value == nil:
		return account.Group{}, nil
	default:
		return groupByName(ctx, tx, before.Tenant, *wanted.Value)
	}
}

func groupByID(ctx context.Context, q db.Querier, id string) (account.Group, error) {
	if id == "" {
		return account.Group{}, nil
	}
	return db.One(ctx, q, scanGroup, `SELECT `+groupColumns+` FROM groups WHERE id = $1`, id)
}

func groupByName(ctx context.Context, q db.Querier, tenant, name string) (account.Group, error) {
	g, err := db.One(ctx, q, scanGroup, `SELECT `+groupColumns+` FROM groups WHERE tenant = $1 AND name = $2`, tenant, name)
	return g, db.Replace(err, refusal.Field("group", fmt.Sprintf("%q is not the name of a group of this tenant", name)))
}

// chooseInterval refuses what the group does not allow, by name.
func chooseInterval(g account.Group, days int) error {
	err := g.Policy.ChooseInterval(days)
	var refused *refusal.Error
	if !errors.As(err, &refused) {
		return err
	}
	if g.ID == "" {
		return refused.WithDetail("interval: an account without a group is always asked: its interval is 0 days. Put it into a group that allows more.")
	}
	i := g.Policy.Interval
	return refused.With("group", g.Name).
		WithDetail(fmt.Sprintf("interval: the group %s allows %d to %d days (0: always ask)", g.Name, i.Min, i.Max))
}

var errOwnManager = refusal.Field("manager", "would make the account its own manager, directly or through others")

// managerAfter returns the id of the account that manages this one after the change; empty: none. Two that become each
// other's manager at once wait for each other at the tenant's row, so that the second sees the first.
func managerAfter(ctx context.Context, tx *sql.Tx, before account.Account, wanted account.Member[string]) (string, error) {
	switch {
	case !wanted.Given:
		return before.Manager, nil
	case wanted.Value == nil:
		return "", nil
	}
	if _, err := db.Exec(ctx, tx, `UPDATE tenants SET name = name WHERE id = $1`, before.Tenant); err != nil {
		return "", err
	}
	manager, err := db.One(ctx, tx, db.ScanString,
		`SELECT id FROM accounts WHERE tenant = $1 AND external_id = $2 AND deleted_at = 0`, before.Tenant, *wanted.Value)
	if err != nil {
		return "", db.Replace(err, refusal.Field("manager", "is not the login number of an account of this tenant"))
	}
	above, err := db.One(ctx, tx, db.ScanInt, `
		WITH RECURSIVE above (id, manager) AS (
			SELECT id, manager FROM accounts WHERE id = $1
			UNION SELECT a.id, a.manager FROM accounts a JOIN above ON a.id = above.manager)
		SELECT COUNT(*) FROM above WHERE id = $2`, manager, before.ID)
	if err == nil && above > 0 {
		err = errOwnManager
	}
	return manager, err
}
