// Package ledger keeps what SMS cost: an entry for each message, what was spent of every pot, how much was sent to whom,
// and the settings by which a tenant's messages are priced and stopped. What follows from the figures is decided in the
// domain's package ledger; who pays is decided by the caller.
//
// A reservation is part of the transaction that queues the message, and settling is part of the one that notes what
// became of it: there is no message without its entry, and none is charged twice.
//
// # Locks
//
// Every transaction that spends takes the tenant's gate (a row of ledger_pots) first, then pots, windows, its new entry,
// outbox. Settling takes its entry before the gate, or before the line of the usage; nobody waits for an entry behind these. So whoever reserves for a tenant
// waits for whoever does at that moment, and a caller reserves last in its transaction: after it has queued the message, and
// taken back the one before. A caller that gets an error rolls back.
package ledger

import (
	"strconv"
	"strings"

	_ "time/tzdata" // quarters begin in the tenants' time zones, also where the machine has none (the image is empty)

	"github.com/jawort/jawort/store/db"
)

// Keys authenticate numbers: what is kept of one tells nothing to who has only the database. After a change of the key a
// number is as one that was never seen.
type Keys interface {
	MAC(purpose string, data []byte) ([]byte, error)
}

// Store is the ledger of a database. It is safe for concurrent use.
type Store struct {
	*db.DB
	Keys Keys
}

const numberPurpose = "jawort sms ledger number"

// numberMAC is another one with each tenant, so that two of them cannot find out that they have a customer in common.
func (s *Store) numberMAC(tenant, number string) ([]byte, error) {
	return s.Keys.MAC(numberPurpose, []byte(tenant+"\x00"+number))
}

// tuples returns "($1, $2), ($3, $4), …" for the rows of a VALUES list.
func tuples(rows, width int) string {
	var b strings.Builder
	for i := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('(')
		for j := range width {
			if j > 0 {
				b.WriteString(", ")
			}
			b.WriteString("$" + strconv.Itoa(i*width+j+1))
		}
		b.WriteByte(')')
	}
	return b.String()
}
