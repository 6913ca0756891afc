package organisation

import (
	"context"
	"slices"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
)

// atOnce bounds how many accounts one statement reads or writes. SQLite seeks each of its values among all before it, so
// that larger statements would take longer in all.
const atOnce = 100

// accountColumns have a manager who was deleted as none.
const accountColumns = `a.id, a.tenant, a.external_id, a.label, COALESCE(a.group_id, ''), ` + managerOf + `,
	a.phone, a.email, a.language, a.interval_days, a.sms_on`

const managerOf = `COALESCE((SELECT m.id FROM accounts m WHERE m.id = a.manager AND m.deleted_at = 0), '')`

func scanAccount(r db.Row) (a account.Account, err error) {
	return a, r.Scan(&a.ID, &a.Tenant, &a.ExternalID, &a.Label, &a.Group, &a.Manager, &a.Phone, &a.Email, &a.Language, &a.Interval, &a.SMSOn)
}

// accountsOf returns the accounts with these login numbers that there are, and all who stand above them.
func accountsOf(ctx context.Context, q db.Querier, tenant string, numbers []string) ([]account.Account, error) {
	all, err := accountsBy(ctx, q, tenant, "external_id", numbers)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{"": true}
	for next := all; len(next) > 0; {
		for _, a := range next {
			known[a.ID] = true
		}
		if next, err = accountsBy(ctx, q, tenant, "id", unknown(next, known)); err != nil {
			return nil, err
		}
		all = append(all, next...)
	}
	return all, nil
}

// unknown returns the managers that are not known yet.
func unknown(accounts []account.Account, known map[string]bool) []string {
	var ids []string
	for _, a := range accounts {
		if !known[a.Manager] {
			ids = append(ids, a.Manager)
			known[a.Manager] = true
		}
	}
	return ids
}

func accountsBy(ctx context.Context, q db.Querier, tenant, column string, values []string) (all []account.Account, err error) {
	for some := range slices.Chunk(values, atOnce) {
		args := []any{tenant}
		for _, value := range some {
			args = append(args, value)
		}
		found, err := db.All(ctx, q, scanAccount, `
			SELECT `+accountColumns+` FROM accounts a
			WHERE a.tenant = $1 AND a.deleted_at = 0 AND a.`+column+` IN (`+db.Placeholders(2, len(some))+`)`, args...)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}
