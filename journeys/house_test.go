package journeys_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/config"
	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/factor/twilio/twiliotest"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/pushgw"
	"github.com/jawort/jawort/pushgw/pushtest"
)

func TestMain(m *testing.M) { browsertest.Main(m) }

const login = "4711"

// house is a running Jawort with an account, in one process that can be started again.
type house struct {
	testing.TB
	keys    *keys.Set
	config  *config.Config
	push    *pushtest.WebPush
	carrier *twiliotest.Twilio
	process *process.Process
	offset  atomic.Int64 // of the clock
	written atomic.Int64 // bytes that phones were sent
	stop    func()
	front   *front // through which phones come; nil: they come straight

	setUp    func() // in place of furnish
	mailPort int    // of a mail server; 0: nobody sends e-mails

	server, phone string // where they listen, as host:port
	url           string // of the companion app
	tenant        account.Tenant
	client        *client.Client
}

func newHouse(t *testing.T) *house {
	t.Helper()
	t.Parallel()
	return build(t)
}

// newHouseAt opens one at a time of its own, in Berlin.
func newHouseAt(t *testing.T, at string) *house {
	t.Helper()
	t.Parallel()
	h := build(t, func(h *house) { h.offset.Store(int64(time.Until(inBerlin(t, at)))) })
	h.pass(0)
	return h
}

// build opens a house, before which somebody may stand.
func build(t testing.TB, before ...func(*house)) *house {
	t.Helper()
	h := &house{TB: t, server: "127.0.0.1:0", phone: "127.0.0.1:0"}
	for _, f := range before {
		f(h)
	}
	var err error
	h.keys, err = keys.Generate()
	h.must(err)
	vapid, _ := h.keys.VAPID()
	h.push, err = pushtest.NewWebPush(vapid, h.now)
	h.must(err)
	t.Cleanup(func() { _ = h.push.Close() })
	h.carrier = twiliotest.Start(t)
	h.configure()
	h.start()
	t.Cleanup(func() { h.stop() })
	if h.setUp == nil {
		h.setUp = h.furnish
	}
	h.setUp()
	return h
}

func (h *house) configure() {
	h.Helper()
	dir := h.TempDir()
	token := filepath.Join(dir, "token")
	h.must(os.WriteFile(token, []byte(twiliotest.AuthToken), 0o600))
	cfg := config.Default()
	cfg.Database, cfg.Redis = "sqlite://"+filepath.Join(dir, "jawort.db"), config.Embedded
	cfg.PushGW = pushgw.Config{WebPush: pushgw.WebPushConfig{Subscriber: "operator@example.com", AllowPrivate: []string{"127.0.0.0/8"}}}
	cfg.SMS.Twilio = config.Twilio{BaseURL: h.carrier.URL, AccountSID: twiliotest.AccountSID, AuthTokenFile: token, From: twiliotest.From}
	if h.mailPort != 0 {
		cfg.Mail.Host, cfg.Mail.Port, cfg.Mail.TLS, cfg.Mail.From = "localhost", h.mailPort, "none", "Jawort <login@jawort.example>"
	}
	h.config = cfg
}

// start opens the house and lets it run; once more at the same addresses, where it ran before.
func (h *house) start() {
	h.Helper()
	var l process.Listeners
	cfg := h.config
	l.Server, cfg.Server.PublicURL = h.listen(&h.server)
	l.MobileAPI, cfg.MobileAPI.PublicURL = h.listen(&h.phone)
	l.MobileAPI = counted{l.MobileAPI, &h.written}
	if h.front != nil {
		cfg.MobileAPI.PublicURL = h.front.before(h, cfg.MobileAPI.PublicURL)
	}
	l.Admin, _ = h.listen(new("127.0.0.1:0"))
	h.url = cfg.MobileAPI.PublicURL
	cfg.MobileAPI.RPID, cfg.MobileAPI.Origins = "localhost", []string{h.url}
	var err error
	h.process, err = process.Open(h.Context(), process.Options{
		Config: cfg, Keys: h.keys, Parts: process.All, Log: slog.New(slog.DiscardHandler), Now: h.now, Random: rand.Reader, Listeners: l,
	})
	h.must(err)
	ctx, cancel := context.WithCancel(h.Context())
	ended := make(chan error, 1)
	running := h.process
	go func() { ended <- running.Run(ctx) }()
	h.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			h.Error(err)
		}
		ended <- nil
	}
}

// lose opens the house anew without anything that it knew, as a demo is or a server without its backup.
func (h *house) lose() {
	h.Helper()
	h.stop()
	var err error
	h.keys, err = keys.Generate()
	h.must(err)
	h.configure()
	h.start()
	h.furnish()
}

func (h *house) listen(at *string) (net.Listener, string) {
	h.Helper()
	l, err := net.Listen("tcp", *at)
	h.must(err)
	*at = l.Addr().String()
	return l, "http://" + strings.Replace(*at, "127.0.0.1", "localhost", 1)
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) now() time.Time { return time.Now().Add(time.Duration(h.offset.Load())) }

// pass lets time pass for all of the house, but not for the browsers.
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

// furnish makes the tenant, its application with a key, and the account.
func (h *house) furnish() {
	ctx, store, now := h.Context(), h.process.Lasting(), time.Now()
	h.tenant = account.Tenant{ID: h.newID(id.Tenant), Name: "Muster Makler AG", CreatedAt: now}
	h.must(store.CreateTenant(ctx, h.tenant))
	h.client = h.application("Portal", account.MatchDigits(2))
	h.account(login, "Office South")
}

// application makes a login service with a key of its own.
func (h *house) application(name string, match account.Match) *client.Client {
	h.Helper()
	ctx, store, now := h.Context(), h.process.Lasting(), time.Now()
	app := account.Application{ID: h.newID(id.Application), Tenant: h.tenant.ID, Name: name, Policy: account.ApplicationPolicy{Match: match}, CreatedAt: now}
	h.must(store.CreateApplication(ctx, app))
	secret, err := account.NewSecret(rand.Reader)
	h.must(err)
	h.must(store.CreateKey(ctx, account.Key{ID: h.newID(id.Key), Application: app.ID, Scopes: account.Scopes, Hash: account.HashSecret(secret), CreatedAt: now}))
	c, err := client.New(client.Config{BaseURL: h.config.Server.PublicURL, Key: secret})
	h.must(err)
	return c
}

func (h *house) account(externalID, label string) {
	h.Helper()
	_, err := h.client.PutAccount(h.Context(), externalID, label)
	h.must(err)
}

// link begins to register a phone for an account.
func (h *house) link(externalID string) client.Enrolment {
	h.Helper()
	e, err := h.client.Enrol(h.Context(), client.NewEnrolment{Account: externalID, Authorize: client.ByOperator, Reason: "The person showed a passport."})
	h.must(err)
	return e
}

// confirm types the six digits where the link was shown.
func (h *house) confirm(e client.Enrolment, digits string) {
	h.Helper()
	_, err := h.client.ConfirmEnrolment(h.Context(), e.ID, digits)
	h.must(err)
}

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

// ask asks whether a login is theirs.
func (h *house) ask(alter ...func(*client.Request)) client.Approval {
	h.Helper()
	r := client.Request{Account: login, Browser: client.Browser{IP: "203.0.113.9", UserAgent: firefox, Session: rand.Text()}}
	for _, f := range alter {
		f(&r)
	}
	a, err := h.client.CreateApproval(h.Context(), r)
	h.must(err)
	return a
}

// want waits for the end of a question.
func (h *house) want(a client.Approval, status client.Status) client.Approval {
	h.Helper()
	got, err := h.client.WaitApproval(h.Context(), a.ID, 20*time.Second)
	h.must(err)
	if got.Status != status {
		h.Fatalf("the login is %s, want %s", got.Status, status)
	}
	return got
}

// wrong is another number than the right one.
func wrong(a client.Approval, by int) string {
	n := (int(a.Number[0]-'0')*10 + int(a.Number[1]-'0') + by) % 100
	return string([]byte{byte('0' + n/10), byte('0' + n%10)})
}
