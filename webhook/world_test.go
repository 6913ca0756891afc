package webhook_test

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/jawort/jawort/edge/logtest"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/outbox"
	"github.com/jawort/jawort/store/webhooks"
	"github.com/jawort/jawort/webhook"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const patience = 30 * time.Second

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}

// world is a real store with the keys that seal its secrets, for any number of workers and receivers.
type world struct {
	*testing.T
	db     *db.DB
	store  *webhooks.Store
	keys   *keys.Set
	sender webhook.SenderOptions
	tenant string
	events int64
	log    *logtest.Log
}

func newWorld(t *testing.T, url string) *world {
	t.Helper()
	d := dbtest.Open(t, url)
	set, err := keys.Generate()
	w := &world{T: t, db: d, store: webhooks.New(d, rand.Reader), keys: set, tenant: "ten_1", log: &logtest.Log{}}
	w.must(err)
	w.sender = webhook.SenderOptions{Private: loopback, Now: time.Now}
	_, err = db.Exec(t.Context(), d.Writes(), `INSERT INTO tenants (id, name, created_at) VALUES ('ten_1', 'Musterbank', 1)`)
	w.must(err)
	return w
}

func inMemory(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	return newWorld(t, "sqlite::memory:")
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) seal(secret string) []byte {
	w.Helper()
	sealed, err := w.keys.Seal([]byte(secret), keys.WebhookSecret)
	w.must(err)
	return sealed
}

// endpoint returns the id of an endpoint at url, and its secret.
func (w *world) endpoint(url string, events ...string) (endpoint, secret string) {
	w.Helper()
	endpoint, err := id.New(rand.Reader, id.Webhook)
	w.must(err)
	secret, err = webhook.NewSecret(rand.Reader)
	w.must(err)
	e := webhook.Endpoint{ID: endpoint, Tenant: w.tenant, URL: url, Events: events}
	_, _, err = w.store.Create(w.Context(), e, w.seal(secret), webhooks.Request{}, outbox.Actor{})
	w.must(err)
	return endpoint, secret
}

// happen makes something happen that every endpoint is told.
func (w *world) happen(kind string) {
	w.Helper()
	w.events++
	_, err := w.store.Follow(w.Context(), outbox.Event{ID: w.events, Kind: kind, Tenant: w.tenant, Account: "acc_1", Subject: "dev_1", At: time.Now()})
	w.must(err)
}

// worker runs a worker until kill. Killing is hard: what is under way is left behind.
func (w *world) worker(queue webhook.Queue) (worker *webhook.Worker, kill func()) {
	w.Helper()
	sender := webhook.NewSender(w.sender)
	worker = webhook.NewWorker(webhook.Options{
		Queue: queue, Sender: sender, Open: func(sealed []byte) ([]byte, error) { return w.keys.Open(sealed, keys.WebhookSecret) },
		Tick:    func(time.Duration) (<-chan time.Time, func()) { return nil, func() {} },
		Log:     slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Metrics: prometheus.NewRegistry(), Random: rand.Reader,
	})
	ctx, cancel := context.WithCancel(w.Context())
	done := make(chan error, 1)
	go func() { done <- worker.Run(ctx) }()
	kill = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			w.Errorf("run: %v", err)
		}
		sender.Close()
	})
	w.Cleanup(kill)
	return worker, kill
}

func (w *world) after(d time.Duration) {
	w.Helper()
	w.must(w.db.SetClockOffset(w.Context(), d))
}

func (w *world) delivery(endpoint string) webhook.Delivery {
	w.Helper()
	found, err := w.store.Deliveries(w.Context(), w.tenant, endpoint, webhooks.Filter{Limit: 10})
	w.must(err)
	if len(found) != 1 {
		w.Fatalf("%d deliveries", len(found))
	}
	return found[0]
}

// settled is a store that tells of every attempt that was written down.
type settled struct {
	*webhooks.Store
	told chan webhook.Result
}

func (w *world) settled() settled { return settled{w.store, make(chan webhook.Result, 1000)} }

func (s settled) Settle(ctx context.Context, j webhook.Job, r webhook.Result, v webhook.Verdict) error {
	err := s.Store.Settle(ctx, j, r, v)
	if err == nil {
		s.told <- r
	}
	return err
}

func next[T any](w *world, c <-chan T) T {
	w.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		w.Fatal("nothing came")
		panic("unreached")
	}
}

// receiver is a tenant's own system.
type receiver struct {
	*httptest.Server
	got    chan received
	mu     sync.Mutex
	answer http.HandlerFunc
}

type received struct {
	header http.Header
	body   []byte
}

func (r received) id() string { return r.header.Get(standardwebhooks.HeaderWebhookID) }

func (w *world) receiver(answer http.HandlerFunc) *receiver {
	w.Helper()
	r := &receiver{got: make(chan received, 1000), answer: answer}
	r.Server = httptest.NewServer(http.HandlerFunc(r.take))
	w.Cleanup(r.Close)
	return r
}

func (r *receiver) take(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.got <- received{req.Header.Clone(), body}
	r.mu.Lock()
	answer := r.answer
	r.mu.Unlock()
	answer(w, req)
}

func (r *receiver) answers(answer http.HandlerFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

func status(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
	}
}

func (w *world) wantNotLogged(texts ...string) {
	w.Helper()
	for _, text := range texts {
		if strings.Contains(w.log.String(), text) {
			w.Errorf("the log has %q:\n%s", text, w.log)
		}
	}
}
