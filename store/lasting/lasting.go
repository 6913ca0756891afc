// Package lasting owns what must survive: the directory (tenants, applications, keys, accounts, devices),
// enrolments, and the one outcome of every approval with what follows from it. It speaks SQL to Postgres
// or, embedded, to SQLite, with the same statements on both.
//
// It knows neither HTTP nor Redis nor cryptography: a decision arrives with its signature verified, and this
// package decides what came of it. Each decision is one transaction whose first statement updates the
// credential's row where it is active. Revoking updates the same row, so one waits for the other.
//
// # Locks
//
// Every transaction takes row locks in the order account, recovery, enrolment, then what proves a code (see package factors) or
// installation, then credential (by id; two only under the account's row), tally, outcome, notice, outbox. A revocation never touches
// anything behind the credential but the outbox, so no two transactions wait for each other in a circle.
package lasting

import (
	"context"

	"github.com/jawort/jawort/store/db"
)

// Store is the lasting store. It is safe for concurrent use.
type Store struct {
	*db.DB
	Prover Prover // nil: enrolments that need a code cannot go on
}

// Open opens the database at url, as db.Open does, and returns the store on it.
func Open(ctx context.Context, url string, opts db.Options) (*Store, error) {
	d, err := db.Open(ctx, url, opts)
	if err != nil {
		return nil, err
	}
	return &Store{DB: d}, nil
}
