package managers_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"strings"
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
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

const (
	origin = "https://login.example"
	broker = "100100"
)

// house is a process of Jawort with a broker, who manages some customers and an employee, and another one beside.
type house struct {
	testing.TB
	process *process.Process
	keys    *keys.Set
	offset  atomic.Int64
	url     string
	tenant  account.Tenant
	app     account.Application
	key     string
	client  *client.Client
	phone   *phone.Phone // the broker's
}

func newHouse(t testing.TB) *house { return newHouseOn(t, "sqlite::memory:") }

func newHouseOn(t testing.TB, database string) *house {
	t.Helper()
	h := &house{TB: t}
	cfg := config.Default()
	cfg.Database, cfg.Redis = database, config.Embedded
	cfg.Mail.Host, cfg.Mail.Port, cfg.Mail.TLS, cfg.Mail.From = "localhost", 1, "none", "Jawort <login@jawort.example>" // letters are queued, and sent by nobody
	var l process.Listeners
	l.Server, cfg.Server.PublicURL = h.listen()
	l.MobileAPI, cfg.MobileAPI.PublicURL = h.listen()
	l.Admin, _ = h.listen()
	cfg.MobileAPI.RPID, cfg.MobileAPI.Origins = "localhost", []string{cfg.MobileAPI.PublicURL}
	set, err := keys.Generate()
	h.must(err)
	h.keys, h.url = set, cfg.Server.PublicURL
	h.process, err = process.Open(t.Context(), process.Options{
		Config: cfg, Keys: set, Parts: process.Parts{Server: true, MobileAPI: true},
		Log: slog.New(slog.DiscardHandler), Now: h.now, Random: rand.Reader, Listeners: l,
	})
	h.must(err)
	h.run()
	h.tenant = account.Tenant{ID: h.newID(id.Tenant), Name: "Muster Makler AG", Policy: account.TenantPolicy{Language: "en", Region: "DE"}}
	h.must(h.process.Lasting().CreateTenant(t.Context(), h.tenant))
	h.app, h.key = h.application("Web Portal")
	h.client, err = client.New(client.Config{BaseURL: h.url, Key: h.key})
	h.must(err)
	return h
}

// brokers are two, and whom they manage.
func brokers(t *testing.T) *house {
	t.Helper()
	t.Parallel()
	h := newHouse(t)
	h.group("brokers", account.GroupPolicy{Interval: account.Interval{Max: 1}})
	h.group("employees", account.GroupPolicy{Interval: account.Interval{Max: 1}, SMS: account.SMS{Payer: account.PayerManager}})
	h.group("customers", account.GroupPolicy{Interval: account.Interval{Max: 7}, SMS: account.SMS{Payer: account.PayerManager}})
	h.account(broker, "Office South", account.Edit{Group: account.Set("brokers")})
	h.account("100200", "Office North", account.Edit{Group: account.Set("brokers")})
	h.account("100101", "Assistant", account.Edit{Group: account.Set("employees"), Manager: account.Set(broker)})
	h.account("200001", "Erika Muster", account.Edit{Group: account.Set("customers"), Manager: account.Set(broker), Phone: account.Set("+491713920010"), Email: account.Set("erika@post.example")})
	h.account("200002", "Max Muster", account.Edit{Group: account.Set("customers"), Manager: account.Set(broker), Email: account.Set("max@post.example")})
	h.account("300001", "Somebody Else's", account.Edit{Group: account.Set("customers"), Manager: account.Set("100200"), Phone: account.Set("+491713920077"), Email: account.Set("else@post.example")})
	h.phone = h.enrol(broker, "Olga")
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

func (h *house) application(name string) (account.Application, string) {
	h.Helper()
	a := account.Application{ID: h.newID(id.Application), Tenant: h.tenant.ID, Name: name, Origins: []string{origin}, Policy: account.ApplicationPolicy{Match: account.MatchDigits(2)}}
	h.must(h.process.Lasting().CreateApplication(h.Context(), a))
	secret, err := account.NewSecret(rand.Reader)
	h.must(err)
	h.must(h.process.Lasting().CreateKey(h.Context(), account.Key{ID: h.newID(id.Key), Application: a.ID, Scopes: account.Scopes, Hash: account.HashSecret(secret)}))
	return a, secret
}

func (h *house) group(name string, p account.GroupPolicy) {
	h.Helper()
	store := h.process.Lasting()
	_, err := store.PutGroup(h.Context(), store.Writes(), account.Group{ID: h.newID(id.Group), Tenant: h.tenant.ID, Name: name, Policy: p})
	h.must(err)
}

// account makes or changes one.
func (h *house) account(externalID, label string, e account.Edit) {
	h.Helper()
	if label != "" {
		e.Label = account.Set(label)
	}
	_, _, err := h.process.Lasting().ChangeAccount(h.Context(), lasting.Put{ID: h.newID(id.Account), Tenant: h.tenant.ID, ExternalID: externalID, Change: e},
		lasting.By{Actor: outbox.Actor{Kind: outbox.BySystem}})
	h.must(err)
}

// enrol registers a phone for an account.
func (h *house) enrol(externalID, holder string) *phone.Phone {
	h.Helper()
	e, err := h.client.Enrol(h.Context(), client.NewEnrolment{Account: externalID, Authorize: client.ByOperator, Reason: "The person showed a passport."})
	h.must(err)
	p := phone.New(phone.Options{})
	digits, err := p.Enrol(h.Context(), e.Link, holder, holder+"'s phone", &phone.PushAddress{Provider: "fcm", App: "project", Token: holder})
	h.must(err)
	_, err = h.client.ConfirmEnrolment(h.Context(), e.ID, digits)
	h.must(err)
	return p
}

// answer has the broker's phone answer the only question that waits, and returns what it showed.
func (h *house) answer(d phone.Decision, number string) string {
	h.Helper()
	items, err := h.phone.Pending(h.Context(), 0, nil)
	h.must(err)
	if len(items) != 1 {
		h.Fatalf("%d questions wait for the phone", len(items))
	}
	_, err = h.phone.Decide(h.Context(), items[0], d, number)
	h.must(err)
	return string(items[0].Bytes)
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

// of is the address of somebody's page.
func (h *house) of(externalID string) string {
	h.Helper()
	return "/portal/customers/" + h.id(externalID)
}

func (h *house) id(externalID string) string {
	h.Helper()
	return h.one(`SELECT id FROM accounts WHERE external_id = $1 AND tenant = $2`, externalID, h.tenant.ID)
}

// actor is who did what last happened of a kind: it is on its way to the audit log, or there.
func (h *house) actor(kind string) string {
	h.Helper()
	return h.one(`SELECT actor FROM (
		SELECT actor_kind || ':' || actor AS actor, created_at AS at, id FROM outbox WHERE kind = $1 AND sequenced_at = 0
		UNION ALL SELECT actor, at, sequence FROM audit_entries WHERE kind = $1) e ORDER BY at DESC, id DESC LIMIT 1`, kind)
}

// session is the portal session that began last.
func (h *house) session() string {
	h.Helper()
	return h.one(`SELECT id FROM portal_sessions ORDER BY created_at DESC LIMIT 1`)
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

// offer asks for an address as the login service does.
func (h *house) offer(externalID, page, locale string) (int, map[string]any) {
	h.Helper()
	sent, err := json.Marshal(map[string]string{"account": externalID, "return_url": origin + "/account", "locale": locale, "page": page})
	h.must(err)
	r, err := http.NewRequestWithContext(h.Context(), http.MethodPost, h.url+"/v1/portal-sessions", bytes.NewReader(sent))
	h.must(err)
	r.Header.Set("Authorization", "Bearer "+h.key)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	h.must(err)
	defer resp.Body.Close()
	var answer map[string]any
	h.must(json.NewDecoder(resp.Body).Decode(&answer))
	return resp.StatusCode, answer
}

// in is a browser of somebody in the portal.
func (h *house) in(externalID string, locale ...string) *browser {
	h.Helper()
	status, answer := h.offer(externalID, "devices", append(locale, "en")[0])
	if status != http.StatusCreated {
		h.Fatalf("no address: %d %v", status, answer)
	}
	b := h.browser()
	b.Post(answer["url"].(string), nil).Want(http.StatusSeeOther)
	return b
}

// confirmed has the broker's phone confirm what a page asks for, and takes the step: it returns what the phone showed, and the page that follows.
func (b *browser) confirmed(p pagestest.Page) (shown string, after pagestest.Page) {
	b.Helper()
	at := p.Want(http.StatusSeeOther).To()
	if !strings.HasPrefix(at, "/portal/confirm/") {
		b.Fatalf("nothing is to be confirmed: it leads to %s", at)
	}
	shown = b.h.answer(phone.Approve, b.Get(at).Want(http.StatusOK).Found(`class="number">([0-9]+)<`))
	return shown, b.Get(b.Post(at, nil).Want(http.StatusSeeOther).To()).Want(http.StatusOK)
}
