package lasting

import (
	"context"

	"github.com/jawort/jawort/account"
)

// ExternalID returns how its tenant calls an account, also one that has been deleted since.
func (s *Store) ExternalID(ctx context.Context, id string) (string, error) {
	externalID, err := one(ctx, s.reads, scanString, `SELECT external_id FROM accounts WHERE id = $1`, id)
	return externalID, replace(err, account.ErrUnknownAccount)
}
