package auditlog_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/edge/logtest"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/server/auditlog"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/audit"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

const patient = 20 * time.Second

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// world is an installation with two tenants, each with an application and a key.
type world struct {
	testing.TB
	lasting *lasting.Store
	records *audit.Store
	keys    *keys.Set
	log     *logtest.Log
	url     string
	tenants [2]account.Tenant
	secrets [2]string
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t, log: &logtest.Log{}}
	var err error
	w.lasting, err = lasting.Open(t.Context(), "sqlite::memory:", db.Options{Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(func() { _ = w.lasting.Close() })
	w.keys, err = keys.Generate()
	must(t, err)
	public, err := w.keys.ReceiptPublic()
	must(t, err)
	must(t, w.lasting.RegisterReceiptKey(t.Context(), w.keys.Receipt().KeyID, public[w.keys.Receipt().KeyID]))
	w.records = audit.New(w.lasting.DB, rand.Reader)
	for i, name := range []string{"Muster AG", "Other AG"} {
		w.tenants[i] = account.Tenant{ID: w.newID(id.Tenant), Name: name}
		must(t, w.lasting.CreateTenant(t.Context(), w.tenants[i]))
		w.secrets[i] = w.newKey(w.tenants[i], account.ScopeAdmin)
	}
	w.nothingHappened()
	w.serve()
	return w
}

func (w *world) newID(prefix string) string {
	w.Helper()
	s, err := id.New(rand.Reader, prefix)
	must(w, err)
	return s
}

func (w *world) newKey(t account.Tenant, scope account.Scope) string {
	w.Helper()
	a := account.Application{ID: w.newID(id.Application), Tenant: t.ID, Name: "Portal"}
	must(w, w.lasting.CreateApplication(w.Context(), a))
	secret, err := account.NewSecret(rand.Reader)
	must(w, err)
	must(w, w.lasting.CreateKey(w.Context(), account.Key{
		ID: w.newID(id.Key), Application: a.ID, Scopes: []account.Scope{scope}, Hash: account.HashSecret(secret),
	}))
	return secret
}

// nothingHappened lets a log begin with what the test does, and not with how its tenants were set up.
func (w *world) nothingHappened() {
	w.Helper()
	_, err := db.Exec(w.Context(), w.lasting.Writes(), `DELETE FROM outbox`)
	must(w, err)
}

func (w *world) serve() {
	w.Helper()
	log := slog.New(slog.NewJSONHandler(w.log, nil))
	mux := edge.NewMux(edge.Options{Service: "server", Log: log, Random: rand.Reader, Now: time.Now})
	auditlog.Log{
		Guards: guard.Guards{Credentials: w.lasting, Keys: w.keys, Now: time.Now}, Records: w.records, Accounts: w.lasting,
		Keys: w.lasting, Sign: w.sign, Log: log,
	}.Mount(mux)
	s := httptest.NewServer(mux)
	w.Cleanup(s.Close)
	w.url = s.URL
}

func (w *world) sign(h domain.Head) (string, error) { return h.Sign(w.keys.Receipt()) }

// happened puts events and appends them to the log.
func (w *world) happened(events ...outbox.Event) {
	w.Helper()
	for _, e := range events {
		must(w, outbox.Put(w.Context(), w.lasting.Writes(), e))
	}
	token, ok, err := w.records.Lease(w.Context(), time.Minute)
	must(w, err)
	if !ok {
		w.Fatal("somebody has the lease")
	}
	for n := 1; n > 0; {
		n, err = w.records.Append(w.Context(), token, time.Minute, 50)
		must(w, err)
	}
	must(w, w.records.Release(w.Context(), token))
}

// get asks with the key of the n-th tenant.
func (w *world) get(n int, path string) (status int, body []byte) {
	w.Helper()
	return w.getWith(w.secrets[n], path)
}

func (w *world) getWith(secret, path string) (status int, body []byte) {
	w.Helper()
	resp, err := w.ask(secret, path)
	must(w, err)
	defer resp.Body.Close()
	body, err = io.ReadAll(resp.Body)
	must(w, err)
	return resp.StatusCode, body
}

func (w *world) ask(secret, path string) (*http.Response, error) {
	w.Helper()
	return w.send(http.MethodGet, secret, path)
}

func (w *world) send(method, secret, path string) (*http.Response, error) {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, w.url+path, nil)
	must(w, err)
	r.Header.Set("Authorization", "Bearer "+secret)
	return http.DefaultClient.Do(r)
}

type page struct {
	Entries []struct {
		Sequence  int64
		ID        string
		AccountID string `json:"account_id"`
		Kind      string
		Subject   string
		Actor     string
		Data      json.RawMessage
		Time      time.Time
		Personal  map[string]string
		Erased    []string
		Hash      string
	}
	Next string
}

func (w *world) page(n int, path string) page {
	w.Helper()
	status, body := w.get(n, path)
	if status != http.StatusOK {
		w.Fatalf("%s: %d %s", path, status, body)
	}
	var p page
	must(w, json.Unmarshal(body, &p))
	return p
}

func (p page) sequences() []int64 {
	all := []int64{}
	for _, e := range p.Entries {
		all = append(all, e.Sequence)
	}
	return all
}

// ticks are the paces of one sequencer, in the hands of the test.
type ticks struct {
	sequence, retention chan time.Time
}

// sequencer runs until the returned function is called.
func (w *world) sequencer() (t ticks, stop func()) {
	w.Helper()
	return w.sequencerOf(w.records)
}

func (w *world) sequencerOf(chains auditlog.Chains) (t ticks, stop func()) {
	w.Helper()
	t = ticks{make(chan time.Time), make(chan time.Time)}
	s := auditlog.NewSequencer(auditlog.Options{
		Chains: chains, Keys: w.lasting, Sign: w.sign, Tenants: w.lasting, Log: slog.New(slog.NewJSONHandler(w.log, nil)),
		Tick: func(d time.Duration) (<-chan time.Time, func()) {
			return map[time.Duration]chan time.Time{auditlog.SequenceEvery: t.sequence, auditlog.RetentionEvery: t.retention}[d], func() {}
		},
	})
	ctx, cancel := context.WithCancel(w.Context())
	var running sync.WaitGroup
	running.Go(func() { must(w, s.Run(ctx)) })
	stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
	})
	w.Cleanup(stop)
	return t, stop
}

// done ticks twice: the second tick is taken when the first has been dealt with. What the second one starts goes on.
func (w *world) done(c chan time.Time) {
	w.Helper()
	for range 2 {
		select {
		case c <- time.Time{}:
		case <-time.After(patient):
			w.Fatal("the sequencer does not take its tick")
		}
	}
}

func (w *world) wantCount(want int, from string, args ...any) {
	w.Helper()
	n, err := db.One(w.Context(), w.lasting.Reads(), db.ScanInt, `SELECT COUNT(*) FROM `+from, args...)
	must(w, err)
	if n != want {
		w.Fatalf("%d %s, want %d", n, from, want)
	}
}

func (w *world) exec(statement string, args ...any) {
	w.Helper()
	_, err := db.Exec(w.Context(), w.lasting.Writes(), statement, args...)
	must(w, err)
}
