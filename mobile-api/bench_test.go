package mobileapi_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/attestation"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	mobileapi "github.com/jawort/jawort/mobile-api"
	"github.com/jawort/jawort/mobile-api/dpop"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/live"
	"github.com/jawort/jawort/store/outbox"
)

const (
	rpID   = "phone.example"
	origin = "https://phone.example"
)

// bench is the phone API over real stores, with a tenant and an application.
type bench struct {
	t            *testing.T
	api          *mobileapi.API
	url          string
	keys         *keys.Set
	nonces       dpop.Nonces
	live         *live.Store
	lasting      *lasting.Store
	wakeups      *live.Wakeups
	log          *logBook
	clock        atomic.Int64 // offset
	noRedis      atomic.Bool
	noSQL        atomic.Bool
	noCommit     atomic.Bool
	beforeDecide atomic.Pointer[func()]
	subscribed   chan struct{}
	judge        attestation.Judge
	shutdown     context.CancelFunc

	tenant      account.Tenant
	application account.Application
}

func (b *bench) now() time.Time { return time.Now().Add(time.Duration(b.clock.Load())) }

// later moves all clocks.
func (b *bench) later(d time.Duration) {
	b.t.Helper()
	b.clock.Add(int64(d))
	b.live.StepClock()
	if err := b.lasting.SetClockOffset(b.t.Context(), time.Duration(b.clock.Load())); err != nil {
		b.t.Fatal(err)
	}
}

func newBench(t *testing.T) *bench {
	t.Helper()
	return newBenchThat(t, attestation.Judge{})
}

// newBenchThat is a bench of a house that demands something of authenticators.
func newBenchThat(t *testing.T, j attestation.Judge) *bench {
	t.Helper()
	b := &bench{t: t, log: &logBook{}, subscribed: make(chan struct{}, 1), judge: j}
	b.keys = must(keys.Generate())(t)
	b.nonces = dpop.NewNonces(b.keys, b.now)
	b.lasting = must(lasting.Open(t.Context(), "sqlite::memory:", db.Options{Log: slog.New(slog.DiscardHandler)}))(t)
	t.Cleanup(func() { _ = b.lasting.Close() })
	b.live = must(live.Open(t.Context(), live.Config{URL: "embedded"}, b.now))(t)
	t.Cleanup(func() { _ = b.live.Close() })
	b.listen()
	b.serve()
	b.settle()
	return b
}

// listen runs the wake-ups until the test ends, and waits until they are subscribed.
func (b *bench) listen() {
	ctx, stop := context.WithCancel(b.t.Context())
	b.wakeups = must(b.live.Wakeups(ctx))(b.t)
	var running sync.WaitGroup
	running.Go(func() { _ = b.wakeups.Run(ctx) })
	b.t.Cleanup(func() { stop(); running.Wait() })
	select {
	case <-b.wakeups.Resubscribed():
	case <-time.After(10 * time.Second):
		b.t.Fatal("the wake-ups were not subscribed")
	}
}

func (b *bench) serve() {
	listener := must(net.Listen("tcp", "127.0.0.1:0"))(b.t)
	b.url = "http://" + listener.Addr().String()
	b.api = must(mobileapi.New(mobileapi.Options{
		Live:         outageLive{b.live, &b.noRedis},
		Lasting:      outageLasting{b.lasting, &b.noSQL, &b.noCommit, &b.beforeDecide},
		Wakeups:      noticed{b.wakeups, b.subscribed},
		Keys:         b.keys,
		RelyingParty: must(approval.NewRelyingParty(rpID, "Jawort", []string{origin}))(b.t),
		Requirements: account.Requirements{ScreenLock: true, Notifications: true, MinOS: map[string]string{"ios": "15.4", "android": "7.0"}},
		Attestation:  b.judge,
		PublicURL:    b.url,
		Associations: mobileapi.Associations{
			Android: []mobileapi.AndroidApp{{Package: "org.example.jawort", Fingerprints: []string{"AA:BB"}}},
			Apple:   []string{"TEAM.org.example.jawort"},
		},
		WebPushKey: "BPublicKey",
		Edge:       edge.Options{Service: "mobile-api", Log: slog.New(slog.NewJSONHandler(b.log, nil)), Random: rand.Reader, Now: b.now},
		Now:        b.now,
		Random:     rand.Reader,
	}))(b.t)
	var ctx context.Context
	ctx, b.shutdown = context.WithCancel(context.WithoutCancel(b.t.Context()))
	var running sync.WaitGroup
	running.Go(func() {
		if err := edge.Serve(ctx, listener, b.api, 20*time.Second); err != nil {
			b.t.Error(err)
		}
	})
	b.t.Cleanup(func() { b.shutdown(); running.Wait() })
}

func (b *bench) settle() {
	b.tenant = account.Tenant{ID: newID(b.t, id.Tenant), Name: "Example Bank", CreatedAt: b.now()}
	b.check(b.lasting.CreateTenant(b.t.Context(), b.tenant))
	b.application = account.Application{ID: newID(b.t, id.Application), Tenant: b.tenant.ID, TenantName: b.tenant.Name, Name: "Portal", Policy: account.ApplicationPolicy{Match: account.MatchDigits(2)}, CreatedAt: b.now()}
	b.check(b.lasting.CreateApplication(b.t.Context(), b.application))
}

// account makes one with this login number.
func (b *bench) account(externalID string) account.Account {
	b.t.Helper()
	a, _, err := b.lasting.PutAccount(b.t.Context(), account.Account{
		ID: newID(b.t, id.Account), Tenant: b.tenant.ID, TenantName: b.tenant.Name, ExternalID: externalID, Label: "Account " + externalID, CreatedAt: b.now(),
	})
	b.check(err)
	return a
}

// link opens an enrolment and returns it with its code.
func (b *bench) link(a account.Account) (account.Enrolment, string) {
	b.t.Helper()
	code := rand.Text()
	e := account.Enrolment{
		ID: newID(b.t, id.Enrolment), Authority: account.ByOperator, Tenant: b.tenant.ID, TenantName: b.tenant.Name, Application: b.application.ID, Account: a.ID,
		AccountLabel: a.Label, ExternalID: a.ExternalID, Status: account.EnrolmentOpen, Device: newID(b.t, id.Device),
		Challenge: must(account.NewChallenge(rand.Reader))(b.t), CreatedAt: b.now(), ExpiresAt: b.now().Add(account.EnrolmentLife),
	}
	b.check(b.lasting.CreateEnrolment(b.t.Context(), e, account.HashCode(code), "", outbox.Actor{}))
	return e, code
}

// question opens an approval with the number 42.
func (b *bench) question(a account.Account) approval.Pending {
	b.t.Helper()
	return b.questionOf(a, "")
}

func (b *bench) questionOf(a account.Account, session string) approval.Pending {
	b.t.Helper()
	return b.questionAltered(a, session, func(*approval.Pending) {})
}

// questionAltered is a question whose live record was altered after it was asked.
func (b *bench) questionAltered(a account.Account, session string, alter func(*approval.Pending)) approval.Pending {
	b.t.Helper()
	p := approval.Pending{
		ID: must(approval.NewID(rand.Reader, a.ID))(b.t), Tenant: b.tenant.ID, Application: b.application.ID, Account: a.ID, Kind: approval.Login,
		Number: "42", Session: session, CreatedAt: b.now(), ExpiresAt: b.now().Add(approval.DefaultLife), ClosesAt: b.now().Add(approval.DefaultLife),
	}
	document := approval.Document{
		ID: p.ID, Kind: p.Kind, Tenant: approval.Party{ID: b.tenant.ID, Name: b.tenant.Name},
		Application: approval.Party{ID: b.application.ID, Name: b.application.Name}, Account: approval.AccountLabel{Label: a.Label},
		Browser: approval.Browser{IP: "192.0.2.1", OS: "Linux", Name: "Firefox"}, Match: approval.Match{Kind: approval.MatchEnter, Digits: 2},
		CreatedAt: p.CreatedAt, ExpiresAt: p.ExpiresAt,
	}
	p.Document = must(document.Bytes(rand.Reader))(b.t)
	p.MAC = must(b.keys.MAC(keys.PendingApproval, p.Fixed()))(b.t)
	alter(&p)
	_, err := b.live.Create(b.t.Context(), live.Creation{Pending: p, Limit: 10})
	b.check(err)
	return p
}

func (b *bench) outcome(p approval.Pending) approval.Outcome {
	b.t.Helper()
	return must(b.lasting.Outcome(b.t.Context(), p.ID))(b.t)
}

func (b *bench) undecided(p approval.Pending) {
	b.t.Helper()
	if o, err := b.lasting.Outcome(b.t.Context(), p.ID); !errors.Is(err, approval.ErrUnknown) {
		b.t.Fatalf("the approval has an outcome: %s, %v", o.Status, err)
	}
}

// forgotten waits until the live store has forgotten an approval whose time is over.
func (b *bench) forgotten(p approval.Pending) {
	b.t.Helper()
	for tick := time.NewTicker(10 * time.Millisecond); ; {
		_, err := b.live.Pending(b.t.Context(), p.ID)
		if errors.Is(err, approval.ErrUnknown) {
			tick.Stop()
			return
		}
		select {
		case <-tick.C:
		case <-b.t.Context().Done():
			b.t.Fatal("the live store does not forget")
		}
	}
}

func (b *bench) check(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func newID(t *testing.T, prefix string) string {
	t.Helper()
	return must(id.New(rand.Reader, prefix))(t)
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// logBook keeps what was logged.
type logBook struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
