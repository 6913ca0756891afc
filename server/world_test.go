package server_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/server"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/lasting/pgtest"
	"github.com/jawort/jawort/store/live"
)

func TestMain(m *testing.M) {
	stop := pgtest.Shared()
	code := m.Run()
	stop()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

const (
	origin  = "https://login.example"
	patient = 20 * time.Second // for what must happen, on a busy machine
)

// clock is the time of everything but the sockets' deadlines.
type clock struct {
	mu     sync.Mutex
	offset time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset)
}

// world is one installation of Jawort without phones and push: the stores, and any number of servers.
type world struct {
	testing.TB
	clock   *clock
	live    *live.Store
	lasting *lasting.Store
	keys    *keys.Set
	app     account.Application
	key     string // of app, with all scopes
}

// newWorld runs on the embedded stores.
func newWorld(t testing.TB) *world { return newWorldOn(t, live.Embedded, "sqlite::memory:") }

func newWorldOn(t testing.TB, redisURL, databaseURL string) *world {
	t.Helper()
	w := &world{TB: t, clock: &clock{}}
	var err error
	w.live, err = live.Open(t.Context(), live.Config{URL: redisURL}, w.clock.Now)
	w.must(err)
	t.Cleanup(func() { _ = w.live.Close() })
	w.lasting, err = lasting.Open(t.Context(), databaseURL, lasting.Options{Log: slog.New(slog.DiscardHandler)})
	w.must(err)
	t.Cleanup(func() { _ = w.lasting.Close() })
	w.keys, err = keys.Generate()
	w.must(err)
	w.app = w.addApplication(w.addTenant("House of Cards"), 2)
	w.key = w.addKey(w.app, account.Scopes...)
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) newID(prefix string) string {
	s, err := id.New(rand.Reader, prefix)
	w.must(err)
	return s
}

func (w *world) addTenant(name string) account.Tenant {
	t := account.Tenant{ID: w.newID(id.Tenant), Name: name}
	w.must(w.lasting.CreateTenant(w.Context(), t))
	return t
}

func (w *world) addApplication(t account.Tenant, digits int) account.Application {
	a := account.Application{ID: w.newID(id.Application), Tenant: t.ID, TenantName: t.Name, Name: "Portal", Origins: []string{origin}, Digits: digits}
	w.must(w.lasting.CreateApplication(w.Context(), a))
	return a
}

func (w *world) addKey(a account.Application, scopes ...account.Scope) string {
	secret, _ := w.addNamedKey(a, scopes...)
	return secret
}

func (w *world) addNamedKey(a account.Application, scopes ...account.Scope) (secret, keyID string) {
	secret, err := account.NewSecret(rand.Reader)
	w.must(err)
	k := account.Key{ID: w.newID(id.Key), Application: a.ID, Scopes: scopes, Hash: account.HashSecret(secret)}
	w.must(w.lasting.CreateKey(w.Context(), k))
	return secret, k.ID
}

// advance moves every clock.
func (w *world) advance(d time.Duration) {
	w.clock.mu.Lock()
	w.clock.offset += d
	offset := w.clock.offset
	w.clock.mu.Unlock()
	w.must(w.lasting.SetClockOffset(w.Context(), offset))
}

// phone is a device that was enrolled past the API.
type phone struct {
	account      account.Account
	device       string
	installation string
	credential   []byte
}

func (w *world) addAccount(app account.Application, externalID string) account.Account {
	a, _, err := w.lasting.PutAccount(w.Context(), account.Account{
		ID: w.newID(id.Account), Tenant: app.Tenant, ExternalID: externalID, Label: "Desk " + externalID,
	})
	w.must(err)
	return a
}

// addPhone enrols a phone for the account, which it creates where it is new.
func (w *world) addPhone(app account.Application, externalID, label string) phone {
	ctx := w.Context()
	a := w.addAccount(app, externalID)
	e := account.Enrolment{
		ID: w.newID(id.Enrolment), Tenant: a.Tenant, Application: app.ID, Account: a.ID, Device: w.newID(id.Device),
		Challenge: []byte("challenge"), ExpiresAt: w.clock.Now().Add(time.Minute),
	}
	code := []byte(w.newID("code_"))
	thumbprint := w.newID("thumb_")
	w.must(w.lasting.CreateEnrolment(ctx, e, code))
	_, err := w.lasting.ClaimEnrolment(ctx, code, thumbprint)
	w.must(err)
	d, err := w.lasting.CompleteEnrolment(ctx, w.completion(e.ID, thumbprint, label))
	w.must(err)
	_, _, err = w.lasting.ConfirmEnrolment(ctx, a.Tenant, e.ID, true)
	w.must(err)
	return phone{account: a, device: d.ID, installation: d.Installation, credential: []byte(thumbprint)}
}

func (w *world) completion(enrolment, thumbprint, label string) account.Completion {
	return account.Completion{
		Enrolment: enrolment, Thumbprint: thumbprint, Installation: w.newID(id.Installation), Holder: "Ada " + label, Label: label,
		Credential: approval.Credential{ID: []byte(thumbprint), PublicKey: []byte("cose"), AAGUID: make([]byte, 16), Attestation: "none"},
		Posture:    account.Posture{Platform: "android", OSVersion: "14", Model: "Fairphone", Language: "de", ScreenLock: true, Notifications: true},
		Address:    []byte("sealed"),
	}
}

// decide does what the phone API does with a decision whose signature has been verified.
func (w *world) decide(p phone, approvalID string, d approval.Decision) (approval.Verdict, error) {
	v, err := w.decideSilently(p, approvalID, d)
	if err == nil {
		w.must(w.live.Wake(w.Context(), approvalID))
	}
	return v, err
}

// decideSilently loses the wake-up.
func (w *world) decideSilently(p phone, approvalID string, d approval.Decision) (approval.Verdict, error) {
	ctx := w.Context()
	pending, err := w.live.Pending(ctx, approvalID)
	w.must(err)
	signer, err := w.lasting.Signer(ctx, p.installation, p.credential)
	w.must(err)
	number := ""
	if d == approval.Approve {
		number = pending.Number
	}
	return w.lasting.Decide(ctx, approval.Decided{
		Approval: pending, Signer: signer, Decision: d, Number: number,
		Assertion: &approval.Assertion{CredentialID: p.credential, AuthenticatorData: []byte("a"), ClientDataJSON: []byte("{}"), Signature: []byte("s")},
	})
}

// fakeReceipts signs nothing: how receipts are signed is package approval's to test.
type fakeReceipts struct{}

func (fakeReceipts) Sign(o approval.Outcome) (string, error) {
	if _, err := approval.NewReceipt(o); err != nil {
		return "", err
	}
	return "receipt.of." + o.Approval, nil
}

// instance is one running server.
type instance struct {
	*world
	*httptest.Server
	ticks   *ticks
	log     *journal
	metrics *prometheus.Registry
	kill    func() // ends it; twice is once
}

// journal is the log, safe to be read while it is written.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

func (w *world) serve(changes ...func(*server.Options)) *instance {
	w.Helper()
	i := &instance{world: w, ticks: newTicks(w), log: &journal{}, metrics: prometheus.NewRegistry()}
	ctx, cancel := context.WithCancel(context.Background())
	wakeups, err := w.live.Wakeups(ctx)
	w.must(err)
	i.Server = httptest.NewUnstartedServer(nil)
	o := server.Options{
		Live: w.live, Lasting: w.lasting, Keys: w.keys, Receipts: fakeReceipts{}, Wakeups: wakeups,
		PublicURL: "http://" + i.Listener.Addr().String(), EnrolURL: "https://phone.example",
		Edge: edge.Options{
			Service: "server", Log: slog.New(slog.NewJSONHandler(i.log, nil)), Metrics: i.metrics, Random: rand.Reader, Now: w.clock.Now,
		},
		Now: w.clock.Now, Random: rand.Reader, Tick: i.ticks.Tick,
	}
	for _, change := range changes {
		change(&o)
	}
	s, err := server.New(o)
	w.must(err)
	i.Config.Handler = s
	i.Start()
	var parts sync.WaitGroup
	parts.Go(func() { _ = wakeups.Run(ctx) })
	parts.Go(func() {
		if err := s.Run(ctx); err != nil {
			w.Errorf("run: %v", err)
		}
	})
	i.kill = sync.OnceFunc(func() {
		cancel()
		parts.Wait()
		i.Client().CloseIdleConnections()
		i.Close()
	})
	w.Cleanup(i.kill)
	return i
}

// ticks are the paces of one server, in the hands of the test.
type ticks struct {
	t        testing.TB
	mu       sync.Mutex
	channels map[time.Duration][]chan time.Time
	arrived  sync.Cond
}

// loops are how many loops keep a pace.
var loops = map[time.Duration]int{time.Second: 3, 5 * time.Second: 1, 4 * time.Second: 1}

func newTicks(t testing.TB) *ticks {
	s := &ticks{t: t, channels: map[time.Duration][]chan time.Time{}}
	s.arrived.L = &s.mu
	return s
}

func (s *ticks) Tick(d time.Duration) (<-chan time.Time, func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := make(chan time.Time)
	s.channels[d] = append(s.channels[d], c)
	s.arrived.Broadcast()
	return c, func() {}
}

// awaited returns the loops of this pace once there are as many as there must be. A long-poll is one from when it has
// looked once.
func (s *ticks) awaited(d time.Duration) []chan time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.channels[d]) < loops[d] {
		s.arrived.Wait()
	}
	return s.channels[d]
}

// fire ticks every loop of this pace, after it has finished with the tick before.
func (s *ticks) fire(d time.Duration) {
	s.t.Helper()
	channels := s.awaited(d)
	for _, c := range channels {
		select {
		case c <- time.Time{}:
		case <-time.After(patient):
			s.t.Fatal("a loop does not take its tick")
		}
	}
}

// done ticks twice: the second tick is taken when the first has been dealt with.
func (s *ticks) done(d time.Duration) {
	s.t.Helper()
	s.fire(d)
	s.fire(d)
}

// answer is what a call got.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	raw    []byte
	body   map[string]any
}

type option func(*http.Request)

func bearer(token string) option {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

func header(name, value string) option {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// call sends a request with the world's key, unless an option says otherwise. A string is sent as it is, all else as JSON.
func (i *instance) call(method, path string, body any, options ...option) answer {
	i.Helper()
	a, err := i.try(method, path, body, options...)
	i.must(err)
	return a
}

func (i *instance) try(method, path string, body any, options ...option) (answer, error) {
	i.Helper()
	var payload io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		payload = strings.NewReader(b)
	default:
		encoded, err := json.Marshal(b)
		i.must(err)
		payload = bytes.NewReader(encoded)
	}
	r, err := http.NewRequestWithContext(i.Context(), method, i.URL+path, payload)
	i.must(err)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	bearer(i.key)(r)
	for _, o := range options {
		o(r)
	}
	resp, err := i.Client().Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	a := answer{t: i.TB, status: resp.StatusCode, header: resp.Header}
	if a.raw, err = io.ReadAll(resp.Body); err != nil {
		return answer{}, err
	}
	_ = json.Unmarshal(a.raw, &a.body) // some answers are no JSON
	return a, nil
}

// want fails unless the answer has this status and, for a problem, this code.
func (a answer) want(status int, code string) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.raw)
	}
	if code != "" && a.text("type") != "urn:jawort:problem:"+code {
		a.t.Fatalf("problem %s, want %s", a.raw, code)
	}
	return a
}

func (a answer) text(path ...string) string {
	var v any = a.body
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	s, _ := v.(string)
	return s
}

// question is the body of a creation.
type question map[string]any

func ask(externalID string) question {
	return question{
		"account": externalID,
		"browser": map[string]any{
			"ip":         "203.0.113.9",
			"user_agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:139.0) Gecko/20100101 Firefox/139.0",
		},
	}
}

func (q question) session(s string) question {
	q["browser"].(map[string]any)["session"] = s
	return q
}

// create asks for an approval of an account that has a phone.
func (i *instance) create(externalID string) answer {
	i.Helper()
	return i.call("POST", "/v1/approvals", ask(externalID)).want(http.StatusCreated, "")
}
