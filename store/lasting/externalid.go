package lasting

import (
	"context"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
)

// ExternalID returns how its tenant calls an account, also one that has been deleted since.
func (s *Store) ExternalID(ctx context.Context, id string) (string, error) {
	externalID, err := db.One(ctx, s.Reads(), db.ScanString, `SELECT external_id FROM accounts WHERE id = $1`, id)
	return externalID, db.Replace(err, account.ErrUnknownAccount)
}
