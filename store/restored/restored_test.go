package restored_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/store/audit"
	"github.com/jawort/jawort/store/backup"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
	"github.com/jawort/jawort/store/restored"
	"github.com/jawort/jawort/store/webhooks"
	"github.com/jawort/jawort/webhook"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var (
	everyWay = factors.Ways{Allowed: account.Methods}
	byKey    = outbox.Actor{Kind: outbox.ByKey, ID: "key_1"}
)

// life is one life of a database: the one that is lost, or the one that was restored.
type life struct {
	*testing.T
	url     string
	db      *db.DB
	lasting *lasting.Store
	factors *factors.Store
	log     *audit.Store
	set     *keys.Set
}

func newLife(t *testing.T, url string, set *keys.Set) *life {
	t.Helper()
	d := dbtest.Open(t, url)
	l := &life{T: t, url: url, db: d, lasting: &lasting.Store{DB: d}, log: audit.New(d, rand.Reader), set: set}
	l.factors = factors.New(d, factors.Parts{Keys: set, Outcomes: l.lasting, Random: rand.Reader})
	return l
}

func (l *life) must(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

func (l *life) id(prefix string) string {
	l.Helper()
	s, err := id.New(rand.Reader, prefix)
	l.must(err)
	return s
}

func (l *life) sql(statement string, args ...any) {
	l.Helper()
	_, err := db.Exec(l.Context(), l.db.Writes(), statement, args...)
	l.must(err)
}

func (l *life) count(from string, args ...any) int {
	l.Helper()
	n, err := db.One(l.Context(), l.db.Reads(), db.ScanInt, `SELECT COUNT(*) FROM `+from, args...)
	l.must(err)
	return n
}

// house is a tenant with an application, a key, and people who have a phone each.
type house struct {
	*life
	tenant account.Tenant
	app    account.Application
	key    account.Key
}

func newHouse(l *life) *house {
	l.Helper()
	h := &house{life: l}
	h.tenant = account.Tenant{ID: l.id(id.Tenant), Name: "Musterbank"}
	l.must(l.lasting.CreateTenant(l.Context(), h.tenant))
	h.app = account.Application{ID: l.id(id.Application), Tenant: h.tenant.ID, Name: "Portal"}
	l.must(l.lasting.CreateApplication(l.Context(), h.app))
	h.key = account.Key{ID: l.id(id.Key), Application: h.app.ID, Scopes: account.Scopes, Hash: []byte("key")}
	l.must(l.lasting.CreateKey(l.Context(), h.key))
	return h
}

// person is an account with a phone, an authenticator app and recovery codes.
type person struct {
	account.Account
	device string
}

func (h *house) person(login string) person {
	h.Helper()
	a, _, err := h.lasting.PutAccount(h.Context(), account.Account{ID: h.id(id.Account), Tenant: h.tenant.ID, ExternalID: login})
	h.must(err)
	p := person{Account: a, device: h.phone(a.ID)}
	h.sql(`INSERT INTO methods (account, method, active_since) VALUES ($1, 'totp', jawort_now())`, a.ID)
	_, err = h.factors.NewRecoveryCodes(h.Context(), a.ID, everyWay, byKey)
	h.must(err)
	return p
}

// phone registers a phone as an enrolment would have done.
func (l *life) phone(accountID string) (device string) {
	l.Helper()
	device, installation := l.id(id.Device), l.id(id.Installation)
	l.sql(`INSERT INTO installations (id, thumbprint, platform, os_version, model, language, screen_lock, notifications, created_at)
		VALUES ($1, $1, 'android', '15', 'Pixel', 'de', TRUE, TRUE, jawort_now())`, installation)
	l.sql(`INSERT INTO devices (id, account, installation, holder, label, created_at) VALUES ($1, $2, $3, 'Ada', 'Pixel', jawort_now())`, device, accountID, installation)
	l.sql(`INSERT INTO credentials (id, device, account, public_key, sign_count, backup_eligible, attestation, status, enrolled_at)
		VALUES ($1, $2, $3, $1, 0, FALSE, 'none', 'active', jawort_now())`, []byte(device), device, accountID)
	return device
}

// passkeys registers passkeys as a page would have done.
func (h *house) passkeys(p person, ids ...string) {
	h.Helper()
	h.sql(`INSERT INTO methods (account, method, active_since) VALUES ($1, 'passkey', jawort_now())`, p.ID)
	for _, passkey := range ids {
		h.sql(`INSERT INTO passkeys (id, credential, account, application, rp_id, label, public_key, sign_count, backup_eligible, backed_up, attestation, created_at)
			VALUES ($1, $2, $3, $4, 'login.example', '', $2, 0, FALSE, FALSE, 'none', jawort_now())`, passkey, []byte(passkey), p.ID, h.app.ID)
	}
}

func (l *life) active(device string) bool {
	l.Helper()
	return l.count(`credentials WHERE device = $1 AND status = 'active'`, device) == 1
}

func (l *life) has(accountID string, m approval.Method) bool {
	l.Helper()
	return l.count(`methods WHERE account = $1 AND method = $2 AND active_since > 0 AND disabled_at = 0`, accountID, m) == 1
}

// codes is how many recovery codes there are.
func (l *life) codes(accountID string) int {
	l.Helper()
	return l.count(`recovery_codes WHERE account = $1`, accountID)
}

// recovered has a person log in by a recovery code.
func (h *house) recovered(p person) {
	h.Helper()
	now, err := h.lasting.Now(h.Context())
	h.must(err)
	pending := approval.Pending{
		ID: h.id(id.Approval), Tenant: h.tenant.ID, Application: h.app.ID, Account: p.ID, Kind: approval.Login,
		CreatedAt: now, ExpiresAt: now.Add(time.Minute), ClosesAt: now.Add(time.Minute), Document: []byte("document"),
	}
	h.must(h.lasting.Transact(h.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, _, err := h.lasting.ApproveBy(ctx, tx, pending, approval.MethodRecovery, byKey)
		return err
	}))
}

// sequenced writes into the log what happened.
func (l *life) sequenced() {
	l.Helper()
	token, _, err := l.log.Lease(l.Context(), time.Minute)
	l.must(err)
	for n := 1; n > 0; {
		n, err = l.log.Append(l.Context(), token, time.Minute, 100)
		l.must(err)
	}
	l.must(l.log.Release(l.Context(), token))
}

func published(l *life, set *keys.Set) (all jose.JSONWebKeySet) {
	l.Helper()
	key := set.Receipt()
	all.Keys = append(all.Keys, key.Public())
	return all
}

// exported is the tenant's log, signed.
func (h *house) exported() []byte {
	h.Helper()
	h.sequenced()
	var out bytes.Buffer
	h.must(h.log.Export(h.Context(), audit.Export{
		Tenant: h.tenant.ID, Published: published(h.life, h.set), Sign: func(head domain.Head) (string, error) { return head.Sign(h.set.Receipt()) },
	}, &out))
	return out.Bytes()
}

// restore begins another life from a backup of this one.
func (h *house) restored(file, to string) *life {
	h.Helper()
	h.must(backup.Bring(h.Context(), to, file))
	return newLife(h.T, to, h.set)
}

func (l *life) end(export []byte) (restored.Report, error) {
	l.Helper()
	s := restored.Store{Lasting: l.lasting, Log: l.log, Webhooks: webhooks.New(l.db, rand.Reader)}
	return s.End(l.Context(), bytes.NewReader(export), published(l, l.set))
}

func onEach(t *testing.T, test func(h *house, to string)) {
	t.Helper()
	t.Parallel()
	file := func(t *testing.T) string { return "sqlite://" + filepath.Join(t.TempDir(), "jawort.db") }
	for name, urls := range map[string][2]func(*testing.T) string{
		"postgres": {func(t *testing.T) string { return pgtest.New(t) }, func(t *testing.T) string { return pgtest.Empty(t) }},
		"sqlite":   {file, file},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set, err := keys.Generate()
			if err != nil {
				t.Fatal(err)
			}
			test(newHouse(newLife(t, urls[0](t), set)), urls[1](t))
		})
	}
}

// webhook is an endpoint that is told of everything.
func (h *house) webhook(s *webhooks.Store) string {
	h.Helper()
	e, _, err := s.Create(h.Context(), webhook.Endpoint{ID: h.id(id.Webhook), Tenant: h.tenant.ID, URL: "https://hooks.example", Events: []string{"*"}}, []byte("sealed"), webhooks.Request{}, byKey)
	h.must(err)
	return e.ID
}

func (h *house) backup() string {
	h.Helper()
	file := filepath.Join(h.TempDir(), "backup")
	h.must(backup.Take(h.Context(), h.url, file))
	return file
}

func TestWhatEndedAfterTheBackupEndsAgain(t *testing.T) {
	onEach(t, func(h *house, to string) {
		ctx := h.Context()
		lost, left, disabled, deleted := h.person("lost"), h.person("left"), h.person("disabled"), h.person("deleted")
		reset, removed, used, same := h.person("reset"), h.person("removed"), h.person("used"), h.person("same")
		h.passkeys(same, "pky_one", "pky_two")
		h.passkeys(used, "pky_only")
		hooks := webhooks.New(h.db, rand.Reader)
		gone, told := h.webhook(hooks), h.webhook(hooks)
		h.sequenced()
		renewed := h.person("renewed just before")
		file := h.backup() // with events that the log does not have yet

		h.must(h.lasting.RevokeDevice(ctx, h.tenant.ID, "lost", lost.device, byKey))
		installation, err := db.One(ctx, h.db.Reads(), db.ScanString, `SELECT installation FROM devices WHERE id = $1`, left.device)
		h.must(err)
		h.must(h.lasting.LeaveDevice(ctx, installation, left.device))
		h.must(h.lasting.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
			return outbox.Put(ctx, tx, outbox.Event{Kind: factors.MethodDisabled, Tenant: h.tenant.ID, Account: disabled.ID, Subject: disabled.ID, Data: map[string]string{"method": "totp"}})
		}))
		h.must(h.lasting.DeleteAccount(ctx, h.tenant.ID, "deleted", lasting.By{Actor: byKey}))
		h.must(h.lasting.ResetAccount(ctx, h.tenant.ID, "reset", "lost all", lasting.By{Actor: byKey}, h.factors.Reset))
		h.must(h.factors.Remove(ctx, removed.ID, approval.MethodTOTP, everyWay, byKey))
		h.recovered(used)
		h.must(h.factors.RemovePasskey(ctx, same.ID, "pky_one", everyWay, byKey))
		h.must(h.factors.RemovePasskey(ctx, used.ID, "pky_only", everyWay, byKey))
		h.must(h.lasting.RevokeKey(ctx, h.key.ID))
		h.must(hooks.Delete(ctx, h.tenant.ID, gone, byKey))
		_, err = hooks.Rotate(ctx, h.tenant.ID, told, []byte("sealed"), byKey)
		h.must(err)
		newcomer := h.person("newcomer")
		h.must(h.lasting.RevokeDevice(ctx, h.tenant.ID, "newcomer", newcomer.device, byKey))
		export := h.exported()

		l := h.restored(file, to)
		for _, p := range []person{lost, left, reset} {
			if !l.active(p.device) {
				h.Fatal("the backup opens nothing again: the test is of no use")
			}
		}
		r, err := l.end(export)
		h.must(err)
		for _, p := range []person{lost, left, deleted, reset} {
			if l.active(p.device) {
				h.Errorf("the phone of %s works again", p.ExternalID)
			}
		}
		for _, p := range []person{disabled, reset, removed} {
			if l.has(p.ID, approval.MethodTOTP) {
				h.Errorf("the authenticator app of %s works again", p.ExternalID)
			}
		}
		if l.codes(used.ID) != 0 || l.codes(reset.ID) != 0 {
			h.Error("a recovery code works again")
		}
		for _, p := range []person{same, renewed, used} {
			if !l.active(p.device) || !l.has(p.ID, approval.MethodTOTP) {
				h.Errorf("%s lost a method", p.ExternalID)
			}
		}
		if l.codes(same.ID) == 0 || l.codes(renewed.ID) == 0 {
			h.Error("recovery codes that nobody used are gone")
		}
		if l.count(`passkeys WHERE id <> 'pky_two'`) != 0 || l.has(used.ID, approval.MethodPasskey) || l.count(`passkeys`) != 1 || !l.has(same.ID, approval.MethodPasskey) {
			h.Error("a passkey that was removed works again, or one that was not is gone")
		}
		if l.count(`api_keys WHERE id = $1 AND revoked_at = 0`, h.key.ID) != 0 {
			h.Error("the API key works again")
		}
		if l.count(`webhook_endpoints WHERE id = $1`, gone) != 0 || l.count(`webhook_endpoints WHERE id = $1`, told) != 1 {
			h.Error("a receiver that was deleted is told again, or one that was not is gone")
		}
		if !slices.ContainsFunc(r.Again, func(a restored.Again) bool { return a.Kind == webhooks.Rotated && a.Subject == told }) {
			h.Error("that the secret of before holds again is not told")
		}
		if l.count(`accounts WHERE id = $1 AND deleted_at = 0`, deleted.ID) != 0 {
			h.Error("the account is there again")
		}
		if r.Tenant != h.tenant.ID || r.Lost < 10 || !slices.ContainsFunc(r.Again, func(a restored.Again) bool { return a.Kind == "account.created" }) {
			h.Errorf("reported %+v", r)
		}

		// Said twice, and after people came back, it takes nothing.
		fresh := l.phone(reset.ID)
		l.sql(`INSERT INTO methods (account, method, active_since) VALUES ($1, 'totp', jawort_now())`, removed.ID)
		l.sequenced()
		_, err = l.end(export)
		h.must(err)
		if !l.active(fresh) || !l.has(removed.ID, approval.MethodTOTP) {
			h.Error("what was registered since the restore has ended")
		}
		if _, err := l.log.Verify(ctx, h.tenant.ID, published(l, h.set)); err != nil {
			h.Error(err)
		}
	})
}

func TestAnExportThatIsNotTheDatabasesEndsNothing(t *testing.T) {
	onEach(t, func(h *house, to string) {
		p := h.person("4711")
		early := h.exported()
		file := h.backup()
		h.must(h.lasting.RevokeDevice(h.Context(), h.tenant.ID, "4711", p.device, byKey))
		export := h.exported()
		l := h.restored(file, to)

		others := newHouse(newLife(h.T, "sqlite::memory:", h.set))
		others.tenant.ID = h.tenant.ID
		others.sql(`UPDATE outbox SET tenant = $1`, h.tenant.ID)
		stranger, err := keys.Generate()
		h.must(err)
		unsigned := &house{life: &life{T: h.T, db: h.db, lasting: h.lasting, log: h.log, set: stranger}, tenant: h.tenant}
		for name, c := range map[string]struct {
			export []byte
			is     func(error) bool
		}{
			"edited":            {bytes.Replace(export, []byte("device.revoked"), []byte("device.renamed"), 1), audit.IsFault},
			"cut":               {export[:len(export)/2], audit.IsFault},
			"without a head":    {export[:bytes.LastIndex(export, []byte(`{"head"`))], audit.IsFault},
			"of another key":    {unsigned.exported(), audit.IsFault},
			"of another past":   {others.exported(), func(err error) bool { return errors.Is(err, restored.ErrElsewhere) }},
			"of before (whole)": {early, func(err error) bool { return err == nil }},
		} {
			if r, err := l.end(c.export); !c.is(err) || len(r.Ended) > 0 {
				h.Errorf("%s: %+v, %v", name, r, err)
			}
			if !l.active(p.device) {
				h.Fatalf("%s: the phone has ended", name)
			}
		}
		if _, err := l.end(export); err != nil || l.active(p.device) {
			h.Errorf("the export itself: %v", err)
		}
		if !strings.Contains(string(export), "device.revoked") {
			h.Error("the export says nothing")
		}
	})
}
