package lasting

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
)

const (
	accountColumns = `a.id, a.tenant, t.name, a.external_id, a.label, COALESCE(a.group_id, ''), COALESCE(a.manager, ''),
		a.phone, a.email, a.language, a.interval_days, a.sms_on, a.phone_changed_at, a.created_at`
	accountOf      = ` FROM accounts a JOIN tenants t ON t.id = a.tenant WHERE a.tenant = $1 AND a.deleted_at = 0`
)

// AccountFilter picks accounts by their external id, in the order of its bytes.
type AccountFilter struct {
	Prefix string
	After  string // the last one that was seen; empty: from the beginning
	Limit  int    // 0: defaultPage
}

const defaultPage = 100

// PutAccount creates the account with this external id or finds it. Without a label a new account is called by its external id,
// and one that exists stays as it is.
func (s *Store) PutAccount(ctx context.Context, a account.Account) (stored account.Account, created bool, err error) {
	id, err := db.One(ctx, s.Writes(), db.ScanString, `
		INSERT INTO accounts (id, tenant, external_id, label, created_at) VALUES ($1, $2, $3, CASE WHEN $4 = '' THEN $3 ELSE $4 END, jawort_now())
		ON CONFLICT (tenant, external_id) WHERE deleted_at = 0
		DO UPDATE SET label = CASE WHEN $4 = '' THEN accounts.label ELSE $4 END
		RETURNING id`, a.ID, a.Tenant, a.ExternalID, a.Label)
	if err != nil {
		return account.Account{}, false, err
	}
	stored, err = s.Account(ctx, a.Tenant, a.ExternalID)
	return stored, id == a.ID, err
}

// Account returns the account that a tenant knows by externalID, or account.ErrUnknownAccount.
func (s *Store) Account(ctx context.Context, tenant, externalID string) (account.Account, error) {
	return findAccount(ctx, s.Reads(), tenant, externalID)
}

func findAccount(ctx context.Context, q db.Querier, tenant, externalID string) (account.Account, error) {
	a, err := db.One(ctx, q, scanAccount, `SELECT `+accountColumns+accountOf+` AND a.external_id = $2`, tenant, externalID)
	return a, db.Replace(err, account.ErrUnknownAccount)
}

// Accounts returns one page of a tenant's accounts.
func (s *Store) Accounts(ctx context.Context, tenant string, f AccountFilter) ([]account.Account, error) {
	if f.Limit <= 0 {
		f.Limit = defaultPage
	}
	return db.All(ctx, s.Reads(), scanAccount, `
		SELECT `+accountColumns+accountOf+`
		AND a.external_id > $2 AND a.external_id >= $3 AND a.external_id <= $4 AND substr(a.external_id, 1, length($3)) = $3
		ORDER BY a.external_id LIMIT $5`, tenant, f.After, f.Prefix, f.Prefix+"\U0010FFFF", f.Limit)
}

func scanAccount(r db.Row) (a account.Account, err error) {
	return a, r.Scan(accountDest(&a)...)
}

// accountDest is where accountColumns are scanned to.
func accountDest(a *account.Account) []any {
	return []any{
		&a.ID, &a.Tenant, &a.TenantName, &a.ExternalID, &a.Label, &a.Group, &a.Manager,
		&a.Phone, &a.Email, &a.Language, &a.Interval, &a.SMSOn, db.Into(&a.PhoneChangedAt), db.Into(&a.CreatedAt),
	}
}

// DeleteAccount ends an account with its devices, credentials and enrolments. The external id is free again; an
// account made with it later is another one.
func (s *Store) DeleteAccount(ctx context.Context, tenant, externalID string) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		id, err := db.One(ctx, tx, db.ScanString, `
			UPDATE accounts SET deleted_at = jawort_now()
			WHERE tenant = $1 AND external_id = $2 AND deleted_at = 0 RETURNING id`, tenant, externalID)
		if err != nil {
			return db.Replace(err, account.ErrUnknownAccount)
		}
		_, err = db.Exec(ctx, tx, `
			UPDATE enrolments SET status = $2 WHERE account = $1 AND status IN ($3, $4, $5)`,
			id, account.EnrolmentFailed, account.EnrolmentOpen, account.EnrolmentClaimed, account.EnrolmentCompleted)
		if err != nil {
			return err
		}
		return revokeCredentials(ctx, tx, id)
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
