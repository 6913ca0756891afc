package lasting

import (
	"context"

	"github.com/jawort/jawort/store/db"
)

// Outline is what of a tenant is set up.
type Outline struct {
	Applications, Keys, Groups int
	Accounts                   int  // no more than were asked for
	Receivers, Disabled        int  // of webhooks; those that are enabled, and those that are not
	SMS                        bool // its settings are there: without them none is sent
}

// Outline counts what a tenant has that is in use, and of its accounts so many at most.
func (s *Store) Outline(ctx context.Context, tenant string, accounts int) (Outline, error) {
	return db.One(ctx, s.Reads(), func(r db.Row) (o Outline, err error) {
		return o, r.Scan(&o.Applications, &o.Keys, &o.Groups, &o.Accounts, &o.Receivers, &o.Disabled, &o.SMS)
	}, `SELECT
		(SELECT COUNT(*) FROM applications WHERE tenant = $1 AND revoked_at = 0),
		(SELECT COUNT(*) FROM api_keys k JOIN applications p ON p.id = k.application WHERE p.tenant = $1 AND p.revoked_at = 0 AND k.revoked_at = 0),
		(SELECT COUNT(*) FROM groups WHERE tenant = $1),
		(SELECT COUNT(*) FROM (SELECT 1 FROM accounts WHERE tenant = $1 AND deleted_at = 0`+db.Limit(accounts)+`) counted),
		(SELECT COUNT(*) FROM webhook_endpoints WHERE tenant = $1 AND disabled = ''),
		(SELECT COUNT(*) FROM webhook_endpoints WHERE tenant = $1 AND disabled <> ''),
		EXISTS (SELECT 1 FROM sms_settings WHERE tenant = $1)`, tenant)
}
