// Package consoletest opens a process of Jawort for tests of the console's sections: with tenants, their login services and phones, and operators of every
// role in browsers of their own. It knows none of the sections.
package consoletest

import (
	"bytes"
	"context"
	"crypto/rand"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/config"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/server/pages/pagestest"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/operators"
)

// Login is the account of each tenant that tests begin with.
const Login = "4711"

// House is a process with a tenant.
type House struct {
	testing.TB
	Process   *process.Process
	Operators *operators.Store
	Log       *Log
	URL       string // where it listens
	Public    string // as people reach it
	*Service         // of the first tenant

	offset atomic.Int64
}

// Service is a tenant with its login service.
type Service struct {
	House  *House
	Tenant account.Tenant
	App    account.Application
	Client *client.Client
	Key    string // of the API, with all scopes
}

// New opens a house with a tenant, which runs until the test ends.
func New(t testing.TB, change ...func(*process.Options)) *House {
	t.Helper()
	h := Bare(t, change...)
	h.Service = h.NewService("Muster Makler AG")
	return h
}

// Bare opens one without any.
func Bare(t testing.TB, change ...func(*process.Options)) *House {
	t.Helper()
	if t, ok := t.(*testing.T); ok {
		t.Parallel()
	}
	h := &House{TB: t, Log: &Log{}}
	cfg := config.Default()
	cfg.Database, cfg.Redis = "sqlite::memory:", config.Embedded
	o := process.Options{Config: cfg, Parts: process.Parts{Server: true, MobileAPI: true}, Log: slog.New(slog.NewJSONHandler(h.Log, nil)), Now: h.Now, Random: rand.Reader}
	o.Listeners.Server, cfg.Server.PublicURL = h.listen()
	o.Listeners.MobileAPI, cfg.MobileAPI.PublicURL = h.listen()
	o.Listeners.Admin, _ = h.listen()
	cfg.MobileAPI.RPID, cfg.MobileAPI.Origins = "localhost", []string{cfg.MobileAPI.PublicURL}
	var err error
	o.Keys, err = keys.Generate()
	h.Must(err)
	h.URL = cfg.Server.PublicURL
	for _, c := range change {
		c(&o)
	}
	h.Public = cfg.Server.PublicURL
	h.Process, err = process.Open(t.Context(), o)
	h.Must(err)
	h.Operators = &operators.Store{DB: h.Process.Lasting().DB}
	h.run()
	return h
}

// Must fails the test where there is an error.
func (h *House) Must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *House) listen() (net.Listener, string) {
	h.Helper()
	var listening net.ListenConfig
	l, err := listening.Listen(h.Context(), "tcp", "127.0.0.1:0")
	h.Must(err)
	return l, "http://" + strings.Replace(l.Addr().String(), "127.0.0.1", "localhost", 1)
}

func (h *House) run() {
	ctx, cancel := context.WithCancel(context.WithoutCancel(h.Context()))
	ended := make(chan error, 1)
	go func() { ended <- h.Process.Run(ctx) }()
	h.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			h.Errorf("process: %v", err)
		}
	})
}

// Browser is one that nobody is signed in at.
func (h *House) Browser() *pagestest.Browser {
	h.Helper()
	return pagestest.New(h.TB, h.URL)
}

// Now is the clock of the house.
func (h *House) Now() time.Time { return time.Now().Add(time.Duration(h.offset.Load())) }

// Pass lets time pass for all of the house.
func (h *House) Pass(d time.Duration) {
	h.Helper()
	offset := time.Duration(h.offset.Add(int64(d)))
	h.Process.Live().StepClock()
	h.Must(h.Process.Lasting().SetClockOffset(h.Context(), offset))
}

// NewID returns an id.
func (h *House) NewID(prefix string) string {
	h.Helper()
	s, err := id.New(rand.Reader, prefix)
	h.Must(err)
	return s
}

// NewTenant adds one that has nothing.
func (h *House) NewTenant(name string, policy account.TenantPolicy) account.Tenant {
	h.Helper()
	t := account.Tenant{ID: h.NewID(id.Tenant), Name: name, Policy: policy}
	h.Must(h.Process.Lasting().CreateTenant(h.Context(), t))
	return t
}

// NewService adds a tenant with a login service and an account.
func (h *House) NewService(name string) *Service {
	h.Helper()
	store := h.Process.Lasting()
	s := &Service{House: h, Tenant: h.NewTenant(name, account.TenantPolicy{Language: "en"})}
	s.App = account.Application{
		ID: h.NewID(id.Application), Tenant: s.Tenant.ID, Name: "Portal", Origins: []string{"https://login.example"},
		Policy: account.ApplicationPolicy{Match: account.MatchDigits(2)},
	}
	h.Must(store.CreateApplication(h.Context(), s.App))
	var err error
	s.Key, err = account.NewSecret(rand.Reader)
	h.Must(err)
	h.Must(store.CreateKey(h.Context(), account.Key{ID: h.NewID(id.Key), Application: s.App.ID, Scopes: account.Scopes, Hash: account.HashSecret(s.Key)}))
	s.Client, err = client.New(client.Config{BaseURL: h.URL, Key: s.Key})
	h.Must(err)
	_, err = s.Client.PutAccount(h.Context(), Login, "Office South")
	h.Must(err)
	return s
}

// Call is one of the API that the client has no name for; it returns the status.
func (s *Service) Call(method, path, body string) int {
	h := s.House
	h.Helper()
	r, err := http.NewRequestWithContext(h.Context(), method, h.URL+path, strings.NewReader(body))
	h.Must(err)
	r.Header.Set("Authorization", "Bearer "+s.Key)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	h.Must(err)
	h.Must(resp.Body.Close())
	return resp.StatusCode
}

// Phone registers a phone for the account.
func (s *Service) Phone(holder string) *phone.Phone {
	h := s.House
	h.Helper()
	e, err := s.Client.Enrol(h.Context(), client.NewEnrolment{Account: Login, Authorize: client.ByOperator, Reason: "The person showed a passport."})
	h.Must(err)
	p := phone.New(phone.Options{})
	digits, err := p.Enrol(h.Context(), e.Link, holder, holder+"'s phone", &phone.PushAddress{Provider: "fcm", App: "project", Token: h.NewID("token_")})
	h.Must(err)
	_, err = s.Client.ConfirmEnrolment(h.Context(), e.ID, digits)
	h.Must(err)
	return p
}

// AccountID is the id of the tenant's account.
func (s *Service) AccountID() string {
	s.House.Helper()
	a, err := s.House.Process.Lasting().Account(s.House.Context(), s.Tenant.ID, Login)
	s.House.Must(err)
	return a.ID
}

// SQL changes the database past all stores.
func (h *House) SQL(statement string, args ...any) {
	h.Helper()
	_, err := db.Exec(h.Context(), h.Process.Lasting().Writes(), statement, args...)
	h.Must(err)
}

// One reads a text from it.
func (h *House) One(query string, args ...any) string {
	h.Helper()
	text, err := db.One(h.Context(), h.Process.Lasting().Reads(), db.ScanString, query, args...)
	h.Must(err)
	return text
}

// Count counts rows.
func (h *House) Count(from string, args ...any) int {
	h.Helper()
	n, err := db.One(h.Context(), h.Process.Lasting().Reads(), db.ScanInt, `SELECT COUNT(*) FROM `+from, args...)
	h.Must(err)
	return n
}

// Log is what the process logged.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

// Has reports whether a text was logged.
func (l *Log) Has(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.b.String(), text)
}
