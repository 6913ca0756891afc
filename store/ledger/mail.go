package ledger

import (
	"context"
	"database/sql"
	"encoding/hex"
	"strings"

	"github.com/jawort/jawort/ledger"
)

// Mail counts one e-mail with a code, in the transaction that queues it, or refuses it with ledger.ErrTooManyEmails (with the time to
// wait). It takes no money, and so no gate: its windows are all that it locks, last and in the order of their names.
func (s *Store) Mail(ctx context.Context, tx *sql.Tx, m ledger.Mailing) error {
	if err := m.Validate(); err != nil {
		return err
	}
	k, err := known(ctx, tx, m.Tenant, "")
	if err != nil {
		return err
	}
	mac, err := s.addressMAC(m.Tenant, m.Address)
	if err != nil {
		return err
	}
	windows, err := lockWindows(ctx, tx, m.Tenant, k.settings.Limits.EmailBounds(m.Account, m.Application, hex.EncodeToString(mac)))
	if err != nil {
		return err
	}
	return windows.admit(ctx, tx, k.now, ledger.ErrTooManyEmails)
}

const addressPurpose = "jawort ledger address"

// addressMAC takes an address for the same in whichever case it is typed.
func (s *Store) addressMAC(tenant, address string) ([]byte, error) {
	return s.Keys.MAC(addressPurpose, []byte(tenant+"\x00"+strings.ToLower(address)))
}
