package docs_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/config"
	"github.com/jawort/jawort/docs"
	"github.com/jawort/jawort/factor/twilio/twiliotest"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/live/redistest"
)

func TestMain(m *testing.M) {
	openapi3filter.RegisterBodyDecoder("application/jose", openapi3filter.PlainBodyDecoder)
	openapi3filter.RegisterBodyDecoder("application/x-ndjson", openapi3filter.PlainBodyDecoder)
	openapi3filter.RegisterBodyDecoder("text/javascript", openapi3filter.PlainBodyDecoder)
	os.Exit(m.Run())
}

const pageOrigin = "https://login.example"

// house is a real process on a Redis and a Postgres of its own, whose callers all go past the referee.
type house struct {
	*testing.T
	doc        *openapi3.T
	referee    *referee
	http       *http.Client
	process    *process.Process
	keys       *keys.Set
	database   *pgtest.Server
	offset     atomic.Int64 // of the clock
	url, phone string       // of the two APIs
	demand     string       // what authenticators must prove; empty: as by default
	tick       func(time.Duration) (<-chan time.Time, func())

	key, loginKey, enrolKey string // all scopes, and one each
	tenant                  account.Tenant
	client                  *client.Client
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{T: t, database: pgtest.NewServer(t)}
	h.doc = load(t, docs.OpenAPI)
	h.referee = newReferee(t, h.doc, t.Errorf)
	h.open(h.database.URL("postgres"), redistest.Start(t).URL, mail)
	h.furnish()
	return h
}

// mail is a server that nobody asks: messages are read where they wait.
var mail = config.Mail{Host: "localhost", Port: 25, TLS: "none", From: "Jawort <login@jawort.example>"}

// another is a house beside h, in which time can pass, before the same referee.
func (h *house) another() *house {
	h.Helper()
	beside := &house{T: h.T, doc: h.doc, referee: h.referee}
	beside.open("sqlite::memory:", config.Embedded, mail)
	beside.furnish()
	return beside
}

// demanding is a house beside h that wants authenticators to be vouched for, before the same referee.
func (h *house) demanding(demand string) *house {
	h.Helper()
	beside := &house{T: h.T, doc: h.doc, referee: h.referee, demand: demand}
	beside.open("sqlite::memory:", config.Embedded, mail)
	beside.furnish()
	return beside
}

// withoutMail is another process on the same database, by which no e-mail can be sent.
func (h *house) withoutMail() *house {
	h.Helper()
	beside := &house{T: h.T, database: h.database, doc: h.doc, referee: h.referee, key: h.key}
	beside.open(h.database.URL("postgres"), config.Embedded, config.Default().Mail)
	var err error
	beside.client, err = client.New(client.Config{BaseURL: beside.url, Key: h.key, HTTPClient: beside.http})
	h.must(err)
	return beside
}

func (h *house) open(database, redis string, mail config.Mail) {
	h.Helper()
	h.http = &http.Client{Transport: h.referee}
	cfg := config.Default()
	cfg.Database, cfg.Redis, cfg.Mail = database, redis, mail
	cfg.MobileAPI.Requirements.Attestation = cmp.Or(h.demand, cfg.MobileAPI.Requirements.Attestation)
	cfg.MobileAPI.AndroidApps = []config.AndroidApp{{Package: "com.example.companion", Fingerprints: []string{strings.TrimSuffix(strings.Repeat("AB:", 32), ":")}}}
	cfg.MobileAPI.IOSApps = []string{"ABCDE12345.com.example.companion"}
	cfg.Webhooks.AllowPrivate = []string{"127.0.0.1/32"} // where the receiver of the play lies
	cfg.SMS.Twilio = config.Twilio{AccountSID: twiliotest.AccountSID, AuthTokenFile: secret(h.T, twiliotest.AuthToken), From: twiliotest.From}
	var l process.Listeners
	l.Server, h.url = h.listen(loginFacing)
	l.MobileAPI, h.phone = h.listen(phoneFacing)
	l.Admin, _ = h.listen("admin")
	cfg.Server.PublicURL, cfg.MobileAPI.PublicURL = h.url, h.phone
	cfg.MobileAPI.RPID, cfg.MobileAPI.Origins = "localhost", []string{h.phone}
	set, err := keys.Generate()
	h.must(err)
	h.keys = set
	h.process, err = process.Open(h.Context(), process.Options{
		Config: cfg, Keys: set, Parts: process.Parts{Server: true, MobileAPI: true},
		Log: slog.New(slog.DiscardHandler), Now: h.now, Random: rand.Reader, Listeners: l, Tick: h.tick,
	})
	h.must(err)
	h.run()
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) listen(face string) (net.Listener, string) {
	h.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	h.must(err)
	host := strings.Replace(l.Addr().String(), "127.0.0.1", "localhost", 1)
	h.referee.hosts[host] = face
	return l, "http://" + host
}

func (h *house) run() {
	ctx, stop := context.WithCancel(h.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = h.process.Run(ctx) // its database dies before it: see the last part of the play
	}()
	h.Cleanup(func() {
		stop()
		<-ended
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

// furnish makes the tenant, its application and the keys.
func (h *house) furnish() {
	ctx, store, now := h.Context(), h.process.Lasting(), time.Now()
	h.tenant = account.Tenant{ID: h.newID(id.Tenant), Name: "Muster Makler AG", CreatedAt: now}
	h.must(store.CreateTenant(ctx, h.tenant))
	app := account.Application{ID: h.newID(id.Application), Tenant: h.tenant.ID, Name: "Portal", Origins: []string{pageOrigin}, Policy: account.ApplicationPolicy{Match: account.MatchDigits(2)}, CreatedAt: now}
	h.must(store.CreateApplication(ctx, app))
	for secret, scopes := range map[*string][]account.Scope{
		&h.key: account.Scopes, &h.loginKey: {account.ScopeLogin}, &h.enrolKey: {account.ScopeEnrol},
	} {
		var err error
		*secret, err = account.NewSecret(rand.Reader)
		h.must(err)
		h.must(store.CreateKey(ctx, account.Key{ID: h.newID(id.Key), Application: app.ID, Scopes: scopes, Hash: account.HashSecret(*secret), CreatedAt: now}))
	}
	var err error
	h.client, err = client.New(client.Config{BaseURL: h.url, Key: h.key, HTTPClient: h.http})
	h.must(err)
}

func byOperator(login string) client.NewEnrolment {
	return client.NewEnrolment{Account: login, Authorize: client.ByOperator, Reason: "The person came in and showed a passport."}
}

// enrol registers a new phone for an account, confirmed.
func (h *house) enrol(login, holder string) *phone.Phone {
	h.Helper()
	e, err := h.client.Enrol(h.Context(), byOperator(login))
	h.must(err)
	p := phone.New(phone.Options{HTTPClient: h.http})
	digits, err := p.Enrol(h.Context(), e.Link, holder, holder+"'s phone", &phone.PushAddress{Provider: "fcm", App: "project", Token: "token"})
	h.must(err)
	_, err = h.client.ConfirmEnrolment(h.Context(), e.ID, digits)
	h.must(err)
	return p
}

type option func(*http.Request)

func header(name, value string) option { return func(r *http.Request) { r.Header.Set(name, value) } }

func bearer(token string) option { return header("Authorization", "Bearer "+token) }

// say sends what no well-behaved client sends, and wants the outcome.
func (h *house) say(want, method, url, body string, options ...option) string {
	h.Helper()
	e := h.request(method, url, body, options...)
	if got := outcomeOf(e); got != want {
		h.Errorf("%s %s: got %s, want %s: %s", method, url, got, want, e.body)
	}
	return string(e.body)
}

// request says something whatever the answer is.
func (h *house) request(method, url, body string, options ...option) exchange {
	h.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(h.Context(), method, url, r)
	h.must(err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, o := range options {
		o(req)
	}
	resp, err := h.http.Do(req)
	h.must(err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	h.must(err)
	return exchange{status: resp.StatusCode, body: answer}
}
