// Package webhooks keeps where tenants want to be told what happened, what is on its way there, and what came of it.
//
// It turns an event of the outbox into one delivery per endpoint that wants it, hands deliveries out under leases, and
// writes down every attempt with what follows from it in one transaction. It does not send, and it sees secrets
// sealed only. What may be told is package webhook's business.
package webhooks

import (
	"io"

	"github.com/jawort/jawort/store/db"
)

// Store keeps endpoints and deliveries. It is safe for concurrent use.
type Store struct {
	db     *db.DB
	random io.Reader
}

// New returns the store on a database; ids come from random.
func New(d *db.DB, random io.Reader) *Store { return &Store{db: d, random: random} }
