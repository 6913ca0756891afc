package component_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/config"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/factor/twilio/twiliotest"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/store/db"
	ledgers "github.com/jawort/jawort/store/ledger"
	"github.com/jawort/jawort/store/live"
	"github.com/jawort/jawort/store/live/redistest"
	"github.com/jawort/jawort/store/messages"
	"github.com/jawort/jawort/store/outbox"
)

func TestMain(m *testing.M) {
	code := m.Run()
	browsertest.Stop()
	os.Exit(code)
}

// What the account has on record.
const (
	login   = "4711"
	number  = "+4915123456717"
	address = "anna.muster@example.com"
)

// house is a process of Jawort, and beside it the login page of a customer, on another origin.
type house struct {
	*testing.T
	redis       *redistest.Server
	live        *live.Store
	messages    *messages.Store
	keys        *keys.Set
	cfg         *config.Config
	jawort      string // the server as browsers reach it
	process     *process.Process
	stop        func() // the process
	offset      atomic.Int64
	tenant      account.Tenant
	application account.Application
	client      *client.Client
	key         string // of the login service, with all scopes
	page        host
}

func newHouse(t *testing.T) *house {
	t.Helper()
	t.Parallel()
	h := &house{T: t, redis: redistest.Start(t)}
	var err error
	h.keys, err = keys.Generate()
	h.must(err)
	h.live, err = live.Open(t.Context(), live.Config{URL: h.redis.URL}, h.now)
	h.must(err)
	t.Cleanup(func() { _ = h.live.Close() })
	h.page = newHost(t)
	h.cfg = config.Default()
	h.cfg.Database, h.cfg.Redis = "sqlite://"+filepath.Join(t.TempDir(), "jawort.db"), h.redis.URL
	h.cfg.Mail = config.Mail{Host: "localhost", Port: 25, TLS: "none", From: "login@jawort.example"} // nobody asks it: codes are read where they wait
	h.cfg.SMS.Twilio = config.Twilio{AccountSID: twiliotest.AccountSID, AuthTokenFile: h.secret(twiliotest.AuthToken), From: twiliotest.From}
	h.open()
	h.jawort = h.cfg.Server.PublicURL
	h.furnish()
	return h
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) now() time.Time { return time.Now().Add(time.Duration(h.offset.Load())) }

func (h *house) secret(s string) (file string) {
	h.Helper()
	file = filepath.Join(h.TempDir(), "secret")
	h.must(os.WriteFile(file, []byte(s), 0o600))
	return file
}

// pass lets time pass for Jawort, not for the browser.
func (h *house) pass(d time.Duration) {
	h.Helper()
	h.must(h.process.Lasting().SetClockOffset(h.Context(), time.Duration(h.offset.Add(int64(d)))))
}

// listen opens a port, or the one that was open before.
func (h *house) listen(url *string) net.Listener {
	h.Helper()
	at := "127.0.0.1:0"
	if _, port, ok := strings.Cut(*url, "http://localhost:"); ok {
		at = "127.0.0.1:" + port
	}
	var listening net.ListenConfig
	l, err := listening.Listen(h.Context(), "tcp", at)
	h.must(err)
	*url = "http://" + strings.Replace(l.Addr().String(), "127.0.0.1", "localhost", 1)
	return l
}

// open starts the process; after stop it starts another one in its place.
func (h *house) open() {
	h.Helper()
	var admin string
	if h.process == nil {
		h.cfg.Server.PublicURL, h.cfg.MobileAPI.PublicURL = "", ""
	}
	l := process.Listeners{Server: h.listen(&h.cfg.Server.PublicURL), MobileAPI: h.listen(&h.cfg.MobileAPI.PublicURL), Admin: h.listen(&admin)}
	h.cfg.MobileAPI.RPID, h.cfg.MobileAPI.Origins = "localhost", []string{h.cfg.MobileAPI.PublicURL}
	p, err := process.Open(h.Context(), process.Options{
		Config: h.cfg, Keys: h.keys, Parts: process.Parts{Server: true, MobileAPI: true},
		Log: slog.New(slog.DiscardHandler), Now: h.now, Random: rand.Reader, Listeners: l,
	})
	h.must(err)
	h.process = p
	ctx, cancel := context.WithCancel(context.WithoutCancel(h.Context()))
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	stopped := false
	h.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			h.Errorf("process: %v", err)
		}
	}
	h.Cleanup(func() { h.stop() })
}

func (h *house) newID(prefix string) string {
	h.Helper()
	s, err := id.New(rand.Reader, prefix)
	h.must(err)
	return s
}

func (h *house) furnish() {
	h.Helper()
	ctx, store, now := h.Context(), h.process.Lasting(), time.Now()
	h.tenant = account.Tenant{ID: h.newID(id.Tenant), Name: "Muster Makler AG", CreatedAt: now}
	h.must(store.CreateTenant(ctx, h.tenant))
	h.application = account.Application{
		ID: h.newID(id.Application), Tenant: h.tenant.ID, Name: "Portal", Origins: []string{h.page.origin},
		Policy: account.ApplicationPolicy{Match: account.MatchDigits(2)}, CreatedAt: now,
	}
	h.must(store.CreateApplication(ctx, h.application))
	var err error
	h.key, err = account.NewSecret(rand.Reader)
	h.must(err)
	h.must(store.CreateKey(ctx, account.Key{
		ID: h.newID(id.Key), Application: h.application.ID, Scopes: account.Scopes, Hash: account.HashSecret(h.key), CreatedAt: now,
	}))
	h.client, err = client.New(client.Config{BaseURL: h.cfg.Server.PublicURL, Key: h.key})
	h.must(err)
	_, err = h.client.PutAccount(ctx, login, "Office South")
	h.must(err)
	h.record(number, address)
	money := &ledgers.Store{DB: store.DB, Keys: h.keys}
	_, err = money.PutSettings(ctx, h.tenant.ID, ledger.Settings{Prices: ledger.PriceBook{"+49": 1000}}, outbox.Actor{Kind: outbox.ByCommand})
	h.must(err)
	h.messages = messages.New(store.DB, h.keys, money)
	h.messages.Waker = h.live
	h.policy(account.GroupPolicy{})
}

// sql runs a statement behind the back of the house.
func (h *house) sql(statement string, args ...any) {
	h.Helper()
	_, err := db.Exec(h.Context(), h.process.Lasting().Writes(), statement, args...)
	h.must(err)
}

// one reads one text from the database.
func (h *house) one(query string, args ...any) string {
	h.Helper()
	text, err := db.One(h.Context(), h.process.Lasting().Reads(), db.ScanString, query, args...)
	h.must(err)
	return text
}

// post is a call of the login service.
func (h *house) post(path, body string, answer any) {
	h.Helper()
	r, err := http.NewRequestWithContext(h.Context(), http.MethodPost, h.cfg.Server.PublicURL+path, strings.NewReader(body))
	h.must(err)
	r.Header.Set("Authorization", "Bearer "+h.key)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(r)
	h.must(err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		h.Fatalf("POST %s: %d", path, resp.StatusCode)
	}
	h.must(json.NewDecoder(resp.Body).Decode(answer))
}

func (h *house) record(number, address string) {
	h.Helper()
	h.sql(`UPDATE accounts SET phone = $1, email = $2, sms_on = TRUE`, number, address)
}

// policy puts the account into a group.
func (h *house) policy(p account.GroupPolicy) {
	h.Helper()
	p.SMS.Switch = account.SwitchOn
	store := h.process.Lasting()
	g, err := store.PutGroup(h.Context(), store.Writes(), account.Group{ID: h.newID(id.Group), Tenant: h.tenant.ID, Name: h.newID(id.Group), Policy: p})
	h.must(err)
	h.sql(`UPDATE accounts SET group_id = $1`, g.ID)
}

// activate makes methods count.
func (h *house) activate(methods ...approval.Method) {
	h.Helper()
	for _, m := range methods {
		h.sql(`INSERT INTO methods (account, method, active_since) SELECT id, $1, 1 FROM accounts`, m)
	}
}

// phone registers a phone for the account.
func (h *house) phone(holder string) *phone.Phone {
	h.Helper()
	e, err := h.client.Enrol(h.Context(), client.NewEnrolment{Account: login, Authorize: client.ByOperator, Reason: "The person showed a passport."})
	h.must(err)
	p := phone.New(phone.Options{})
	digits, err := p.Enrol(h.Context(), e.Link, holder, holder+"'s phone", nil)
	h.must(err)
	_, err = h.client.ConfirmEnrolment(h.Context(), e.ID, digits)
	h.must(err)
	return p
}

// decide has a phone look what waits, and answer the approval.
func (h *house) decide(p *phone.Phone, a client.Approval, d phone.Decision, number string) {
	h.Helper()
	_, err := p.Decide(h.Context(), h.look(p, a), d, number)
	h.must(err)
}

// look has a phone fetch what waits, which marks it as received.
func (h *house) look(p *phone.Phone, a client.Approval) phone.Item {
	h.Helper()
	items, err := p.Pending(h.Context(), 0, nil)
	h.must(err)
	for _, i := range items {
		if i.ID == a.ID {
			return i
		}
	}
	h.Fatalf("the phone does not see %s", a.ID)
	return phone.Item{}
}

// mark does what pushgw does when it has tried to wake a phone.
func (h *house) mark(a client.Approval, progress approval.Progress) {
	h.Helper()
	h.must(h.live.Mark(h.Context(), a.ID, h.one(`SELECT installation FROM devices LIMIT 1`), progress))
}

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// lease takes the code that was sent last by the channel, as its sender does. What else the person is told by it is left aside.
func (h *house) lease(c courier.Channel) courier.Leased {
	h.Helper()
	for {
		leased, err := h.messages.Lease(h.Context(), c, 10, time.Hour)
		h.must(err)
		for _, l := range slices.Backward(leased) {
			if l.Approval != "" {
				return l
			}
		}
	}
}

func (h *house) code(c courier.Channel) string {
	h.Helper()
	return sixDigits.FindString(h.lease(c).Text)
}

// ask asks for a login of the account.
func (h *house) ask(change ...func(*client.Request)) client.Approval {
	h.Helper()
	r := client.Request{Account: login, Browser: client.Browser{
		IP: "203.0.113.9", Session: h.newID(""), UserAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
	}}
	for _, c := range change {
		c(&r)
	}
	a, err := h.client.CreateApproval(h.Context(), r)
	h.must(err)
	return a
}

// host is a customer's login page with the component in it, under a strict policy.
type host struct {
	origin string
	server *httptest.Server
	body   *atomic.Pointer[string]
	jawort *atomic.Pointer[string]
	script *atomic.Pointer[string] // what else the page does
}

func newHost(t *testing.T) host {
	t.Helper()
	p := host{body: &atomic.Pointer[string]{}, jawort: &atomic.Pointer[string]{}, script: &atomic.Pointer[string]{}}
	p.script.Store(new(""))
	p.server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.server.Close)
	p.origin = strings.Replace(p.server.URL, "127.0.0.1", "localhost", 1)
	return p
}

const hostScript = `window.ends = []; window.states = [];
addEventListener("jawort-end", (e) => ends.push(e.detail));
addEventListener("jawort-state", (e) => states.push(e.detail));`

func (p host) serve(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/page.js":
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write([]byte(hostScript + *p.script.Load()))
	case "/page.css":
		w.Header().Set("Content-Type", "text/css")
		_, _ = w.Write([]byte(hostStyle))
	case "/frame":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(`<!doctype html><title>Around</title><iframe src="/login" allow="publickey-credentials-get 'none'"></iframe>`))
	default:
		jawort := *p.jawort.Load()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self' "+jawort+"; connect-src "+jawort+" "+
			strings.Replace(jawort, "http", "ws", 1)+"; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'")
		_, _ = w.Write([]byte(*p.body.Load()))
	}
}

const hostStyle = `
:root { color-scheme: light dark; }
body { margin: 0; padding: 1rem; font-family: system-ui, sans-serif; background: light-dark(#e9edf3, #0d1015); }
main { max-width: 26rem; margin: 4vh auto; }
h1 { font-size: 1rem; font-weight: 600; margin: 0 0 1rem; }`
