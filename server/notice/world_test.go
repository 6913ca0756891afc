package notice_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	domain "github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/server/notice"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/ledger"
	"github.com/jawort/jawort/store/messages"
	"github.com/jawort/jawort/store/notices"
	"github.com/jawort/jawort/store/outbox"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const (
	number     = "+4915123456717"
	newNumber  = "+4915123456799"
	address    = "anna.muster@example.com"
	newAddress = "eve@example.org"
	operations = "it@makler.example"
)

// world is a tenant with an account that has a number and an address, and what follows from its events.
type world struct {
	*testing.T
	db       *db.DB
	lasting  *lasting.Store
	ledger   *ledger.Store
	queue    *messages.Store
	follower notice.Follower
	log      bytes.Buffer
	tenant   account.Tenant
	app      account.Application
	account  account.Account
}

func onEach(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.OnEach(t, func(t *testing.T, d *db.DB) { test(newWorld(t, d)) })
}

// inMemory runs a test that no database can tell from another: what is told to whom.
func inMemory(t *testing.T, test func(w *world)) {
	t.Helper()
	t.Parallel()
	test(newWorld(t, dbtest.Open(t, "sqlite::memory:")))
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	set, err := keys.Generate()
	w := &world{T: t, db: d, lasting: &lasting.Store{DB: d}}
	w.must(err)
	w.ledger = &ledger.Store{DB: d, Keys: set}
	w.queue = messages.New(d, set, w.ledger)
	w.follower = notice.Follower{
		Directory: w.lasting, Letters: &notices.Store{DB: d, Messages: w.queue, Ledger: w.ledger}, Phones: w.lasting, Keys: set,
		Channels: []courier.Channel{courier.SMS, courier.Email}, Budgets: notice.NewBudgets(nil), Log: slog.New(slog.NewJSONHandler(&w.log, nil)),
	}
	w.tenant, w.app = w.newTenant("Muster Makler AG", "Servicezentrum 069 900")
	w.newTenant("Nachbar GmbH", "Nachbarhilfe 030 111")
	w.account = w.newAccount("4711", number, address)
	w.forgetEvents()
	t.Cleanup(func() {
		for _, secret := range []string{number, newNumber, address, newAddress, operations} {
			if strings.Contains(w.log.String(), secret) {
				t.Errorf("the log shows %s", secret)
			}
		}
	})
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) id(prefix string) string {
	w.Helper()
	s, err := id.New(rand.Reader, prefix)
	w.must(err)
	return s
}

func (w *world) sql(statement string, args ...any) {
	w.Helper()
	_, err := db.Exec(w.Context(), w.db.Writes(), statement, args...)
	w.must(err)
}

func (w *world) newTenant(name, support string) (account.Tenant, account.Application) {
	w.Helper()
	t := account.Tenant{ID: w.id(id.Tenant), Name: name, Policy: account.TenantPolicy{
		Support: account.Texts{German: support}, Language: "de", TimeZone: "Europe/Berlin", Notify: []string{operations},
	}}
	w.must(w.lasting.CreateTenant(w.Context(), t))
	a := account.Application{ID: w.id(id.Application), Tenant: t.ID, Name: "Portal"}
	w.must(w.lasting.CreateApplication(w.Context(), a))
	w.priced(t, "100.00")
	return t, a
}

// priced sets what an SMS costs, with a budget for the tenant.
func (w *world) priced(t account.Tenant, budget string) {
	w.Helper()
	w.set(t, `{"prices":{"+49":"0.10"},"budgets":[{"scope":"tenant","period":"month","limit":"`+budget+`"}]}`)
}

// set sets what the tenant says about SMS.
func (w *world) set(t account.Tenant, settings string) {
	w.Helper()
	var s domain.Settings
	w.must(json.Unmarshal([]byte(settings), &s))
	_, err := w.ledger.PutSettings(w.Context(), t.ID, s, outbox.Actor{Kind: outbox.ByCommand})
	w.must(err)
}

func (w *world) newAccount(login, phone, email string) account.Account {
	w.Helper()
	a, _, err := w.lasting.ChangeAccount(w.Context(), lasting.Put{ID: w.id(id.Account), Tenant: w.tenant.ID, ExternalID: login, Change: account.Edit{
		Phone: account.Set(phone), Email: account.Set(email), SMS: account.Set(true),
	}}, lasting.By{})
	w.must(err)
	return a
}

func (w *world) change(c account.Edit) {
	w.Helper()
	_, _, err := w.lasting.ChangeAccount(w.Context(), lasting.Put{ID: w.id(id.Account), Tenant: w.tenant.ID, ExternalID: w.account.ExternalID, Change: c}, lasting.By{})
	w.must(err)
}

func (w *world) forgetEvents() { w.sql(`DELETE FROM outbox`) }

// happen writes an event of the account.
func (w *world) happen(kind string, data map[string]any) {
	w.Helper()
	w.must(w.db.Transact(w.Context(), func(ctx context.Context, tx *sql.Tx) error {
		return outbox.Put(ctx, tx, outbox.Event{
			Kind: kind, Tenant: w.tenant.ID, Application: w.app.ID, Account: w.account.ID, Subject: w.account.ID, Data: data,
			Personal: map[string]string{"holder": "Mallory", "label": "Call +49 666"},
		})
	}))
}

// end writes an outcome of the account, and with it its event.
func (w *world) end(kind approval.Kind, status approval.Status) string {
	w.Helper()
	apr := w.id(id.Approval)
	w.sql(`INSERT INTO outcomes (approval, tenant, application, account, kind, status, method, decision, number, device, label, holder,
		sign_count, backup_eligible, attestation, enrolled_at, created_at, expires_at, closes_at, decided_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'push', '', '', '', '', '', 0, FALSE, '', 0, 1, 1, 1, jawort_now())`,
		apr, w.tenant.ID, w.app.ID, w.account.ID, string(kind), string(status))
	return apr
}

// follow has all that happened followed up.
func (w *world) follow() {
	w.Helper()
	for _, e := range w.events() {
		w.must(w.follower.Follow(w.Context(), []outbox.Event{e}))
	}
}

func (w *world) events() []outbox.Event {
	w.Helper()
	events, err := (&outbox.Store{DB: w.db}).Lease(w.Context(), 100, time.Microsecond)
	w.must(err)
	return events
}

// queued returns what is in the queue: text by channel and address. It takes the messages out.
func (w *world) queued() map[string]string {
	w.Helper()
	found := map[string]string{}
	for _, c := range []courier.Channel{courier.SMS, courier.Email} {
		leased, err := w.queue.Lease(w.Context(), c, 100, time.Hour)
		w.must(err)
		for _, l := range leased {
			to := fmt.Sprintf("%s %s", c, l.Address)
			if _, twice := found[to]; twice {
				w.Errorf("two messages to %s", to)
			}
			if l.Purpose != courier.PurposeNotice || l.Tenant != w.tenant.ID || strings.Contains(l.Text, "Nachbar") || strings.Contains(l.Text, "666") {
				w.Errorf("%s got %v: %q", to, l.Purpose, l.Text)
			}
			found[to] = l.Subject + "\n" + l.Text
		}
	}
	return found
}

// want ends the test unless exactly these got a message, with these words.
func (w *world) want(words map[string]string) {
	w.Helper()
	got := w.queued()
	if a, b := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(words)); !slices.Equal(a, b) {
		w.Fatalf("told are %v, want %v", a, b)
	}
	for to, word := range words {
		if !strings.Contains(got[to], word) {
			w.Errorf("%s is told %q, want %q in it", to, got[to], word)
		}
	}
}
