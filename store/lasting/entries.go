package lasting

import (
	"context"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

// Entry is an account with what the directory knows of it.
type Entry struct {
	account.Account
	GroupName         string // empty: none
	ManagerExternalID string // empty: none
	Devices           int    // active ones
	Methods           []approval.Method
	Uses              []Use // newest first
}

// Use is when an account last used an application, whoever confirmed.
type Use struct {
	Application string // its id
	Name        string
	At          time.Time
}

const entryColumns = accountColumns + `, COALESCE(g.name, ''), COALESCE(m.external_id, ''),
	f.devices, f.push, f.passkey, f.totp, f.sms, f.email_code, f.recovery`

// entryTables decorate the accounts of page.
const entryTables = ` FROM page JOIN accounts a ON a.id = page.id
	JOIN tenants t ON t.id = a.tenant
	JOIN account_facets f ON f.account = a.id
	LEFT JOIN groups g ON g.id = a.group_id
	LEFT JOIN accounts m ON m.id = a.manager AND m.deleted_at = 0`

func scanEntry(r db.Row) (e Entry, err error) {
	var push, passkey, totp, sms, email, recovery bool
	err = r.Scan(append(accountDest(&e.Account), &e.GroupName, &e.ManagerExternalID, &e.Devices, &push, &passkey, &totp, &sms, &email, &recovery)...)
	for _, m := range []struct {
		active bool
		method approval.Method
	}{
		{e.Devices > 0, approval.MethodPush}, {passkey, approval.MethodPasskey}, {totp, approval.MethodTOTP}, {sms, approval.MethodSMS},
		{email, approval.MethodEmail}, {recovery, approval.MethodRecovery},
	} {
		if m.active {
			e.Methods = append(e.Methods, m.method)
		}
	}
	return e, err
}

// Entry returns an account of the tenant as the directory shows it, or account.ErrUnknownAccount.
func (s *Store) Entry(ctx context.Context, tenant, externalID string) (Entry, error) {
	e, err := db.One(ctx, s.Reads(), scanEntry, `
		WITH page AS (SELECT id FROM accounts WHERE tenant = $1 AND external_id = $2 AND deleted_at = 0)
		SELECT `+entryColumns+entryTables, tenant, externalID)
	if err != nil {
		return Entry{}, db.Replace(err, account.ErrUnknownAccount)
	}
	some := []Entry{e}
	return some[0], s.addUses(ctx, some)
}

// Accounts returns one page of a tenant's accounts, in the order of the bytes of their external ids.
func (s *Store) Accounts(ctx context.Context, tenant string, f AccountFilter) ([]Entry, error) {
	page, err := s.page(ctx, tenant, f)
	if err != nil {
		return nil, err
	}
	entries, err := db.All(ctx, s.Reads(), scanEntry, `WITH page AS (`+page.query+`) SELECT `+entryColumns+entryTables+` ORDER BY a.external_id`, page.args...)
	if err != nil {
		return nil, err
	}
	return entries, s.addUses(ctx, entries)
}

// addUses completes entries with when they used what.
func (s *Store) addUses(ctx context.Context, entries []Entry) error {
	at := make(map[string]*Entry, len(entries))
	for len(entries) > 0 {
		n := min(len(entries), manyOutcomes)
		args := make([]any, n)
		for i := range entries[:n] {
			at[entries[i].ID], args[i] = &entries[i], entries[i].ID
		}
		type row struct {
			account string
			Use
		}
		uses, err := db.All(ctx, s.Reads(), func(r db.Row) (u row, err error) {
			return u, r.Scan(&u.account, &u.Application, &u.Name, db.Into(&u.At))
		}, `SELECT u.account, p.id, p.name, u.used_at FROM account_uses u JOIN applications p ON p.id = u.application
			WHERE u.account IN (`+db.Placeholders(1, n)+`) ORDER BY u.used_at DESC, p.id`, args...)
		if err != nil {
			return err
		}
		for _, u := range uses {
			at[u.account].Uses = append(at[u.account].Uses, u.Use)
		}
		entries = entries[n:]
	}
	return nil
}
