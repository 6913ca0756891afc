package portal_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
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
)

const (
	origin    = "https://login.example"
	returnURL = origin + "/account?tab=security"
	login     = "4711"
)

// house is a process of Jawort with a login service, whose people a test sends to the portal.
type house struct {
	*testing.T
	process *process.Process
	keys    *keys.Set
	log     *logged
	offset  atomic.Int64
	url     string
	public  string // where browsers reach it
	tenant  account.Tenant
	app     account.Application
	key     string
	client  *client.Client
}

// newHouse opens one whose people reach it at an address with TLS, where that is given: a proxy is in front then.
func newHouse(t *testing.T, public ...string) *house {
	t.Helper()
	return openHouse(t, func(*config.Config) {}, public...)
}

// newHouseWithMail opens one that may send e-mails; nobody takes them here.
func newHouseWithMail(t *testing.T) *house {
	t.Helper()
	return openHouse(t, func(c *config.Config) {
		c.Mail.Host, c.Mail.Port, c.Mail.TLS, c.Mail.From = "localhost", 9, "none", "Jawort <login@jawort.example>"
	})
}

func openHouse(t *testing.T, change func(*config.Config), public ...string) *house {
	t.Helper()
	t.Parallel()
	h := &house{T: t, log: &logged{}}
	cfg := config.Default()
	cfg.Database, cfg.Redis = "sqlite::memory:", config.Embedded
	var l process.Listeners
	l.Server, cfg.Server.PublicURL = h.listen()
	l.MobileAPI, cfg.MobileAPI.PublicURL = h.listen()
	l.Admin, _ = h.listen()
	cfg.MobileAPI.RPID, cfg.MobileAPI.Origins = "localhost", []string{cfg.MobileAPI.PublicURL}
	var err error
	h.keys, err = keys.Generate()
	h.must(err)
	h.url = cfg.Server.PublicURL
	if len(public) > 0 {
		cfg.Server.PublicURL = public[0]
	}
	change(cfg)
	h.public = cfg.Server.PublicURL
	h.process, err = process.Open(t.Context(), process.Options{
		Config: cfg, Keys: h.keys, Parts: process.Parts{Server: true, MobileAPI: true},
		Log: slog.New(slog.NewJSONHandler(h.log, nil)), Now: h.now, Random: rand.Reader, Listeners: l,
	})
	h.must(err)
	h.run()
	h.tenant, h.app, h.key = h.service("Muster Makler AG", account.Scopes...)
	h.client, err = client.New(client.Config{BaseURL: h.url, Key: h.key})
	h.must(err)
	_, err = h.client.PutAccount(t.Context(), login, "Office South")
	h.must(err)
	return h
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) listen() (net.Listener, string) {
	h.Helper()
	var listening net.ListenConfig
	l, err := listening.Listen(h.Context(), "tcp", "127.0.0.1:0")
	h.must(err)
	return l, "http://" + strings.Replace(l.Addr().String(), "127.0.0.1", "localhost", 1)
}

func (h *house) run() {
	ctx, cancel := context.WithCancel(context.WithoutCancel(h.Context()))
	ended := make(chan error, 1)
	go func() { ended <- h.process.Run(ctx) }()
	h.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			h.Errorf("process: %v", err)
		}
	})
}

func (h *house) now() time.Time { return time.Now().Add(time.Duration(h.offset.Load())) }

// pass lets time pass for all of the house.
func (h *house) pass(d time.Duration) {
	h.Helper()
	offset := time.Duration(h.offset.Add(int64(d)))
	h.process.Live().StepClock()
	h.must(h.process.Lasting().SetClockOffset(h.Context(), offset))
}

func (h *house) newID(prefix string) string {
	h.Helper()
	s, err := id.New(rand.Reader, prefix)
	h.must(err)
	return s
}

// service adds a tenant with an application and a key.
func (h *house) service(name string, scopes ...account.Scope) (account.Tenant, account.Application, string) {
	h.Helper()
	store := h.process.Lasting()
	t := account.Tenant{ID: h.newID(id.Tenant), Name: name, Policy: account.TenantPolicy{Language: "en"}}
	h.must(store.CreateTenant(h.Context(), t))
	a := h.application(t)
	return t, a, h.keyOf(a, scopes...)
}

func (h *house) application(t account.Tenant) account.Application {
	h.Helper()
	a := account.Application{ID: h.newID(id.Application), Tenant: t.ID, Name: "Portal", Origins: []string{origin}, Policy: account.ApplicationPolicy{Match: account.MatchDigits(2)}}
	h.must(h.process.Lasting().CreateApplication(h.Context(), a))
	return a
}

func (h *house) keyOf(a account.Application, scopes ...account.Scope) string {
	h.Helper()
	secret, err := account.NewSecret(rand.Reader)
	h.must(err)
	h.must(h.process.Lasting().CreateKey(h.Context(), account.Key{ID: h.newID(id.Key), Application: a.ID, Scopes: scopes, Hash: account.HashSecret(secret)}))
	return secret
}

func (h *house) sql(statement string, args ...any) {
	h.Helper()
	_, err := db.Exec(h.Context(), h.process.Lasting().Writes(), statement, args...)
	h.must(err)
}

func (h *house) count(from string, args ...any) int {
	h.Helper()
	n, err := db.One(h.Context(), h.process.Lasting().Reads(), db.ScanInt, `SELECT COUNT(*) FROM `+from, args...)
	h.must(err)
	return n
}

func (h *house) one(query string, args ...any) string {
	h.Helper()
	text, err := db.One(h.Context(), h.process.Lasting().Reads(), db.ScanString, query, args...)
	h.must(err)
	return text
}

// policy puts the account into a group.
func (h *house) policy(p account.GroupPolicy) {
	h.Helper()
	store := h.process.Lasting()
	g, err := store.PutGroup(h.Context(), store.Writes(), account.Group{ID: h.newID(id.Group), Tenant: h.tenant.ID, Name: h.newID(id.Group), Policy: p})
	h.must(err)
	h.sql(`UPDATE accounts SET group_id = $1 WHERE tenant = $2`, g.ID, h.tenant.ID)
}

// phone registers a phone for the account.
func (h *house) phone(holder string) *phone.Phone {
	h.Helper()
	e, err := h.client.Enrol(h.Context(), client.NewEnrolment{Account: login, Authorize: client.ByOperator, Reason: "The person showed a passport."})
	h.must(err)
	return h.take(e.Link, holder, func(digits string) {
		_, err := h.client.ConfirmEnrolment(h.Context(), e.ID, digits)
		h.must(err)
	})
}

// take has a new phone take a link, and hands on the digits that it shows.
func (h *house) take(link, holder string, confirm func(digits string)) *phone.Phone {
	h.Helper()
	p := phone.New(phone.Options{})
	digits, err := p.Enrol(h.Context(), link, holder, holder+"'s phone", &phone.PushAddress{Provider: "fcm", App: "project", Token: holder})
	h.must(err)
	confirm(digits)
	return p
}

func (h *house) device(holder string) string {
	h.Helper()
	return h.one(`SELECT d.id FROM devices d JOIN accounts a ON a.id = d.account WHERE d.holder = $1 AND a.external_id = $2`, holder, login)
}

// answer has a phone answer the only question that waits.
func (h *house) answer(p *phone.Phone, d phone.Decision, number string) phone.Item {
	h.Helper()
	items, err := p.Pending(h.Context(), 0, nil)
	h.must(err)
	if len(items) != 1 {
		h.Fatalf("%d questions wait for the phone", len(items))
	}
	_, err = p.Decide(h.Context(), items[0], d, number)
	h.must(err)
	return items[0]
}

// offer asks for an address as the login service does.
func (h *house) offer(key string, body map[string]string, headers ...string) (int, map[string]any) {
	h.Helper()
	sent, err := json.Marshal(body)
	h.must(err)
	r, err := http.NewRequestWithContext(h.Context(), http.MethodPost, h.url+"/v1/portal-sessions", bytes.NewReader(sent))
	h.must(err)
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	h.must(err)
	defer resp.Body.Close()
	var answer map[string]any
	h.must(json.NewDecoder(resp.Body).Decode(&answer))
	return resp.StatusCode, answer
}

// address is one that a test opens.
func (h *house) address(more ...string) string {
	h.Helper()
	body := map[string]string{"account": login, "return_url": returnURL, "locale": "en"}
	for i := 0; i < len(more); i += 2 {
		body[more[i]] = more[i+1]
	}
	status, answer := h.offer(h.key, body)
	if status != http.StatusCreated {
		h.Fatalf("no address: %d %v", status, answer)
	}
	return answer["url"].(string)
}

// browser is one at the house.
type browser struct {
	*pagestest.Browser
	h *house
}

func (h *house) browser() *browser {
	h.Helper()
	return &browser{pagestest.New(h, h.url), h}
}

// in is a browser in the portal.
func (h *house) in(more ...string) *browser {
	h.Helper()
	b := h.browser()
	b.Post(h.address(more...), nil).Want(http.StatusSeeOther)
	return b
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

func (l *logged) has(s string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.String(), s)
}
