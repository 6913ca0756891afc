package webhooks_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/edge/logtest"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/server/guard"
	feature "github.com/jawort/jawort/server/webhooks"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
	"github.com/jawort/jawort/store/webhooks"
	"github.com/jawort/jawort/webhook"
)

const patience = 30 * time.Second

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}

// world is the feature behind its real pipeline, with real stores and a real worker.
type world struct {
	*testing.T
	*httptest.Server
	lasting *lasting.Store
	store   *webhooks.Store
	feature feature.Feature
	log     *logtest.Log
	tenant  string
	key     string
	events  int64
}

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	w := &world{T: t, log: &logtest.Log{}}
	var err error
	w.lasting, err = lasting.Open(t.Context(), "sqlite::memory:", db.Options{Log: slog.New(slog.DiscardHandler)})
	w.must(err)
	t.Cleanup(func() { _ = w.lasting.Close() })
	w.store = webhooks.New(w.lasting.DB, rand.Reader)
	set, err := keys.Generate()
	w.must(err)
	log := slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	worker := w.work(set, log)
	w.feature = feature.Feature{
		Guards: guard.Guards{Credentials: w.lasting, Keys: set, Now: time.Now},
		Store:  w.store, Keys: set, Rules: webhook.Rules{Private: loopback}, Nudge: worker.Nudge, Random: rand.Reader,
	}
	mux := edge.NewMux(edge.Options{Service: "server", Log: log, Random: rand.Reader, Now: time.Now})
	w.feature.Mount(mux)
	w.Server = httptest.NewServer(mux)
	t.Cleanup(w.Close)
	w.tenant, w.key = w.addTenant(account.ScopeAdmin)
	return w
}

func (w *world) work(set *keys.Set, log *slog.Logger) *webhook.Worker {
	sender := webhook.NewSender(webhook.SenderOptions{Private: loopback, Now: time.Now})
	worker := webhook.NewWorker(webhook.Options{
		Queue: w.store, Sender: sender, Open: func(sealed []byte) ([]byte, error) { return set.Open(sealed, keys.WebhookSecret) },
		Tick: func(time.Duration) (<-chan time.Time, func()) { return nil, func() {} }, Log: log, Random: rand.Reader,
	})
	ctx, cancel := context.WithCancel(w.Context())
	done := make(chan error, 1)
	go func() { done <- worker.Run(ctx) }()
	w.Cleanup(func() { cancel(); <-done; sender.Close() })
	return worker
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) newID(prefix string) string {
	w.Helper()
	s, err := id.New(rand.Reader, prefix)
	w.must(err)
	return s
}

// addTenant returns a tenant with an API key of its application.
func (w *world) addTenant(scopes ...account.Scope) (tenant, key string) {
	w.Helper()
	ctx, tenant := w.Context(), w.newID(id.Tenant)
	w.must(w.lasting.CreateTenant(ctx, account.Tenant{ID: tenant, Name: "Musterbank"}))
	return tenant, w.addKey(tenant, scopes...)
}

func (w *world) addKey(tenant string, scopes ...account.Scope) string {
	w.Helper()
	ctx, application := w.Context(), w.newID(id.Application)
	w.must(w.lasting.CreateApplication(ctx, account.Application{ID: application, Tenant: tenant, Name: "Portal"}))
	key, err := account.NewSecret(rand.Reader)
	w.must(err)
	w.must(w.lasting.CreateKey(ctx, account.Key{ID: w.newID(id.Key), Application: application, Scopes: scopes, Hash: account.HashSecret(key)}))
	return key
}

// happen makes something happen in the tenant.
func (w *world) happen(kind string) {
	w.Helper()
	w.events++
	f := feature.Follower{Store: w.store, Nudge: w.feature.Nudge}
	w.must(f.Follow(w.Context(), []outbox.Event{{ID: w.events, Kind: kind, Tenant: w.tenant, Account: "acc_1", Subject: "dev_1", At: time.Now()}}))
}

// receiver is a tenant's own system, which answers with a status.
func (w *world) receiver(status int) (url string, got chan *http.Request) {
	w.Helper()
	got = make(chan *http.Request, 100)
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		got <- r
		rw.WriteHeader(status)
	}))
	w.Cleanup(s.Close)
	return s.URL, got
}

func (w *world) next(got chan *http.Request) *http.Request {
	w.Helper()
	select {
	case r := <-got:
		return r
	case <-time.After(patience):
		w.Fatal("nothing came")
		panic("unreached")
	}
}

// eventually waits for what nothing signals.
func (w *world) eventually(what string, holds func() bool) {
	w.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	tooLong := time.After(patience)
	for !holds() {
		select {
		case <-tick.C:
		case <-tooLong:
			w.Fatalf("still not so: %s", what)
		}
	}
}

// answer is what a call got.
type answer struct {
	w      *world
	status int
	raw    string
	body   map[string]any
}

type option func(*http.Request)

func as(key string) option { return header("Authorization", "Bearer "+key) }

func header(name, value string) option { return func(r *http.Request) { r.Header.Set(name, value) } }

// call calls with the world's key, unless an option says otherwise.
func (w *world) call(method, path, body string, options ...option) answer {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, w.URL+"/v1/webhooks"+path, strings.NewReader(body))
	w.must(err)
	r.Header.Set("Content-Type", "application/json")
	as(w.key)(r)
	for _, o := range options {
		o(r)
	}
	resp, err := w.Client().Do(r)
	w.must(err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	w.must(err)
	a := answer{w: w, status: resp.StatusCode, raw: string(raw)}
	if len(raw) > 0 {
		w.must(json.Unmarshal(raw, &a.body))
	}
	return a
}

func (a answer) want(status int, code string) answer {
	a.w.Helper()
	if a.status != status || (code != "" && a.text("type") != "urn:jawort:problem:"+code) {
		a.w.Fatalf("got %d %s, want %d %s", a.status, a.raw, status, code)
	}
	return a
}

func (a answer) text(name string) string {
	s, _ := a.body[name].(string)
	return s
}

func (a answer) list(name string) []map[string]any {
	all, _ := a.body[name].([]any)
	var found []map[string]any
	for _, one := range all {
		m, _ := one.(map[string]any)
		found = append(found, m)
	}
	return found
}
