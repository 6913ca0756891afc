package audit_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/store/audit"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/outbox"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(asSequencer); url != "" {
		os.Exit(sequenceUntilKilled(url))
	}
	pgtest.Main(m)
}

const lease = 10 * time.Second

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// world is a log with a receipt key.
type world struct {
	testing.TB
	d   *db.DB
	s   *audit.Store
	key jose.JSONWebKey
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	return &world{
		TB: t, d: d, s: audit.New(d, rand.Reader),
		key: jose.JSONWebKey{Key: private, KeyID: "k", Algorithm: string(jose.ES256), Use: "sig"},
	}
}

func onEach(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.OnBoth(t, func(t *testing.T, d *db.DB) { test(newWorld(t, d)) })
}

func (w *world) published() jose.JSONWebKeySet {
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{w.key.Public()}}
}

func (w *world) sign(h domain.Head) (string, error) { return h.Sign(w.key) }

func (w *world) put(events ...outbox.Event) {
	w.Helper()
	must(w, w.d.Transact(w.Context(), func(ctx context.Context, tx *sql.Tx) error {
		for _, e := range events {
			if err := outbox.Put(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	}))
}

// event is the n-th of a tenant, about a person.
func event(tenant string, n int) outbox.Event {
	return outbox.Event{
		Kind: "device.enrolled", Tenant: tenant, Application: "app_1", Account: fmt.Sprintf("acc_%d", n%3), Subject: fmt.Sprintf("dev_%d", n),
		Actor: outbox.Actor{Kind: outbox.ByKey, ID: "key_1"}, Data: map[string]any{"n": n}, Personal: map[string]string{"holder": "Erika Mustermann"},
	}
}

// some puts n events, so many at once as any database takes in the time of a transaction under the race detector.
func (w *world) some(tenant string, n int) {
	w.Helper()
	events := make([]outbox.Event, n)
	for i := range events {
		events[i] = event(tenant, i)
	}
	for some := range slices.Chunk(events, 50) {
		w.put(some...)
	}
}

// leased takes the lease, which must be free.
func (w *world) leased() audit.Token {
	w.Helper()
	token, ok, err := w.s.Lease(w.Context(), lease)
	must(w, err)
	if !ok {
		w.Fatal("somebody else has the lease")
	}
	return token
}

// drain appends all that is there, and returns how much it was. The batches are small, so that one is done within its
// time under the race detector too.
func (w *world) drain(token audit.Token) (total int) {
	w.Helper()
	for {
		n, err := w.s.Append(w.Context(), token, lease, 50)
		must(w, err)
		if n == 0 {
			return total
		}
		total += n
	}
}

// appended puts events and appends them.
func (w *world) appended(tenant string, n int) {
	w.Helper()
	w.some(tenant, n)
	token := w.leased()
	w.drain(token)
	must(w, w.s.Release(w.Context(), token))
}

// signHead signs where the tenant's chain ends now, and keeps it.
func (w *world) signHead(tenant string) {
	w.Helper()
	chain, err := w.s.Chain(w.Context(), tenant)
	must(w, err)
	now, err := w.s.Now(w.Context())
	must(w, err)
	head := chain.Head(now)
	signed, err := w.sign(head)
	must(w, err)
	must(w, w.s.KeepHead(w.Context(), head, signed))
}

// taken is an export by the command line.
func (w *world) taken(tenant string) audit.Export {
	w.Helper()
	return audit.Export{Tenant: tenant, By: outbox.Actor{Kind: outbox.ByCommand, ID: "jawort"}, Published: w.published(), Sign: w.sign}
}

// export returns a verified export, of which nothing is kept: tests count what they put.
func (w *world) export(tenant string) (string, domain.Report) {
	w.Helper()
	var b bytes.Buffer
	must(w, w.s.Export(w.Context(), w.taken(tenant), &b))
	w.exec(`DELETE FROM outbox WHERE kind = $1`, audit.Exported)
	report, err := domain.Verify(bytes.NewReader(b.Bytes()), w.published())
	must(w, err)
	return b.String(), report
}

func (w *world) exec(statement string, args ...any) {
	w.Helper()
	_, err := db.Exec(w.Context(), w.d.Writes(), statement, args...)
	must(w, err)
}

func (w *world) count(from string, args ...any) int {
	w.Helper()
	n, err := db.One(w.Context(), w.d.Reads(), db.ScanInt, `SELECT COUNT(*) FROM `+from, args...)
	must(w, err)
	return n
}

func (w *world) wantCount(want int, from string, args ...any) {
	w.Helper()
	if n := w.count(from, args...); n != want {
		w.Fatalf("%d %s, want %d", n, from, want)
	}
}

// outcome ends an approval as approved by a phone.
func (w *world) outcome(tenant, approval, holder string) {
	w.Helper()
	w.exec(`INSERT INTO outcomes (approval, tenant, application, account, kind, status, method, decision, number, device, label, holder, document,
		credential, public_key, sign_count, backup_eligible, attestation, enrolled_at, auth_data, client_data, signature, created_at, expires_at, closes_at, decided_at)
		VALUES ($1, $2, 'app_1', 'acc_1', 'login', 'approved', 'push', 'approve', '42', 'dev_1', 'Annas Telefon', $3, $4,
		$4, $4, 1, FALSE, 'none', 1, $4, $4, $4, 1, 1, 1, jawort_now())`, approval, tenant, holder, []byte("document of "+holder))
}

func (w *world) wantFault(name string, err error, kind domain.FaultKind, sequence int64) {
	w.Helper()
	var f *domain.Fault
	if !errors.As(err, &f) || f.Kind != kind || f.Sequence != sequence {
		w.Fatalf("%s: fault is %v, want %s at entry %d", name, err, kind, sequence)
	}
}

// untilItWaits returns once a statement on this Postgres waits for a row.
func (w *world) untilItWaits() {
	w.Helper()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for w.count(`pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 0 {
		select {
		case <-again.C:
		case <-w.Context().Done():
			w.Fatal("nobody waits")
		}
	}
}
