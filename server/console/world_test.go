package console_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/config"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/operators"
	"github.com/jawort/jawort/store/outbox"
)

var byCommand = outbox.Actor{Kind: outbox.ByCommand, ID: "jawort"}

// house is a process of Jawort with a tenant, whose operators a test lets into the console.
type house struct {
	*testing.T
	process   *process.Process
	operators *operators.Store
	log       *logged
	offset    atomic.Int64
	url       string
	public    string
	tenant    account.Tenant
}

// newHouse opens one whose operators reach it at an address with TLS, where that is given: a proxy is in front then.
func newHouse(t *testing.T, public ...string) *house {
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
	set, err := keys.Generate()
	h.must(err)
	h.url = cfg.Server.PublicURL
	cfg.TrustedProxies = []string{"127.0.0.0/8"}
	if len(public) > 0 {
		cfg.Server.PublicURL = public[0]
	}
	h.public = cfg.Server.PublicURL
	h.process, err = process.Open(t.Context(), process.Options{
		Config: cfg, Keys: set, Parts: process.Parts{Server: true, MobileAPI: true},
		Log: slog.New(slog.NewJSONHandler(h.log, nil)), Now: h.now, Random: rand.Reader, Listeners: l,
	})
	h.must(err)
	h.operators = &operators.Store{DB: h.process.Lasting().DB}
	h.run()
	h.tenant = h.newTenant("Muster Makler AG")
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

func (h *house) newTenant(name string) account.Tenant {
	h.Helper()
	tenantID, err := id.New(rand.Reader, id.Tenant)
	h.must(err)
	t := account.Tenant{ID: tenantID, Name: name}
	h.must(h.process.Lasting().CreateTenant(h.Context(), t))
	return t
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

// invite returns the path of a link for somebody with the role: of one tenant, or of all.
func (h *house) invite(name string, role operator.Role, tenant string) (operator.Operator, string) {
	h.Helper()
	o, link, err := console.Invite(h.Context(), h.operators, operator.Operator{Name: name, Role: role, Tenant: tenant}, h.public, rand.Reader, byCommand)
	h.must(err)
	return o, strings.TrimPrefix(link, h.public)
}

// person is an operator at a browser with an authenticator by an implementation that is not ours.
type person struct {
	*browser
	operator operator.Operator
	rp       virtualwebauthn.RelyingParty
	auth     virtualwebauthn.Authenticator
	key      virtualwebauthn.Credential
}

func (h *house) stranger() *person {
	h.Helper()
	u, err := url.Parse(h.public)
	h.must(err)
	p := &person{browser: h.browser(), rp: virtualwebauthn.RelyingParty{ID: u.Hostname(), Origin: h.public}, auth: virtualwebauthn.NewAuthenticator()}
	p.key = newKey()
	return p
}

func newKey() virtualwebauthn.Credential {
	const whole = 77 // bytes of a P-256 COSE_Key: this authenticator misspells keys whose coordinates begin with zeros
	for {
		if k := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2); len(k.Key.AttestationData()) == whole {
			return k
		}
	}
}

// in is somebody who has joined and is signed in.
func (h *house) in(role operator.Role, tenant string) *person {
	h.Helper()
	o, link := h.invite("Ada Lovelace", role, tenant)
	p := h.stranger()
	p.operator = o
	p.post(link, url.Values{"passkey": {p.create(p.get(link).want(http.StatusOK))}}).want(http.StatusSeeOther)
	return p
}

type asked struct {
	Challenge string `json:"challenge"`
	User      struct {
		ID string `json:"id"`
	} `json:"user"`
}

func (p page) asked() (challenge, handle []byte) {
	p.h.Helper()
	var options asked
	p.h.must(json.Unmarshal([]byte(p.found(`data-options="([^"]*)"`)), &options))
	challenge, err := base64.RawURLEncoding.DecodeString(options.Challenge)
	p.h.must(err)
	handle, err = base64.RawURLEncoding.DecodeString(options.User.ID)
	p.h.must(err)
	return challenge, handle
}

// create makes a passkey for what the page asks.
func (p *person) create(from page) string {
	challenge, handle := from.asked()
	p.auth.Options.UserHandle = handle
	return virtualwebauthn.CreateAttestationResponse(p.rp, p.auth, p.key, virtualwebauthn.AttestationOptions{Challenge: challenge})
}

// answer signs what the page asks.
func (p *person) answer(from page) string {
	challenge, _ := from.asked()
	return virtualwebauthn.CreateAssertionResponse(p.rp, p.auth, p.key, virtualwebauthn.AssertionOptions{Challenge: challenge})
}

// signIn signs in at a page.
func (p *person) signIn(more ...string) page {
	p.h.Helper()
	form := url.Values{"passkey": {p.answer(p.get("/console/sign-in").want(http.StatusOK))}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return p.post("/console/sign-in", form)
}

// browser is one with its own cookies, as a person uses it: it does not follow redirects by itself.
type browser struct {
	h      *house
	client *http.Client
}

func (h *house) browser() *browser {
	h.Helper()
	jar, err := cookiejar.New(nil)
	h.must(err)
	return &browser{h, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// page is what a browser got.
type page struct {
	h      *house
	status int
	header http.Header
	text   string
}

func (b *browser) do(method, address string, form url.Values, headers ...string) page {
	b.h.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	return b.send(method, address, body, headers...)
}

func (b *browser) send(method, address string, body io.Reader, headers ...string) page {
	b.h.Helper()
	r, err := http.NewRequestWithContext(b.h.Context(), method, b.h.url+address, body)
	b.h.must(err)
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", b.h.url)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := b.client.Do(r)
	b.h.must(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	b.h.must(err)
	return page{b.h, resp.StatusCode, resp.Header, string(text)}
}

func (b *browser) get(address string) page {
	b.h.Helper()
	return b.do(http.MethodGet, address, nil)
}

func (b *browser) post(address string, form url.Values, headers ...string) page {
	b.h.Helper()
	if form == nil {
		form = url.Values{}
	}
	return b.do(http.MethodPost, address, form, headers...)
}

func (p page) want(status int) page {
	p.h.Helper()
	if p.status != status {
		p.h.Fatalf("answered %d, want %d: %s", p.status, status, p.text)
	}
	return p
}

// to is where the page leads.
func (p page) to() string { return p.header.Get("Location") }

// says fails the test unless all the texts are on the page.
func (p page) says(texts ...string) page {
	p.h.Helper()
	for _, t := range texts {
		if !strings.Contains(html.UnescapeString(p.text), t) {
			p.h.Errorf("the page does not say %q: %s", t, p.text)
		}
	}
	return p
}

func (p page) silent(texts ...string) page {
	p.h.Helper()
	for _, t := range texts {
		if strings.Contains(html.UnescapeString(p.text), t) {
			p.h.Errorf("the page says %q: %s", t, p.text)
		}
	}
	return p
}

// found is the first group of a pattern on the page.
func (p page) found(pattern string) string {
	p.h.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(p.text)
	if m == nil {
		p.h.Fatalf("nothing like %s in %s", pattern, p.text)
	}
	return html.UnescapeString(m[1])
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

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

func unescaped(s string) string { return html.UnescapeString(s) }

func (h *house) one(query string, args ...any) string {
	h.Helper()
	text, err := db.One(h.Context(), h.process.Lasting().Reads(), db.ScanString, query, args...)
	h.must(err)
	return text
}
