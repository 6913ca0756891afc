package lasting

import (
	"context"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
)

// OwnBrowser is a trusted browser as its person is shown it.
type OwnBrowser struct {
	account.TrustedBrowser
	ApplicationName string
	Document        []byte // of what it confirmed, which says from where; empty: erased
}

// OwnBrowsers returns a page of the browsers that an account trusts now, each with what its person recognises it by.
func (s *Store) OwnBrowsers(ctx context.Context, tenant, externalID string, page Before) ([]OwnBrowser, error) {
	a, err := s.Account(ctx, tenant, externalID)
	if err != nil {
		return nil, err
	}
	return db.All(ctx, s.Reads(), func(r db.Row) (b OwnBrowser, err error) {
		b.TrustedBrowser, err = scanBrowserAnd(r, &b.ApplicationName, &b.Document)
		return b, err
	}, `SELECT `+browserColumns+`, COALESCE((SELECT x.name FROM outcomes o JOIN applications x ON x.id = o.application WHERE o.approval = b.approval), ''),
		(SELECT o.document FROM outcomes o WHERE o.approval = b.approval)`+browserTables+before(`b.confirmed_at`, `b.id`), page.args(a.ID)...)
}
