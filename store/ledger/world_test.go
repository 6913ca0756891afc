package ledger_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	domain "github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/ledger"
	"github.com/jawort/jawort/store/outbox"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// world is a ledger with one tenant, its application, and accounts as they are needed.
type world struct {
	*testing.T
	*ledger.Store
	tenant, app string
	accounts    atomic.Int64
	numbers     atomic.Int64
}

func onEach(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.OnBoth(t, func(t *testing.T, d *db.DB) { test(newWorld(t, d)) })
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	set, err := keys.Generate()
	must(t, err)
	w := &world{T: t, Store: &ledger.Store{DB: d, Keys: set}}
	w.tenant = w.newTenant()
	w.app = w.newApplication(w.tenant)
	w.set(settings())
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func is(err, target error) bool { return errors.Is(err, target) }

func wantEqual[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s is %v, want %v", what, got, want)
	}
}

func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !is(err, want) {
		t.Fatalf("error is %v, want %v", err, want)
	}
}

func wantExtra(t *testing.T, err error, name string, want any) {
	t.Helper()
	var r *refusal.Error
	if !errors.As(err, &r) || r.Extra[name] != want {
		t.Fatalf("%v carries %v, want %s = %v", err, r, name, want)
	}
}

func (w *world) sql(statement string, args ...any) {
	w.Helper()
	_, err := db.Exec(w.Context(), w.Writes(), statement, args...)
	must(w.T, err)
}

func (w *world) count(from string, args ...any) int64 {
	w.Helper()
	n, err := db.One(w.Context(), w.Reads(), db.ScanInt64, `SELECT COUNT(*) FROM `+from, args...)
	must(w.T, err)
	return n
}

func (w *world) sum(column, from string, args ...any) domain.Amount {
	w.Helper()
	n, err := db.One(w.Context(), w.Reads(), db.ScanInt64, `SELECT CAST(COALESCE(SUM(`+column+`), 0) AS BIGINT) FROM `+from, args...)
	must(w.T, err)
	return domain.Amount(n)
}

func newID(t *testing.T, prefix string) string {
	t.Helper()
	s, err := id.New(rand.Reader, prefix)
	must(t, err)
	return s
}

func (w *world) newTenant() string {
	tenant := newID(w.T, id.Tenant)
	must(w.T, w.directory().CreateTenant(w.Context(), account.Tenant{ID: tenant, Name: "Musterbank"}))
	return tenant
}

func (w *world) newApplication(tenant string) string {
	app := newID(w.T, id.Application)
	must(w.T, w.directory().CreateApplication(w.Context(), account.Application{ID: app, Tenant: tenant, Name: "Portal"}))
	return app
}

func (w *world) newGroup(tenant string) string {
	group := newID(w.T, id.Group)
	_, err := w.directory().PutGroup(w.Context(), w.Writes(), account.Group{ID: group, Tenant: tenant, Name: group})
	must(w.T, err)
	return group
}

// newAccount returns the id of a new account, whose login number is "login <n>".
func (w *world) newAccount(tenant string) string {
	a := account.Account{ID: newID(w.T, id.Account), Tenant: tenant, ExternalID: fmt.Sprintf("login %d", w.accounts.Add(1))}
	_, _, err := w.directory().PutAccount(w.Context(), a)
	must(w.T, err)
	return a.ID
}

func (w *world) directory() *lasting.Store { return &lasting.Store{DB: w.DB} }

// newNumber returns a number in a neighbourhood of its own.
func (w *world) newNumber() string { return fmt.Sprintf("+4915%03d000000", w.numbers.Add(1)) }

// settings have prices and no budget, and limits that nobody reaches.
func settings() domain.Settings {
	wide := []domain.Rate{{Max: 1_000_000, Per: time.Minute}}
	return domain.Settings{
		Currency: "EUR", TimeZone: "Europe/Berlin", Prices: domain.PriceBook{"+49": 1000, "+43": 755, "+4181": 0},
		Limits: domain.Limits{Account: wide, Application: wide, Number: wide, Prefix: wide},
	}
}

func (w *world) set(s domain.Settings) {
	w.Helper()
	_, err := w.PutSettings(w.Context(), w.tenant, s, outbox.Actor{Kind: outbox.ByKey, ID: "key_1"})
	must(w.T, err)
}

func (w *world) budget(budgets ...domain.Budget) {
	w.Helper()
	s := settings()
	s.Budgets = budgets
	w.set(s)
}

func (w *world) limit(limits domain.Limits) {
	w.Helper()
	s := settings()
	for _, l := range []struct{ to, from *[]domain.Rate }{
		{&s.Limits.Account, &limits.Account}, {&s.Limits.Application, &limits.Application}, {&s.Limits.Number, &limits.Number}, {&s.Limits.Prefix, &limits.Prefix},
	} {
		if len(*l.from) > 0 {
			*l.to = *l.from
		}
	}
	w.set(s)
}

// sms is a reservation of a new message to a new number of an account, which pays for itself.
func (w *world) sms(account string) domain.Reservation {
	return domain.Reservation{
		Message: newID(w.T, id.Message), Tenant: w.tenant, Application: w.app, Account: account, Payer: account, Number: w.newNumber(),
	}
}

func (w *world) reserve(r domain.Reservation) error {
	return w.Transact(w.Context(), func(ctx context.Context, tx *sql.Tx) error { return w.Reserve(ctx, tx, r) })
}

func (w *world) settle(message string, state courier.State) error {
	return w.Transact(w.Context(), func(ctx context.Context, tx *sql.Tx) error { return w.Settle(ctx, tx, message, state) })
}

// sent is a message that is paid.
func (w *world) sent(r domain.Reservation) domain.Reservation {
	w.Helper()
	must(w.T, w.reserve(r))
	must(w.T, w.settle(r.Message, courier.Sent))
	return r
}

// clock sets the database's clock to an instant, which goes on from there.
func (w *world) clock(instant string) {
	w.Helper()
	at, err := time.Parse(time.RFC3339, instant)
	must(w.T, err)
	must(w.T, w.SetClockOffset(w.Context(), time.Until(at)))
}

// told returns how often an event was told.
func (w *world) told(kind string) int64 {
	w.Helper()
	return w.count("outbox WHERE kind = $1", kind)
}

// spent returns what was spent of a pot in the current month or quarter, whatever that is.
func (w *world) spent(scope domain.Scope, subject string, cycle domain.Cycle) domain.Amount {
	w.Helper()
	now, err := w.Now(w.Context())
	must(w.T, err)
	berlin, err := time.LoadLocation("Europe/Berlin")
	must(w.T, err)
	pot := domain.Budget{Scope: scope, Subject: subject, Cycle: cycle}.Pot(now, berlin)
	return w.sum("spent", "ledger_pots WHERE tenant = $1 AND pot = $2", w.tenant, pot.String())
}

// inParallel runs f n times at once and returns how often it said true.
func inParallel(n int, f func(i int) bool) int {
	var wg sync.WaitGroup
	var yes atomic.Int64
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			if f(i) {
				yes.Add(1)
			}
		})
	}
	close(start)
	wg.Wait()
	return int(yes.Load())
}

type tx struct {
	context.Context
	*sql.Tx
}

// maybe does something in a transaction that comes to nothing one time in three.
func (w *world) maybe(work func(tx *tx) error) error {
	err := w.Transact(w.Context(), func(ctx context.Context, t *sql.Tx) error {
		if err := work(&tx{ctx, t}); err != nil {
			return err
		}
		if mathrand.IntN(3) == 0 {
			return errMind
		}
		return nil
	})
	if is(err, errMind) {
		return nil
	}
	return err
}
