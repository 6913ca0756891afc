package messages_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/messages"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const lease = time.Minute

// world is a queue on one backend, with a ledger that writes down what it is told.
type world struct {
	*testing.T
	*messages.Store
	db     *db.DB
	ledger ledger
	offset time.Duration
}

// ledger keeps what it is told in the database, as the real one does: what is rolled back was not told.
type ledger struct{ *testing.T }

func (l ledger) Settle(ctx context.Context, tx *sql.Tx, message string, state courier.State) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO told (message, state) VALUES ($1, $2)`, message, string(state))
	return err
}

func onEach(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.OnBoth(t, func(t *testing.T, d *db.DB) {
		set, err := keys.Generate()
		if err != nil {
			t.Fatal(err)
		}
		w := &world{T: t, db: d, ledger: ledger{t}}
		w.Store = messages.New(d, set, w.ledger)
		_, err = db.Exec(t.Context(), d.Writes(), `CREATE TABLE told (message TEXT NOT NULL, state TEXT NOT NULL)`)
		w.must(err)
		test(w)
	})
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// pass lets time pass.
func (w *world) pass(d time.Duration) {
	w.Helper()
	w.offset += d
	w.must(w.db.SetClockOffset(w.Context(), w.offset))
}

func (w *world) tx(work func(ctx context.Context, tx *sql.Tx) error) error {
	return w.db.Transact(w.Context(), work)
}

// message is a code by SMS that is good for fifteen minutes.
func (w *world) message() courier.Message {
	w.Helper()
	new, err := id.New(rand.Reader, id.Message)
	w.must(err)
	now, err := w.db.Now(w.Context())
	w.must(err)
	return courier.Message{
		ID: new, Tenant: "ten_1", Application: "app_1", Account: "acc_1", Approval: "apr_1", Channel: courier.SMS, Purpose: courier.PurposeCode,
		Address: "+4915112345678", Text: "123456 is your code", ExpiresAt: now.Add(15 * time.Minute),
	}
}

// put queues a message that changes have been made to.
func (w *world) put(changes ...func(m *courier.Message)) courier.Message {
	w.Helper()
	m := w.message()
	for _, change := range changes {
		change(&m)
	}
	w.must(w.tx(func(ctx context.Context, tx *sql.Tx) error { return w.Put(ctx, tx, m) }))
	return m
}

func byEmail(m *courier.Message) {
	m.Channel, m.Address, m.Subject = courier.Email, "ada@example.org", "Your code"
}

// take leases all SMS.
func (w *world) take() []courier.Leased {
	w.Helper()
	leased, err := w.Lease(w.Context(), courier.SMS, 100, lease)
	w.must(err)
	return leased
}

// takeOne leases the one SMS that there is.
func (w *world) takeOne() courier.Leased {
	w.Helper()
	leased := w.take()
	if len(leased) != 1 {
		w.Fatalf("%d messages were leased, want 1", len(leased))
	}
	return leased[0]
}

func (w *world) state(m courier.Message) courier.State {
	w.Helper()
	s, err := db.One(w.Context(), w.db.Reads(), db.ScanString, `SELECT state FROM messages WHERE id = $1`, m.ID)
	w.must(err)
	return courier.State(s)
}

// wantTold checks what the ledger was told, in order, and the state that stands.
func (w *world) wantTold(m courier.Message, states ...courier.State) {
	w.Helper()
	order := map[bool]string{true: "ctid", false: "rowid"}[w.postgres()]
	told, err := db.All(w.Context(), w.db.Reads(), db.ScanString, `SELECT state FROM told WHERE message = $1 ORDER BY `+order, m.ID)
	w.must(err)
	var got []courier.State
	for _, s := range told {
		got = append(got, courier.State(s))
	}
	if !slices.Equal(got, states) {
		w.Errorf("the ledger was told %q, want %q", got, states)
	}
	if len(states) > 0 && w.state(m) != states[len(states)-1] {
		w.Errorf("it is %s, want %s", w.state(m), states[len(states)-1])
	}
}

func (w *world) postgres() bool {
	_, err := db.One(w.Context(), w.db.Reads(), db.ScanString, `SELECT version()`)
	return err == nil
}

// wantWiped checks that nothing of what it said is left.
func (w *world) wantWiped(m courier.Message) {
	w.Helper()
	sealed, err := db.One(w.Context(), w.db.Reads(), db.ScanBytes, `SELECT sealed FROM messages WHERE id = $1`, m.ID)
	w.must(err)
	if sealed != nil {
		w.Error("what it says and to whom is still there")
	}
}

func (w *world) upkeep() courier.Upkeep {
	w.Helper()
	u, err := w.Upkeep(w.Context())
	w.must(err)
	return u
}
