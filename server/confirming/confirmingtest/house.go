// Package confirmingtest is a login-facing API with nothing but codes and methods on it, on real stores, for the tests
// of both: an account with a number and an address, approvals as they are asked, and a queue of messages that a test reads.
package confirmingtest

import (
	"bytes"
	"crypto/rand"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/server/confirming"
	"github.com/jawort/jawort/server/ending"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/ticket"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/live"
)

// What the house's account has on record, and where its pages come from.
const (
	Number  = "+4915123456717"
	Address = "anna.muster@example.com"
	Origin  = "https://login.example"
	RPID    = "login.example"
)

// House is one tenant with one application and one account.
type House struct {
	testing.TB
	URL     string
	DB      *db.DB
	Lasting *lasting.Store
	Live    *live.Store
	Factors *factors.Store
	Keys    *keys.Set
	App     account.Application
	Account account.Account
	queue   *queue
	guards  guard.Guards
	log     *logged
	mu      sync.Mutex
	offset  time.Duration
}

// Feature is what is tested.
type Feature interface{ Mount(m *edge.Mux) }

// New opens a house with the features that build returns. When the test ends, its log is searched for what must not be
// in one.
func New(t testing.TB, build func(h *House) []Feature) *House {
	t.Helper()
	h := &House{TB: t, queue: &queue{}, log: &logged{}}
	h.DB = dbtest.Open(t, "sqlite::memory:")
	h.Lasting = &lasting.Store{DB: h.DB}
	var err error
	h.Live, err = live.Open(t.Context(), live.Config{URL: live.Embedded}, h.Now)
	h.Must(err)
	t.Cleanup(func() { _ = h.Live.Close() })
	h.Keys, err = keys.Generate()
	h.Must(err)
	h.queue.open(h)
	h.Factors = factors.New(h.DB, factors.Parts{Keys: h.Keys, Outcomes: h.Lasting, Messages: h.queue, Ledger: h.queue, Random: rand.Reader})
	h.populate()
	log := slog.New(slog.NewJSONHandler(h.log, nil))
	h.guards = guard.Guards{Credentials: h.Lasting, Keys: h.Keys, Ender: ending.New(h.Lasting, h.Live, h.Now, log), Now: h.Now}
	mux := edge.NewMux(edge.Options{Service: "server", Log: log, Random: rand.Reader, Now: h.Now})
	for _, feature := range build(h) {
		feature.Mount(mux)
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	h.URL = server.URL
	t.Cleanup(h.checkLog)
	return h
}

func (h *House) populate() {
	h.Helper()
	ctx := h.Context()
	tenant := account.Tenant{ID: h.ID(id.Tenant), Name: "Musterbank"}
	h.Must(h.Lasting.CreateTenant(ctx, tenant))
	h.App = h.AddApplication(tenant)
	var err error
	h.Account, _, err = h.Lasting.PutAccount(ctx, account.Account{ID: h.ID(id.Account), Tenant: tenant.ID, ExternalID: "4711", Label: "Depot 4711"})
	h.Must(err)
	h.SQL(`UPDATE accounts SET phone = $1, email = $2, language = 'de', sms_on = TRUE`, Number, Address)
}

// AddApplication adds one to the tenant.
func (h *House) AddApplication(tenant account.Tenant) account.Application {
	h.Helper()
	app := account.Application{ID: h.ID(id.Application), Tenant: tenant.ID, TenantName: tenant.Name, Name: "Portal", Origins: []string{Origin}, RPID: RPID}
	h.Must(h.Lasting.CreateApplication(h.Context(), app))
	return app
}

// Guards let callers in.
func (h *House) Guards() guard.Guards { return h.guards }

// Questions are the house's approvals.
func (h *House) Questions() confirming.Questions {
	return confirming.Questions{Guards: h.guards, Keys: h.Keys, Live: h.Live}
}

// Must ends the test where err is not nil.
func (h *House) Must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// ID returns a new id.
func (h *House) ID(prefix string) string {
	h.Helper()
	s, err := id.New(rand.Reader, prefix)
	h.Must(err)
	return s
}

// SQL runs a statement behind the stores' back.
func (h *House) SQL(statement string, args ...any) {
	h.Helper()
	_, err := db.Exec(h.Context(), h.DB.Writes(), statement, args...)
	h.Must(err)
}

// Count counts rows.
func (h *House) Count(from string, args ...any) int {
	h.Helper()
	n, err := db.One(h.Context(), h.DB.Reads(), db.ScanInt, `SELECT COUNT(*) FROM `+from, args...)
	h.Must(err)
	return n
}

// Now is the time of all parts.
func (h *House) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return time.Now().Add(h.offset)
}

// Advance moves every clock.
func (h *House) Advance(d time.Duration) {
	h.Helper()
	h.mu.Lock()
	h.offset += d
	offset := h.offset
	h.mu.Unlock()
	h.Must(h.DB.SetClockOffset(h.Context(), offset))
}

// Key returns an API key of the application with the scopes.
func (h *House) Key(app account.Application, scopes ...account.Scope) string {
	h.Helper()
	secret, err := account.NewSecret(rand.Reader)
	h.Must(err)
	h.Must(h.Lasting.CreateKey(h.Context(), account.Key{ID: h.ID(id.Key), Application: app.ID, Scopes: scopes, Hash: account.HashSecret(secret)}))
	return secret
}

// Ask asks for an approval of the account and returns it with the page's ticket. Kind, Context and Document may be given.
func (h *House) Ask(c approval.Context, change func(p *approval.Pending)) (approval.Pending, string) {
	h.Helper()
	apr, err := approval.NewID(rand.Reader, h.Account.ID)
	h.Must(err)
	kept, err := c.Encode()
	h.Must(err)
	now := h.Now().UTC().Truncate(time.Millisecond)
	p := approval.Pending{
		ID: apr, Tenant: h.App.Tenant, Application: h.App.ID, Account: h.Account.ID, Kind: approval.Login, Document: []byte(`{}`), Number: "42", Context: kept,
		CreatedAt: now, ExpiresAt: now.Add(approval.DefaultLife), ClosesAt: now.Add(approval.DefaultLife),
	}
	if change != nil {
		change(&p)
	}
	p.MAC, err = h.Keys.MAC(keys.PendingApproval, p.Fixed())
	h.Must(err)
	_, err = h.Live.Create(h.Context(), live.Creation{Pending: p, Limit: 100})
	h.Must(err)
	t, err := ticket.Seal(h.Keys, ticket.Ticket{Approval: p.ID, Application: p.Application, Account: p.Account, Until: now.Add(approval.MaxOpen + ticket.Grace)})
	h.Must(err)
	return p, t
}

// Activate makes methods count behind the stores' back.
func (h *House) Activate(methods ...approval.Method) {
	h.Helper()
	for _, m := range methods {
		h.SQL(`INSERT INTO methods (account, method, active_since) VALUES ($1, $2, 1)`, h.Account.ID, m)
	}
}

// logged is a log that a test searches.
type logged struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(b)
}

// checkLog looks for everything that was sent, and where to.
func (h *House) checkLog() {
	h.log.mu.Lock()
	defer h.log.mu.Unlock()
	text := h.log.String()
	if text == "" {
		h.Error("nothing was logged: is this the log?")
	}
	for _, secret := range append(h.queue.codes(), Number, Number[1:], Address) {
		if strings.Contains(text, secret) {
			h.Errorf("the log shows %s", secret)
		}
	}
}
