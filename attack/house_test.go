package attack_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/config"
	"github.com/jawort/jawort/factor/mail/mailtest"
	"github.com/jawort/jawort/factor/twilio/twiliotest"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/live/redistest"
)

const origin = "https://login.example"

// house is a running Jawort with a clock that can be put forward.
type house struct {
	testing.TB
	process *process.Process
	redis   *redistest.Server
	letters *mailtest.Server
	keys    *keys.Set
	offset  atomic.Int64 // of the clock
	url     string       // of the face for login services
	phone   string       // of the one for phones
}

// withPost gives the house a carrier and a mail server.
func withPost(h *house, cfg *config.Config) {
	h.letters = mailtest.Start(h, mailtest.Settings{Kind: "none"})
	cfg.Mail = config.Mail{Host: "localhost", Port: h.letters.Port, TLS: "none", From: "Jawort <login@jawort.example>"}
	cfg.SMS.Twilio = config.Twilio{BaseURL: twiliotest.Start(h).URL, AccountSID: twiliotest.AccountSID, AuthTokenFile: h.secret(twiliotest.AuthToken), From: twiliotest.From}
}

// inMemory is a database of which each row can be read afterwards.
const inMemory = "sqlite::memory:"

// database is one in memory, or in the long form a Postgres, which decides many things at once.
func database(t testing.TB) string {
	t.Helper()
	if *long {
		return pgtest.NewServer(t).URL("postgres")
	}
	return inMemory
}

// newHouse opens Jawort on a database, with a Redis of its own.
func newHouse(t testing.TB, database string, also ...func(*house, *config.Config)) *house {
	t.Helper()
	h := &house{TB: t, redis: redistest.Start(t)}
	set, err := keys.Generate()
	h.must(err)
	h.keys = set
	cfg := config.Default()
	cfg.Database, cfg.Redis = database, h.redis.URL
	cfg.Webhooks.AllowPrivate = []string{"127.0.0.1/32"} // where the receivers of tests lie
	for _, change := range also {
		change(h, cfg)
	}
	var l process.Listeners
	l.Server, h.url = h.listen()
	l.MobileAPI, h.phone = h.listen()
	l.Admin, _ = h.listen()
	cfg.Server.PublicURL, cfg.MobileAPI.PublicURL = h.url, h.phone
	cfg.MobileAPI.RPID, cfg.MobileAPI.Origins = "localhost", []string{h.phone}
	h.process, err = process.Open(t.Context(), process.Options{
		Config: cfg, Keys: set, Parts: process.All,
		Log: slog.New(slog.DiscardHandler), Now: h.now, Random: rand.Reader, Listeners: l,
	})
	h.must(err)
	h.run()
	return h
}

func (h *house) secret(text string) string {
	h.Helper()
	path := filepath.Join(h.TempDir(), "secret")
	h.must(os.WriteFile(path, []byte(text), 0o600))
	return path
}

func (h *house) listen() (l net.Listener, url string) {
	h.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	h.must(err)
	return l, "http://" + strings.Replace(l.Addr().String(), "127.0.0.1", "localhost", 1)
}

func (h *house) run() {
	ctx, stop := context.WithCancel(h.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.process.Run(ctx) }()
	h.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			h.Error(err)
		}
	})
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) now() time.Time { return time.Now().Add(time.Duration(h.offset.Load())) }

// pass lets time pass for all of the house.
func (h *house) pass(d time.Duration) {
	h.Helper()
	offset := time.Duration(h.offset.Add(int64(d)))
	h.process.Live().StepClock()
	h.must(h.process.Lasting().SetClockOffset(h.Context(), offset))
}

// sql runs a statement behind the back of the house.
func (h *house) sql(statement string, args ...any) {
	h.Helper()
	_, err := db.Exec(h.Context(), h.process.Lasting().Writes(), statement, args...)
	h.must(err)
}

func (h *house) newID(prefix string) string {
	h.Helper()
	s, err := id.New(rand.Reader, prefix)
	h.must(err)
	return s
}

// newTenant adds a tenant without anything.
func (h *house) newTenant(name string) account.Tenant {
	h.Helper()
	t := account.Tenant{ID: h.newID(id.Tenant), Name: name, CreatedAt: h.now()}
	h.must(h.process.Lasting().CreateTenant(h.Context(), t))
	return t
}

// newApplication adds an application whose phones enter two digits.
func (h *house) newApplication(tenant, name string, digits int) account.Application {
	h.Helper()
	a := account.Application{
		ID: h.newID(id.Application), Tenant: tenant, Name: name, Origins: []string{origin}, RPID: "login.example",
		Policy: account.ApplicationPolicy{Match: account.MatchDigits(digits)}, CreatedAt: h.now(),
	}
	h.must(h.process.Lasting().CreateApplication(h.Context(), a))
	return a
}

func (h *house) newKey(application string, scopes ...account.Scope) string {
	h.Helper()
	secret, err := account.NewSecret(rand.Reader)
	h.must(err)
	key := account.Key{ID: h.newID(id.Key), Application: application, Scopes: scopes, Hash: account.HashSecret(secret), CreatedAt: h.now()}
	h.must(h.process.Lasting().CreateKey(h.Context(), key))
	return secret
}

func (h *house) client(key string) *client.Client {
	h.Helper()
	c, err := client.New(client.Config{BaseURL: h.url, Key: key})
	h.must(err)
	return c
}

// enrol registers a new phone for an account, confirmed.
func (h *house) enrol(c *client.Client, login, holder string, through *http.Client) *phone.Phone {
	h.Helper()
	e, err := c.Enrol(h.Context(), client.NewEnrolment{Account: login, Authorize: client.ByOperator, Reason: "The person came in."})
	h.must(err)
	p := phone.New(phone.Options{HTTPClient: through, Now: h.now})
	digits, err := p.Enrol(h.Context(), e.Link, holder, holder+"'s phone", &phone.PushAddress{Provider: "fcm", App: "project", Token: "token-of-" + strings.ReplaceAll(holder, " ", "-")})
	h.must(err)
	_, err = c.ConfirmEnrolment(h.Context(), e.ID, digits)
	h.must(err)
	return p
}

// item is what the phone is asked in one approval.
func (h *house) item(p *phone.Phone, approval string) phone.Item {
	h.Helper()
	items, err := p.Pending(h.Context(), 0, nil)
	h.must(err)
	for _, i := range items {
		if i.ID == approval {
			return i
		}
	}
	h.Fatalf("%s does not wait for the phone", approval)
	return phone.Item{}
}
