package dispatch_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/courier/dispatch"
	"github.com/jawort/jawort/edge/logtest"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/messages"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(victimVariable); url != "" {
		beKilled(url)
		return
	}
	pgtest.Main(m)
}

const patience = 20 * time.Second

func quick() dispatch.Pace {
	return dispatch.Pace{
		Attempt: 10 * time.Second, Lease: 30 * time.Second, Poll: 5 * time.Millisecond, Upkeep: 10 * time.Millisecond,
		Backoff: time.Millisecond, BackoffMost: 20 * time.Millisecond, Grace: 5 * time.Second, Rest: 50 * time.Millisecond,
	}
}

// world is a dispatcher with its queue, whose changes of state can be waited for.
type world struct {
	*testing.T
	db       *db.DB
	store    *messages.Store
	registry *prometheus.Registry
	log      *logtest.Log
	options  dispatch.Options
}

func newWorld(t *testing.T, senders map[courier.Channel]courier.Sender) *world {
	t.Helper()
	t.Parallel()
	return newWorldAt(t, "sqlite::memory:", senders)
}

func newWorldAt(t *testing.T, url string, senders map[courier.Channel]courier.Sender) *world {
	t.Helper()
	set, err := keys.Generate()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, db: dbtest.Open(t, url), registry: prometheus.NewRegistry(), log: &logtest.Log{}}
	w.store = messages.New(w.db, set, ledger{})
	w.exec(`CREATE TABLE told (message TEXT NOT NULL, state TEXT NOT NULL)`)
	w.options = dispatch.Options{
		Queue: w.store, Senders: senders, Pace: quick(), Metrics: w.registry, Now: time.Now, Random: rand.Reader,
		Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	t.Cleanup(w.nothingSecret)
	return w
}

// ledger writes down what it is told.
type ledger struct{}

func (ledger) Settle(ctx context.Context, tx *sql.Tx, message string, state courier.State) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO told (message, state) VALUES ($1, $2)`, message, string(state))
	return err
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) exec(statement string) {
	w.Helper()
	_, err := db.Exec(w.Context(), w.db.Writes(), statement)
	w.must(err)
}

// run starts the dispatcher and returns how to stop it.
func (w *world) run() (stop func()) {
	d := dispatch.New(w.options)
	ctx, cancel := context.WithCancel(w.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := d.Run(ctx); err != nil {
			w.Error(err)
		}
	}()
	stop = func() {
		cancel()
		<-ended
	}
	w.Cleanup(stop)
	return stop
}

// put queues a code by SMS that changes have been made to.
func (w *world) put(changes ...func(m *courier.Message)) courier.Message {
	w.Helper()
	new, err := id.New(rand.Reader, id.Message)
	w.must(err)
	m := courier.Message{
		ID: new, Tenant: "ten_1", Channel: courier.SMS, Purpose: courier.PurposeCode, Address: "+49151001234", Text: "123456 is your code",
		ExpiresAt: time.Now().Add(15 * time.Minute),
	}
	for _, change := range changes {
		change(&m)
	}
	w.must(w.db.Transact(w.Context(), func(ctx context.Context, tx *sql.Tx) error { return w.store.Put(ctx, tx, m) }))
	return m
}

func to(address string) func(m *courier.Message) {
	return func(m *courier.Message) {
		m.Address = address
		if strings.Contains(address, "@") {
			m.Channel, m.Subject = courier.Email, "Your code"
		}
	}
}

func (w *world) state(m courier.Message) courier.State {
	w.Helper()
	s, err := db.One(w.Context(), w.db.Reads(), db.ScanString, `SELECT state FROM messages WHERE id = $1`, m.ID)
	w.must(err)
	return courier.State(s)
}

// wantState waits until a message is in a state.
func (w *world) wantState(m courier.Message, want courier.State) {
	w.Helper()
	if !w.wait(func() bool { return w.state(m) == want }) {
		w.Fatalf("%s is %s, want %s; log:\n%s", m, w.state(m), want, w.log)
	}
}

// wait waits until what nobody signals has come, and reports whether it has.
func (w *world) wait(come func() bool) bool {
	w.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for late := time.Now().Add(patience); !come(); <-tick.C {
		if time.Now().After(late) {
			return false
		}
	}
	return true
}

func (w *world) told(m courier.Message) []string {
	w.Helper()
	told, err := db.All(w.Context(), w.db.Reads(), db.ScanString, `SELECT state FROM told WHERE message = $1 ORDER BY state`, m.ID)
	w.must(err)
	return told
}

// metric returns the sum of a metric's values with the labels.
func (w *world) metric(name string, labels ...string) float64 {
	w.Helper()
	families, err := w.registry.Gather()
	w.must(err)
	sum := 0.0
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() != name {
				continue
			}
			var values []string
			for _, l := range m.GetLabel() {
				values = append(values, l.GetValue())
			}
			if has := " " + strings.Join(values, " ") + " "; containsAll(has, labels) {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return sum
}

func containsAll(s string, parts []string) bool {
	for _, p := range parts {
		if !strings.Contains(s, " "+p+" ") {
			return false
		}
	}
	return true
}

// nothingSecret is checked at the end of every test.
func (w *world) nothingSecret() {
	for _, secret := range []string{"49151", "123456", "@example", "Your code"} {
		if strings.Contains(w.log.String(), secret) {
			w.Errorf("%q is in the log:\n%s", secret, w.log)
		}
	}
}
