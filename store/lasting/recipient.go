package lasting

import (
	"context"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

// Recipient returns where an installation is woken, without an address where there is none; db.ErrNotFound where no active device is
// left on it.
func (s *Store) Recipient(ctx context.Context, installation string) (approval.Recipient, error) {
	return db.One(ctx, s.Reads(), func(r db.Row) (to approval.Recipient, err error) {
		return to, r.Scan(&to.Installation, &to.Language, &to.Address, &to.AddressVersion)
	}, `
		SELECT i.id, i.language, i.address, i.address_version FROM installations i
		WHERE i.id = $1 AND EXISTS (SELECT 1 FROM devices d JOIN credentials c ON c.device = d.id
			WHERE d.installation = i.id AND c.status = $2)`, installation, active)
}
