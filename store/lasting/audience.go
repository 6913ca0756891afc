package lasting

import (
	"context"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

// asked is one row of an audience: a device and where its installation is woken.
type asked struct {
	account   account.Account
	device    *string // nil: the account has no active device
	id        *string
	language  *string
	address   []byte
	versionOf *int64
}

// Audience returns an account with its active devices and where they are woken, or account.ErrUnknownAccount.
func (s *Store) Audience(ctx context.Context, tenant, externalID string) (account.Audience, error) {
	rows, err := db.All(ctx, s.Reads(), scanAsked, `
		SELECT `+accountColumns+`, d.id, i.id, i.language, i.address, i.address_version
		FROM accounts a JOIN tenants t ON t.id = a.tenant
		LEFT JOIN credentials c ON c.account = a.id AND c.status = $3
		LEFT JOIN devices d ON d.id = c.device
		LEFT JOIN installations i ON i.id = d.installation
		WHERE a.tenant = $1 AND a.external_id = $2 AND a.deleted_at = 0
		ORDER BY d.created_at, d.id`, tenant, externalID, active)
	if err != nil {
		return account.Audience{}, db.Replace(err, account.ErrUnknownAccount)
	}
	if len(rows) == 0 {
		return account.Audience{}, account.ErrUnknownAccount
	}
	return audienceOf(rows), nil
}

func audienceOf(rows []asked) account.Audience {
	audience := account.Audience{Account: rows[0].account}
	seen := make(map[string]bool, len(rows))
	for _, r := range rows {
		if r.device == nil {
			continue
		}
		audience.Devices++
		if r.address == nil || seen[*r.id] {
			continue
		}
		seen[*r.id] = true
		audience.Recipients = append(audience.Recipients, approval.Recipient{
			Installation: *r.id, Language: *r.language, Address: r.address, AddressVersion: *r.versionOf,
		})
	}
	return audience
}

func scanAsked(r db.Row) (k asked, err error) {
	return k, r.Scan(append(accountDest(&k.account), &k.device, &k.id, &k.language, &k.address, &k.versionOf)...)
}
