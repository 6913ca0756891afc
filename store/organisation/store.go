// Package organisation compares what a file says about an organisation with what the database has, and carries the
// difference out in one transaction, with an event for each change. What differs is found by the domain's package
// organisation; this one reads the state and writes the steps.
//
// # Locks
//
// Locks are taken before anything is read, so that of two at once the second sees what the first did. First that of the installation, by who makes or
// renames tenants, or finds them by their names; an import of accounts and an edit of a group or an application leave it alone, so that other tenants do
// not wait for them. Then the rows of the tenants in the order in which they were made, at which whoever chooses a manager waits too; then applications, groups, SMS,
// accounts (managers first), outbox.
package organisation

import (
	"context"
	"database/sql"
	"io"
	"time"

	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/operators"
	"github.com/jawort/jawort/store/outbox"
)

// SMS keeps the settings of SMS.
type SMS interface {
	PutSettingsIn(ctx context.Context, tx *sql.Tx, tenant string, s ledger.Settings, by outbox.Actor) (changed bool, err error)
}

// Store is the organisations of a database. It is safe for concurrent use.
type Store struct {
	Lasting *lasting.Store
	SMS     SMS
	Random  io.Reader
	By      outbox.Actor // whom the events name

	told func(done, total int) // how many accounts of a plan are written; nil: nobody asks
}

// Longest bounds the transaction of a plan. Whoever looks for outcomes by their time need not wait for it: it writes none.
const Longest = 5 * time.Minute

// ErrMeanwhile refuses a plan that was overtaken by somebody else's change of the same account.
var ErrMeanwhile = organisation.ErrMeanwhile

// Plan says what the sources would change. The error is organisation.Mistakes where one of them cannot be, together with
// those that were found before.
func (s *Store) Plan(ctx context.Context, found organisation.Mistakes, sources ...organisation.Source) ([]organisation.Plan, error) {
	return s.plan(ctx, s.Lasting.Reads(), found, sources)
}

// ApplyBy is Apply for somebody else than the store does it for.
func (s *Store) ApplyBy(ctx context.Context, by outbox.Actor, found organisation.Mistakes, sources ...organisation.Source) ([]organisation.Plan, error) {
	return s.ApplyTelling(ctx, by, nil, found, sources...)
}

// ApplyTelling is ApplyBy that tells, after each hundred or so, how many of the accounts are written. None of them is there before it returns.
func (s *Store) ApplyTelling(ctx context.Context, by outbox.Actor, told func(done, total int), found organisation.Mistakes, sources ...organisation.Source) ([]organisation.Plan, error) {
	theirs := *s
	theirs.By, theirs.told = by, told
	return theirs.Apply(ctx, found, sources...)
}

// Apply plans and carries out, all or nothing. operator.ErrUnknown: an operator does it who may not any more by its end.
func (s *Store) Apply(ctx context.Context, found organisation.Mistakes, sources ...organisation.Source) (plans []organisation.Plan, err error) {
	err = s.Lasting.TransactWithin(ctx, Longest, func(ctx context.Context, tx *sql.Tx) error {
		if err := s.lock(ctx, tx, sources); err != nil {
			return err
		}
		if plans, err = s.plan(ctx, tx, found, sources); err != nil {
			return err
		}
		for _, p := range plans {
			if err := s.carryOut(ctx, tx, p); err != nil {
				return err
			}
			if err := operators.MayHead(ctx, tx, s.By, p.Tenant.ID); err != nil { // a list of thousands takes a while, and so may waiting for another
				return err
			}
		}
		return nil
	})
	return plans, err
}

func (s *Store) plan(ctx context.Context, q db.Querier, found organisation.Mistakes, sources []organisation.Source) ([]organisation.Plan, error) {
	plans, mistakes := make([]organisation.Plan, len(sources)), found[:len(found):len(found)]
	for i, source := range sources {
		state, err := s.state(ctx, q, source.Wants())
		if err != nil {
			return nil, err
		}
		plan, more, err := source.Plan(state, s.Random)
		if err != nil {
			return nil, err
		}
		plans[i], mistakes = plan, append(mistakes, more...)
	}
	return plans, mistakes.Sorted()
}
