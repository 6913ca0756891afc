package phone_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	mobileapi "github.com/jawort/jawort/mobile-api"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/live"
	"github.com/jawort/jawort/store/outbox"
)

// house is a real phone API over the embedded stores, whose door a test may slam.
type house struct {
	t       *testing.T
	url     string
	keys    *keys.Set
	api     http.Handler
	door    atomic.Pointer[func(w http.ResponseWriter, r *http.Request, through http.Handler)]
	live    *live.Store
	lasting *lasting.Store

	tenant      account.Tenant
	application account.Application
	account     account.Account
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t}
	set := must(keys.Generate())(t)
	h.keys = set
	quiet := slog.New(slog.DiscardHandler)
	h.lasting = must(lasting.Open(t.Context(), "sqlite::memory:", db.Options{Log: quiet}))(t)
	t.Cleanup(func() { h.lasting.Close() })
	h.live = must(live.Open(t.Context(), live.Config{URL: "embedded"}, time.Now))(t)
	t.Cleanup(func() { h.live.Close() })
	server := httptest.NewUnstartedServer(http.HandlerFunc(h.serve))
	h.url = strings.Replace("http://"+server.Listener.Addr().String(), "127.0.0.1", "localhost", 1)
	h.api = must(mobileapi.New(mobileapi.Options{
		Live: h.live, Lasting: h.lasting, Wakeups: h.wakeups(), Keys: set, PublicURL: h.url,
		RelyingParty: must(approval.NewRelyingParty("localhost", "Jawort", []string{h.url}))(t),
		Requirements: account.Requirements{ScreenLock: true, Notifications: true},
		Edge:         edge.Options{Service: "mobile-api", Log: quiet, Random: rand.Reader, Now: time.Now},
		Now:          time.Now, Random: rand.Reader,
	}))(t)
	server.Start()
	t.Cleanup(server.Close)
	h.settle()
	return h
}

func (h *house) wakeups() *live.Wakeups {
	ctx, stop := context.WithCancel(h.t.Context())
	w := must(h.live.Wakeups(ctx))(h.t)
	var running sync.WaitGroup
	running.Go(func() { w.Run(ctx) })
	h.t.Cleanup(func() { stop(); running.Wait() })
	return w
}

func (h *house) serve(w http.ResponseWriter, r *http.Request) {
	if door := h.door.Load(); door != nil {
		(*door)(w, r, h.api)
		return
	}
	h.api.ServeHTTP(w, r)
}

// keep puts somebody at the door.
func (h *house) keep(door func(w http.ResponseWriter, r *http.Request, through http.Handler)) {
	h.door.Store(&door)
}

func (h *house) settle() {
	ctx := h.t.Context()
	h.tenant = account.Tenant{ID: newID(h.t, id.Tenant), Name: "Muster Makler AG", CreatedAt: time.Now()}
	check(h.t, h.lasting.CreateTenant(ctx, h.tenant))
	h.application = account.Application{ID: newID(h.t, id.Application), Tenant: h.tenant.ID, TenantName: h.tenant.Name, Name: "Portal", Policy: account.ApplicationPolicy{Match: account.MatchDigits(2)}, CreatedAt: time.Now()}
	check(h.t, h.lasting.CreateApplication(ctx, h.application))
	a := account.Account{ID: newID(h.t, id.Account), Tenant: h.tenant.ID, TenantName: h.tenant.Name, ExternalID: "AB1234", Label: "Büro Süd", CreatedAt: time.Now()}
	var err error
	h.account, _, err = h.lasting.PutAccount(ctx, a)
	check(h.t, err)
}

// link starts an enrolment.
func (h *house) link() (enrolment, link string) {
	h.t.Helper()
	code := rand.Text()
	e := account.Enrolment{
		ID: newID(h.t, id.Enrolment), Authority: account.ByOperator, Tenant: h.tenant.ID, TenantName: h.tenant.Name, Application: h.application.ID, Account: h.account.ID,
		AccountLabel: h.account.Label, ExternalID: h.account.ExternalID, Status: account.EnrolmentOpen, Device: newID(h.t, id.Device),
		Challenge: must(account.NewChallenge(rand.Reader))(h.t), CreatedAt: time.Now(), ExpiresAt: time.Now().Add(account.EnrolmentLife),
	}
	check(h.t, h.lasting.CreateEnrolment(h.t.Context(), e, account.HashCode(code), "", outbox.Actor{}))
	return e.ID, h.url + "/enrol#" + code
}

func (h *house) confirm(enrolment string) {
	h.t.Helper()
	_, _, err := h.lasting.ConfirmEnrolment(h.t.Context(), h.tenant.ID, enrolment, true, outbox.Actor{})
	check(h.t, err)
}

// enrol registers a phone and confirms it.
func (h *house) enrol(p *phone.Phone, holder string) {
	h.t.Helper()
	enrolment, link := h.link()
	digits, err := p.Enrol(h.t.Context(), link, holder, holder+"'s phone", nil)
	check(h.t, err)
	if len(digits) != 6 {
		h.t.Errorf("digits = %q", digits)
	}
	h.confirm(enrolment)
}

// newPhone returns one that is registered for the account.
func (h *house) newPhone(holder string) *phone.Phone {
	h.t.Helper()
	p := phone.New(phone.Options{})
	h.enrol(p, holder)
	return p
}

// ask asks for a login with the number 42.
func (h *house) ask(alter ...func(*approval.Document)) approval.Pending {
	h.t.Helper()
	now := time.Now()
	d := approval.Document{
		ID: must(approval.NewID(rand.Reader, h.account.ID))(h.t), Kind: approval.Login, Tenant: approval.Party{ID: h.tenant.ID, Name: h.tenant.Name},
		Application: approval.Party{ID: h.application.ID, Name: h.application.Name}, Account: approval.AccountLabel{Label: h.account.Label},
		Browser: approval.Browser{IP: "203.0.113.9", OS: "Linux", Name: "Firefox", Country: "IN"}, Match: approval.Match{Kind: approval.MatchEnter, Digits: 2},
		CreatedAt: now, ExpiresAt: now.Add(approval.DefaultLife),
	}
	for _, a := range alter {
		a(&d)
	}
	p := approval.Pending{
		ID: d.ID, Tenant: h.tenant.ID, Application: h.application.ID, Account: h.account.ID, Kind: d.Kind, Number: "42",
		Document: must(d.Bytes(rand.Reader))(h.t), CreatedAt: d.CreatedAt, ExpiresAt: d.ExpiresAt, ClosesAt: d.ExpiresAt,
	}
	p.MAC = must(h.keys.MAC(keys.PendingApproval, p.Fixed()))(h.t)
	_, err := h.live.Create(h.t.Context(), live.Creation{Pending: p, Limit: 10})
	check(h.t, err)
	return p
}

// cancel ends a question as its browser does.
func (h *house) cancel(p approval.Pending) {
	h.t.Helper()
	must(h.lasting.End(h.t.Context(), p, approval.StatusCancelled))(h.t)
	check(h.t, h.live.End(h.t.Context(), p.ID, "", approval.StatusCancelled))
	check(h.t, h.live.Wake(h.t.Context(), p.Account))
}

func (h *house) status(id string) approval.Status {
	h.t.Helper()
	return must(h.lasting.Outcome(h.t.Context(), id))(h.t).Status
}

// one fetches the only question that waits.
func one(t *testing.T, p *phone.Phone) phone.Item {
	t.Helper()
	items := must(p.Pending(t.Context(), 10*time.Second, nil))(t)
	if len(items) != 1 || items[0].Err != nil {
		t.Fatalf("pending: %+v", items)
	}
	return items[0]
}

func newID(t *testing.T, prefix string) string {
	t.Helper()
	return must(id.New(rand.Reader, prefix))(t)
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		check(t, err)
		return v
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
