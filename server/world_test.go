package server_test

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/live"
	"github.com/jawort/jawort/store/outbox"
)

func TestMain(m *testing.M) {
	stop := pgtest.Shared()
	code := m.Run()
	stop()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

const (
	origin  = "https://login.example"
	patient = 20 * time.Second // for what must happen, on a busy machine
)

// clock is the time of everything but the sockets' deadlines.
type clock struct {
	mu     sync.Mutex
	offset time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset)
}

// world is one installation of Jawort without phones and push: the stores, and any number of servers.
type world struct {
	testing.TB
	clock   *clock
	live    *live.Store
	lasting *lasting.Store
	keys    *keys.Set
	app     account.Application
	key     string // of app, with all scopes
}

// newWorld runs on the embedded stores.
func newWorld(t testing.TB) *world { return newWorldOn(t, live.Embedded, "sqlite::memory:") }

func newWorldOn(t testing.TB, redisURL, databaseURL string) *world {
	t.Helper()
	w := &world{TB: t, clock: &clock{}}
	var err error
	w.live, err = live.Open(t.Context(), live.Config{URL: redisURL}, w.clock.Now)
	w.must(err)
	t.Cleanup(func() { _ = w.live.Close() })
	w.lasting, err = lasting.Open(t.Context(), databaseURL, db.Options{Log: slog.New(slog.DiscardHandler)})
	w.must(err)
	t.Cleanup(func() { _ = w.lasting.Close() })
	w.keys, err = keys.Generate()
	w.must(err)
	w.app = w.addApplication(w.addTenant("House of Cards"), 2)
	w.key = w.addKey(w.app, account.Scopes...)
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) newID(prefix string) string {
	s, err := id.New(rand.Reader, prefix)
	w.must(err)
	return s
}

func (w *world) addTenant(name string) account.Tenant {
	t := account.Tenant{ID: w.newID(id.Tenant), Name: name}
	w.must(w.lasting.CreateTenant(w.Context(), t))
	return t
}

func (w *world) addApplication(t account.Tenant, digits int) account.Application {
	a := account.Application{ID: w.newID(id.Application), Tenant: t.ID, TenantName: t.Name, Name: "Portal", Origins: []string{origin}, Policy: account.ApplicationPolicy{Match: account.MatchDigits(digits)}}
	w.must(w.lasting.CreateApplication(w.Context(), a))
	return a
}

func (w *world) addKey(a account.Application, scopes ...account.Scope) string {
	secret, _ := w.addNamedKey(a, scopes...)
	return secret
}

func (w *world) addNamedKey(a account.Application, scopes ...account.Scope) (secret, keyID string) {
	secret, err := account.NewSecret(rand.Reader)
	w.must(err)
	k := account.Key{ID: w.newID(id.Key), Application: a.ID, Scopes: scopes, Hash: account.HashSecret(secret)}
	w.must(w.lasting.CreateKey(w.Context(), k))
	return secret, k.ID
}

// advance moves every clock.
func (w *world) advance(d time.Duration) {
	w.clock.mu.Lock()
	w.clock.offset += d
	offset := w.clock.offset
	w.clock.mu.Unlock()
	w.live.StepClock()
	w.must(w.lasting.SetClockOffset(w.Context(), offset))
}

// phone is a device that was enrolled past the API.
type phone struct {
	account      account.Account
	device       string
	installation string
	credential   []byte
}

func (w *world) addAccount(app account.Application, externalID string) account.Account {
	a, _, err := w.lasting.PutAccount(w.Context(), account.Account{
		ID: w.newID(id.Account), Tenant: app.Tenant, ExternalID: externalID, Label: "Desk " + externalID,
	})
	w.must(err)
	return a
}

// addPhone enrols a phone for the account, which it creates where it is new.
func (w *world) addPhone(app account.Application, externalID, label string) phone {
	ctx := w.Context()
	a := w.addAccount(app, externalID)
	e := account.Enrolment{
		ID: w.newID(id.Enrolment), Authority: account.ByOperator, Tenant: a.Tenant, Application: app.ID, Account: a.ID, Device: w.newID(id.Device),
		Challenge: []byte("challenge"), ExpiresAt: w.clock.Now().Add(time.Minute),
	}
	code := []byte(w.newID("code_"))
	thumbprint := w.newID("thumb_")
	w.must(w.lasting.CreateEnrolment(ctx, e, code, "", outbox.Actor{}))
	_, err := w.lasting.ClaimEnrolment(ctx, code, thumbprint)
	w.must(err)
	d, err := w.lasting.CompleteEnrolment(ctx, w.completion(e.ID, thumbprint, label))
	w.must(err)
	_, _, err = w.lasting.ConfirmEnrolment(ctx, a.Tenant, e.ID, true, outbox.Actor{})
	w.must(err)
	return phone{account: a, device: d.ID, installation: d.Installation, credential: []byte(thumbprint)}
}

func (w *world) completion(enrolment, thumbprint, label string) account.Completion {
	return account.Completion{
		Enrolment: enrolment, Thumbprint: thumbprint, Installation: w.newID(id.Installation), Holder: "Ada " + label, Label: label,
		Credential: approval.Credential{ID: []byte(thumbprint), PublicKey: []byte("cose"), AAGUID: make([]byte, 16), Attestation: "none"},
		Posture:    account.Posture{Platform: "android", OSVersion: "14", Model: "Fairphone", Language: "de", ScreenLock: true, Notifications: true},
		Address:    []byte("sealed"),
	}
}

// decide does what the phone API does with a decision whose signature has been verified.
func (w *world) decide(p phone, approvalID string, d approval.Decision) (approval.Verdict, error) {
	v, err := w.decideSilently(p, approvalID, d)
	if err == nil {
		w.must(w.live.Wake(w.Context(), approvalID))
	}
	return v, err
}

// decideSilently loses the wake-up.
func (w *world) decideSilently(p phone, approvalID string, d approval.Decision) (approval.Verdict, error) {
	ctx := w.Context()
	pending, err := w.live.Pending(ctx, approvalID)
	w.must(err)
	signer, err := w.lasting.Signer(ctx, p.installation, p.credential)
	w.must(err)
	number := ""
	if d == approval.Approve {
		number = pending.Number
	}
	return w.lasting.Decide(ctx, approval.Decided{
		Approval: pending, Signer: signer, Decision: d, Number: number,
		Assertion: &approval.Assertion{CredentialID: p.credential, AuthenticatorData: []byte("a"), ClientDataJSON: []byte("{}"), Signature: []byte("s")},
	})
}
