package factors_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const (
	number  = "+4915123456717"
	address = "anna.muster@example.com"
)

// everyWay is what policy allows where it forbids nothing.
var everyWay = factors.Ways{Allowed: account.Methods, RPID: rpID}

// byKey is a login service.
var byKey = outbox.Actor{Kind: outbox.ByKey, ID: "key_1"}

// world is an account with a number and an address, whose codes the test reads.
type world struct {
	*testing.T
	d       *db.DB
	s       *factors.Store
	ends    *ends
	queue   *queue
	ledger  *till
	tenant  account.Tenant
	app     account.Application
	account account.Account
}

// onEach runs a test of the contract on every backend.
func onEach(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.OnBoth(t, func(t *testing.T, d *db.DB) { test(newWorld(t, d)) })
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	set, err := keys.Generate()
	must(t, err)
	directory := &lasting.Store{DB: d}
	w := &world{T: t, d: d, ends: &ends{Store: directory}, queue: &queue{}, ledger: &till{}}
	w.s = factors.New(d, factors.Parts{Keys: set, Outcomes: w.ends, Messages: w.queue, Ledger: w.ledger, Random: rand.Reader})
	_, err = db.Exec(t.Context(), d.Writes(), `CREATE TABLE test_queue (id TEXT, approval TEXT, channel TEXT, address TEXT, text TEXT, reserved BOOLEAN, account TEXT, recipient TEXT)`)
	must(t, err)
	w.tenant = account.Tenant{ID: w.id(id.Tenant), Name: "Musterbank"}
	must(t, directory.CreateTenant(t.Context(), w.tenant))
	w.app = account.Application{ID: w.id(id.Application), Tenant: w.tenant.ID, Name: "Portal"}
	must(t, directory.CreateApplication(t.Context(), w.app))
	w.account, _, err = directory.PutAccount(t.Context(), account.Account{ID: w.id(id.Account), Tenant: w.tenant.ID, ExternalID: "4711"})
	must(t, err)
	w.sql(`UPDATE accounts SET phone = $1, email = $2, language = 'de'`, number, address)
	return w
}

func (w *world) id(prefix string) string {
	w.Helper()
	s, err := id.New(rand.Reader, prefix)
	must(w.T, err)
	return s
}

// sql runs a statement behind the store's back.
func (w *world) sql(statement string, args ...any) {
	w.Helper()
	_, err := db.Exec(w.Context(), w.d.Writes(), statement, args...)
	must(w.T, err)
}

func (w *world) count(from string, args ...any) int {
	w.Helper()
	n, err := db.One(w.Context(), w.d.Reads(), db.ScanInt, `SELECT COUNT(*) FROM `+from, args...)
	must(w.T, err)
	return n
}

// after moves the database's clock on.
func (w *world) after(d time.Duration) {
	w.Helper()
	must(w.T, w.d.SetClockOffset(w.Context(), d))
}

// login returns a new login of the account that stays open as long as one can.
func (w *world) login() approval.Pending { return w.pending(approval.Login) }

func (w *world) pending(kind approval.Kind) approval.Pending {
	w.Helper()
	now, err := w.d.Now(w.Context())
	must(w.T, err)
	apr, err := approval.NewID(rand.Reader, w.account.ID)
	must(w.T, err)
	return approval.Pending{
		ID: apr, Tenant: w.tenant.ID, Application: w.app.ID, Account: w.account.ID, Kind: kind, Document: []byte(`{}`),
		CreatedAt: now, ExpiresAt: now.Add(approval.DefaultLife), ClosesAt: now.Add(approval.MaxOpen),
	}
}

// activate makes a method count behind the store's back.
func (w *world) activate(m approval.Method) {
	w.Helper()
	w.sql(`INSERT INTO methods (account, method, active_since) VALUES ($1, $2, 1)`, w.account.ID, m)
}

func letter() factors.Letter {
	return factors.Letter{Life: 15 * time.Minute, Payer: "acc_payer", Ways: everyWay, Write: func(language, code string) (string, string, error) {
		return "", language + " code " + code, nil
	}}
}

// send sends a code for the approval and returns it as the person reads it.
func (w *world) send(p approval.Pending, m approval.Method) string {
	w.Helper()
	_, err := w.trySend(p, m)
	must(w.T, err)
	return w.newest()
}

func (w *world) trySend(p approval.Pending, m approval.Method) (factors.Sent, error) {
	return w.s.SendCode(w.Context(), factors.Sending{Approval: p, Method: m, Letter: letter()})
}

var sixDigits = regexp.MustCompile(`\b[0-9]{6}$`)

// newest returns the code of the message that was queued last.
func (w *world) newest() string {
	w.Helper()
	texts, err := db.All(w.Context(), w.d.Reads(), db.ScanString, `SELECT text FROM test_queue`)
	must(w.T, err)
	return sixDigits.FindString(texts[len(texts)-1])
}

func (w *world) confirm(p approval.Pending, m approval.Method, code string) (approval.Outcome, error) {
	return w.s.Confirm(w.Context(), factors.Attempt{Approval: p, Method: m, Code: code, Skew: 1})
}

// another returns six digits that are not those of code.
func another(code string) string {
	last := byte('0')
	if code[5] == '0' {
		last = '1'
	}
	return code[:5] + string(last)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantError also checks that the error shows nothing of what nobody but the person may know.
func (w *world) wantError(err, want error) {
	w.Helper()
	if !errors.Is(err, want) {
		w.Fatalf("error is %v, want %v", err, want)
	}
	for _, secret := range []string{number, number[3:], address} {
		if strings.Contains(err.Error(), secret) {
			w.Fatalf("the error shows %s: %v", secret, err)
		}
	}
}

func (w *world) wantApproved(o approval.Outcome, err error, p approval.Pending, m approval.Method) {
	w.Helper()
	must(w.T, err)
	if o.Approval != p.ID || o.Status != approval.StatusApproved || o.Method != m || o.DecidedAt.IsZero() {
		w.Fatalf("outcome is %+v, want approved by %s", o, m)
	}
	if n := w.count(`outcomes WHERE approval = $1`, p.ID); n != 1 {
		w.Fatalf("%d outcomes", n)
	}
}

func inParallel(n int, f func(i int) bool) int {
	var wg sync.WaitGroup
	results := make([]bool, n)
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			results[i] = f(i)
		})
	}
	close(start)
	wg.Wait()
	count := 0
	for _, r := range results {
		if r {
			count++
		}
	}
	return count
}

// queue keeps messages where a rollback takes them back.
type queue struct{}

func (*queue) Put(ctx context.Context, tx *sql.Tx, m courier.Message) error {
	if m.Channel == courier.Email {
		m.Subject = "Code"
	}
	if err := m.Validate(); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO test_queue (id, approval, channel, address, text, reserved, account, recipient) VALUES ($1, $2, $3, $4, $5, FALSE, $6, $7)`,
		m.ID, m.Approval, m.Channel, m.Address, m.Text, m.Account, m.Recipient)
	return err
}

func (*queue) Withdraw(ctx context.Context, tx *sql.Tx, approval string, channel courier.Channel) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM test_queue WHERE approval = $1 AND channel = $2`, approval, channel)
	return err
}

// till refuses once it is told to.
type till struct {
	mu     sync.Mutex
	last   ledger.Reservation
	refuse error
	used   []string // approvals whose code was used
	locked []string // accounts that were told to be locked out
	mute   error    // of telling so
}

func (l *till) Used(_ context.Context, _ *sql.Tx, _, approval string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.used = append(l.used, approval)
	return nil
}

func (l *till) LockedOut(_ context.Context, tenant, application, account string, refused *refusal.Error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.mute != nil {
		return l.mute
	}
	l.locked = append(l.locked, strings.Join([]string{tenant, application, account, refused.Code, refused.RetryAfter.String()}, " "))
	return nil
}

func (l *till) Reserve(_ context.Context, _ *sql.Tx, r ledger.Reservation) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = r
	return errors.Join(r.Validate(), l.refuse)
}

func (l *till) Mail(_ context.Context, _ *sql.Tx, m ledger.Mailing) error {
	return errors.Join(m.Validate(), l.refuse)
}

// ends keeps outcomes. While lost is set, nobody learns that a commit happened; before is what comes between looking and
// writing.
type ends struct {
	*lasting.Store
	lost   bool
	before func()
}

func (e *ends) ApproveBy(ctx context.Context, tx *sql.Tx, p approval.Pending, m approval.Method, by outbox.Actor) (approval.Outcome, bool, error) {
	if e.before != nil {
		e.before()
	}
	o, won, err := e.Store.ApproveBy(ctx, tx, p, m, by)
	if err == nil && e.lost {
		err = tx.Commit()
	}
	return o, won, err
}

// totp activates an authenticator app and returns its key, with no step used yet.
func (w *world) totp() factor.TOTPKey {
	w.Helper()
	started, err := w.s.StartActivation(w.Context(), w.start(approval.MethodTOTP, ""))
	must(w.T, err)
	_, err = w.s.FinishActivation(w.Context(), w.finish(approval.MethodTOTP, nil, w.code(started.Key, 0)))
	must(w.T, err)
	w.sql(`UPDATE methods SET last_step = 0 WHERE method = 'totp'`)
	return started.Key
}
