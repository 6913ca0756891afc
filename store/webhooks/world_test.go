package webhooks_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/outbox"
	"github.com/jawort/jawort/store/webhooks"
	"github.com/jawort/jawort/webhook"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const lease = time.Minute

var admin = outbox.Actor{Kind: outbox.ByKey, ID: "key_admin"}

// world is a store with a tenant.
type world struct {
	*testing.T
	db     *db.DB
	s      *webhooks.Store
	tenant string
	events int64
}

func onEach(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.OnBoth(t, func(t *testing.T, d *db.DB) { test(newWorld(t, d)) })
}

func newWorld(t *testing.T, d *db.DB) *world {
	w := &world{T: t, db: d, s: webhooks.New(d, rand.Reader)}
	w.tenant = w.addTenant()
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) want(err, want error) {
	w.Helper()
	if !errors.Is(err, want) {
		w.Fatalf("got %v, want %v", err, want)
	}
}

func (w *world) newID(prefix string) string {
	w.Helper()
	s, err := id.New(rand.Reader, prefix)
	w.must(err)
	return s
}

func (w *world) exec(query string, args ...any) {
	w.Helper()
	_, err := db.Exec(w.Context(), w.db.Writes(), query, args...)
	w.must(err)
}

func (w *world) count(query string, args ...any) int {
	w.Helper()
	n, err := db.One(w.Context(), w.db.Reads(), db.ScanInt, `SELECT COUNT(*) FROM `+query, args...)
	w.must(err)
	return n
}

func (w *world) addTenant() string {
	tenant := w.newID(id.Tenant)
	w.exec(`INSERT INTO tenants (id, name, created_at) VALUES ($1, 'Musterbank', jawort_now())`, tenant)
	return tenant
}

func (w *world) endpoint(events ...string) webhook.Endpoint {
	w.Helper()
	return w.endpointOf(w.tenant, events...)
}

func (w *world) endpointOf(tenant string, events ...string) webhook.Endpoint {
	w.Helper()
	e := webhook.Endpoint{ID: w.newID(id.Webhook), Tenant: tenant, URL: "https://example.com/hooks", Description: "Portal", Events: events}
	kept, _, err := w.s.Create(w.Context(), e, []byte("sealed 1"), webhooks.Request{}, admin)
	w.must(err)
	return kept
}

func (w *world) event(kind string) outbox.Event {
	w.events++
	return outbox.Event{ID: w.events, Kind: kind, Tenant: w.tenant, Application: "app_1", Account: "acc_1", Subject: fmt.Sprintf("sub_%d", w.events), At: time.Now()}
}

func (w *world) follow(e outbox.Event) {
	w.Helper()
	_, err := w.s.Follow(w.Context(), e)
	w.must(err)
}

// lease wants a delivery to be due for the endpoint.
func (w *world) lease(endpoint string) webhook.Job {
	w.Helper()
	j, ok, err := w.s.Lease(w.Context(), endpoint, lease)
	w.must(err)
	if !ok {
		w.Fatal("nothing is due")
	}
	return j
}

func (w *world) wantNothingDue(endpoint string) {
	w.Helper()
	if j, ok, err := w.s.Lease(w.Context(), endpoint, lease); ok || err != nil {
		w.Fatalf("leased %+v, %v", j, err)
	}
}

func (w *world) settle(j webhook.Job, status int, v webhook.Verdict) {
	w.Helper()
	w.must(w.s.Settle(w.Context(), j, webhook.Result{Status: status, Took: 7 * time.Millisecond}, v))
}

func (w *world) fail(j webhook.Job, pause time.Duration) {
	w.Helper()
	w.settle(j, 500, webhook.Verdict{State: webhook.Pending, Pause: pause})
}

func (w *world) after(d time.Duration) {
	w.Helper()
	w.must(w.db.SetClockOffset(w.Context(), d))
}

func (w *world) deliveries(endpoint string, state webhook.State) []webhook.Delivery {
	w.Helper()
	found, err := w.s.Deliveries(w.Context(), w.tenant, endpoint, webhooks.Filter{State: state, Limit: 100})
	w.must(err)
	return found
}

func (w *world) kinds() map[string]int {
	w.Helper()
	events, err := outbox.Unsequenced(w.Context(), w.db.Reads(), 1000)
	w.must(err)
	kinds := map[string]int{}
	for _, e := range events {
		kinds[e.Kind]++
	}
	return kinds
}
