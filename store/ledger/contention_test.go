package ledger_test

import (
	"context"
	"database/sql"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jawort/jawort/courier"
	domain "github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
)

// Everything at once must end without a deadlock: one would come back as ErrUnavailable.
func TestWhoeverCountsNeverWaitsInACircle(t *testing.T) {
	onEach(t, func(w *world) {
		w.clock("2026-12-31T22:59:40Z") // the quarter ends in the middle
		accounts := []string{w.newAccount(w.tenant), w.newAccount(w.tenant)}
		messages := make([]domain.Reservation, 6)
		for i := range messages {
			messages[i] = w.sms(accounts[i%2])
			must(w.T, w.reserve(messages[i]))
		}
		limits := []domain.Amount{10_000, 5000, 20_000}
		acts := []func(i int) error{
			func(i int) error { return w.reserve(w.sms(accounts[i%2])) },
			func(i int) error { return w.reserve(messages[i%6]) },
			func(i int) error { return w.settle(messages[i%6].Message, courier.Failed) },
			func(i int) error { return w.replaceSMS(messages[i%6], w.sms(accounts[i%2])) },
			func(i int) error {
				s := settings()
				s.Budgets = []domain.Budget{{Scope: domain.ScopeTenant, Cycle: domain.Monthly, Limit: limits[i%3]}, {Scope: domain.ScopeCountry, Subject: "DE", Cycle: domain.Monthly, Limit: limits[i%2]}}
				_, err := w.PutSettings(t.Context(), w.tenant, s, actor)
				return err
			},
			func(int) error {
				return w.CloseQuarter(t.Context(), w.tenant, domain.Quarter{Year: 2026, Number: 3}, actor)
			},
			func(int) error { _, err := w.Forget(t.Context()); return err },
		}
		inParallel(8*len(acts), func(i int) bool {
			err := acts[i%len(acts)](i / len(acts))
			if err != nil && !is(err, domain.ErrBudgetSpent) {
				t.Errorf("act %d: %v", i%len(acts), err)
			}
			return true
		})
	})
}

// replaceSMS takes a message back and queues another one in its place, in one transaction.
func (w *world) replaceSMS(old, next domain.Reservation) error {
	return w.Transact(w.Context(), func(ctx context.Context, tx *sql.Tx) error {
		if err := w.Settle(ctx, tx, old.Message, courier.Expired); err != nil {
			return err
		}
		return w.Reserve(ctx, tx, next)
	})
}

// Half of them give money back before they reserve: the locks are taken in another order than by those that only reserve.
func TestReplacingAMessageNeverWaitsInACircle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, pgtest.New(t)))
	own := w.newAccount(w.tenant)
	const n = 8
	old := make([]domain.Reservation, n)
	for i := range old {
		old[i] = w.sms(own)
		must(t, w.reserve(old[i]))
	}
	w.letGoAtOnce("ledger_pots", 2*n, func(i int) bool {
		next := w.sms(own)
		next.Number = []string{"+4915112345678", "+436641234567", "+41811234567"}[i%3]
		err := w.reserveOrReplace(i%2 == 0, old[i/2], next)
		if err != nil {
			t.Error(err)
		}
		return true
	})
	wantEqual(t, "spent", w.spent(domain.ScopeTenant, "", domain.Monthly), w.sum("price", "ledger_entries WHERE state = 'reserved'"))
}

func (w *world) reserveOrReplace(replace bool, old, next domain.Reservation) error {
	if replace {
		return w.replaceSMS(old, next)
	}
	return w.reserve(next)
}

func TestWhatAKilledPostgresAcknowledgedIsInTheLedgerToTheCent(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	w := newWorld(t, dbtest.Open(t, server.New(t)))
	w.clock("2026-11-02T08:00:00Z")
	accounts := []string{w.newAccount(w.tenant), w.newAccount(w.tenant), w.newAccount(w.tenant)}
	var acknowledged atomic.Int64
	enough := make(chan struct{})
	ended := make(chan int, 1)
	go func() {
		ended <- inParallel(6, func(i int) bool {
			for {
				r := w.sms(accounts[i%3])
				err := w.reserve(r)
				if err == nil && acknowledged.Add(1) == 60 {
					close(enough)
				}
				if err == nil {
					err = w.settle(r.Message, []courier.State{courier.Sent, courier.Failed}[i%2])
				}
				if err != nil {
					if !is(err, refusal.ErrUnavailable) {
						t.Error(err)
					}
					return true
				}
			}
		})
	}()
	<-enough
	server.Kill(t)
	<-ended
	server.Restart(t)
	if n := w.count("ledger_entries"); n < acknowledged.Load() {
		t.Errorf("%d entries, %d were acknowledged", n, acknowledged.Load())
	}
	w.wantConsistent("2026-Q4")
}

// Whatever the limit let through before the kill and after it, together it is no more than the limit.
func TestAKilledPostgresForgetsNoSMSThatALimitHasCounted(t *testing.T) {
	t.Parallel()
	const most = 200
	server := pgtest.NewServer(t)
	w := newWorld(t, dbtest.Open(t, server.New(t)))
	w.limit(domain.Limits{Account: rate(most, time.Hour)})
	own := w.newAccount(w.tenant)
	var acknowledged atomic.Int64
	enough := make(chan struct{})
	ended := make(chan int, 1)
	go func() {
		ended <- inParallel(6, func(int) bool {
			for {
				err := w.reserve(w.sms(own))
				if err == nil && acknowledged.Add(1) == 30 {
					close(enough)
				}
				if err != nil {
					return is(err, refusal.ErrUnavailable)
				}
			}
		})
	}()
	<-enough
	server.Kill(t)
	wantEqual(t, "those who met the kill", <-ended, 6)
	server.Restart(t)
	kept := w.count("ledger_entries")
	if kept < acknowledged.Load() || kept >= most {
		t.Fatalf("%d messages are kept, %d were acknowledged, %d are allowed", kept, acknowledged.Load(), most)
	}
	passed := inParallel(most+20, func(int) bool {
		err := w.reserve(w.sms(own))
		if err != nil && !is(err, domain.ErrTooMany) {
			t.Error(err)
		}
		return err == nil
	})
	wantEqual(t, "messages that passed in all", kept+int64(passed), most)
}

func TestACountThatBeginsAnewIsNotForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, pgtest.New(t)))
	w.limit(domain.Limits{Account: rate(1, 10*time.Minute)})
	own := w.newAccount(w.tenant)
	must(t, w.reserve(w.sms(own)))
	must(t, w.SetClockOffset(t.Context(), time.Hour))
	forgotten := make(chan error, 1)
	must(t, w.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		if err := w.Reserve(ctx, tx, w.sms(own)); err != nil {
			return err
		}
		go func() {
			_, err := w.Forget(t.Context())
			forgotten <- err
		}()
		return w.untilOneWaits(forgotten)
	}))
	must(t, <-forgotten)
	w.wantWait(w.reserve(w.sms(own)), "account", 10*time.Minute)
}

// untilOneWaits returns once another transaction waits for a lock; ended would say that none does.
func (w *world) untilOneWaits(ended <-chan error) error {
	for {
		select {
		case err := <-ended:
			return fmt.Errorf("it did not wait: %v", err)
		default:
		}
		if w.count(`pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) > 0 {
			return nil
		}
	}
}
