package lasting

import (
	"context"
	"database/sql"

	"golang.org/x/text/cases"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
)

// A manager who has been deleted is none.
const (
	accountColumns = `a.id, a.tenant, t.name, a.external_id, a.label, COALESCE(a.group_id, ''),
		COALESCE((SELECT m.id FROM accounts m WHERE m.id = a.manager AND m.deleted_at = 0), ''),
		a.phone, a.email, a.language, a.interval_days, a.sms_on, a.phone_changed_at, a.email_changed_at, a.created_at`
	accountOf = ` FROM accounts a JOIN tenants t ON t.id = a.tenant WHERE a.tenant = $1 AND a.deleted_at = 0`
)

// PutAccount creates the account with this external id or finds it. Without a label a new account is called by its external id,
// and one that exists stays as it is.
func (s *Store) PutAccount(ctx context.Context, a account.Account) (stored account.Account, created bool, err error) {
	p := Put{ID: a.ID, Tenant: a.Tenant, ExternalID: a.ExternalID}
	if a.Label != "" {
		p.Change.Label = account.Set(a.Label)
	}
	return s.ChangeAccount(ctx, p, bySystem)
}

// Account returns the account that a tenant knows by externalID, or account.ErrUnknownAccount.
func (s *Store) Account(ctx context.Context, tenant, externalID string) (account.Account, error) {
	return findAccount(ctx, s.Reads(), tenant, externalID)
}

func findAccount(ctx context.Context, q db.Querier, tenant, externalID string) (account.Account, error) {
	a, err := db.One(ctx, q, scanAccount, `SELECT `+accountColumns+accountOf+` AND a.external_id = $2`, tenant, externalID)
	return a, db.Replace(err, account.ErrUnknownAccount)
}

func scanAccount(r db.Row) (a account.Account, err error) {
	return a, r.Scan(accountDest(&a)...)
}

// accountDest is where accountColumns are scanned to.
func accountDest(a *account.Account) []any {
	return []any{
		&a.ID, &a.Tenant, &a.TenantName, &a.ExternalID, &a.Label, &a.Group, &a.Manager,
		&a.Phone, &a.Email, &a.Language, &a.Interval, &a.SMSOn, db.Into(&a.PhoneChangedAt), db.Into(&a.EmailChangedAt),
		db.Into(&a.CreatedAt),
	}
}

// hold takes the row of an account that is not deleted, before all others, and returns the account.
func hold(ctx context.Context, tx *sql.Tx, tenant, externalID string) (account.Account, error) {
	err := db.MustTouch(ctx, tx, account.ErrUnknownAccount,
		`UPDATE accounts SET deleted_at = 0 WHERE tenant = $1 AND external_id = $2 AND deleted_at = 0`, tenant, externalID)
	if err != nil {
		return account.Account{}, err
	}
	return findAccount(ctx, tx, tenant, externalID)
}

// DeleteAccount ends an account with its devices, credentials and enrolments. The external id is free again; an
// account made with it later is another one.
func (s *Store) DeleteAccount(ctx context.Context, tenant, externalID string, by By) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := deleteAccount(ctx, tx, tenant, externalID, by)
		return err
	})
}

// revokeCredentials takes the rows one by one in the order of their ids, so that two of its kind cannot wait for
// each other.
func revokeCredentials(ctx context.Context, tx *sql.Tx, account string) error {
	ids, err := db.All(ctx, tx, db.ScanBytes, `SELECT id FROM credentials WHERE account = $1 ORDER BY id`, account)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := db.Exec(ctx, tx, revoke+` AND id = $2`, revoked, id); err != nil {
			return err
		}
	}
	return nil
}

// Sought folds what is sought by, so that case does not count.
func Sought(text string) string { return cases.Fold().String(text) }
