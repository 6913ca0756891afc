package audit_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"strings"
	"testing"
	"time"

	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/audit"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/outbox"
)

func (w *world) erase(account string) {
	w.Helper()
	must(w, w.d.Transact(w.Context(), func(ctx context.Context, tx *sql.Tx) error { return audit.Erase(ctx, tx, account) }))
}

// eraseOutcomes does what the directory does.
func (w *world) eraseOutcomes(tenant string) {
	w.Helper()
	hash := domain.DocumentHash([]byte("document of Erika Mustermann"))
	w.exec(`UPDATE outcomes SET document = NULL, document_hash = $2, erased_at = jawort_now(), number = '', holder = '', label = '', credential = NULL,
		public_key = NULL, auth_data = NULL, client_data = NULL, signature = NULL WHERE tenant = $1`, tenant, hash[:])
}

func TestOnePersonsDataIsErasedAndToldAsErased(t *testing.T) {
	onEach(t, func(w *world) {
		w.outcome("ten_a", "apr_1", "Erika Mustermann") // of acc_1
		w.appended("ten_a", 6)                          // acc_0, acc_1, acc_2, twice
		before, report := w.export("ten_a")
		if report.Erased != 0 || !strings.Contains(before, "Annas Telefon") {
			w.Fatalf("%+v", report)
		}
		w.some("ten_a", 3) // not sequenced yet
		w.erase("acc_1")
		w.eraseOutcomes("ten_a")
		w.put(outbox.Event{Kind: domain.AccountErased, Tenant: "ten_a", Account: "acc_1"})
		must(w, w.d.SetClockOffset(w.Context(), time.Minute))
		w.drain(w.leased())
		text, report := w.export("ten_a")
		if report.Entries != 11 || report.Erased != 4 || report.Unexplained != 0 || strings.Contains(text, "Annas Telefon") || strings.Count(text, "Erika") != 6 {
			w.Errorf("%+v\n%s", report, text)
		}
		found, err := w.s.Verify(w.Context(), "ten_a", w.published())
		must(w, err)
		if found.Erased != 4 || found.Documents != (audit.Standings{Erased: 1}) || found.Evidence != (audit.Standings{Erased: 1}) {
			w.Errorf("%+v", found)
		}
	})
}

// The outcomes of who has confirmed often are erased in several transactions after that of the log.
func TestAnOutcomeThatIsStillToBeErasedTellsTheLogNobody(t *testing.T) {
	onEach(t, func(w *world) {
		w.exec(`INSERT INTO tenants (id, name, created_at) VALUES ('ten_a', 'A', 1)`)
		w.exec(`INSERT INTO accounts (id, tenant, external_id, label, created_at) VALUES ('acc_1', 'ten_a', '4711', '', 1)`)
		w.outcome("ten_a", "apr_1", "Anna Muster")
		w.exec(`INSERT INTO erasures (account) VALUES ('acc_1')`)
		w.erase("acc_1")
		w.drain(w.leased())
		w.wantCount(1, `audit_entries WHERE subject = 'apr_1' AND kind = 'approval.approved'`)
		w.wantCount(0, `audit_personal`)
	})
}

// shared puts events about two people who share the login acc_1, and returns their phones.
func (w *world) shared(tenant string) (annas, bernds string) {
	w.Helper()
	annas, err := id.New(rand.Reader, id.Device)
	must(w, err)
	bernds, err = id.New(rand.Reader, id.Device)
	must(w, err)
	about := func(kind, subject, by, holder string) outbox.Event {
		return outbox.Event{
			Kind: kind, Tenant: tenant, Account: "acc_1", Subject: subject, Actor: outbox.Actor{Kind: outbox.ByDevice, ID: by}, Personal: map[string]string{"holder": holder},
		}
	}
	w.put(
		about("device.enrolled", annas, annas, "Anna Muster"), about("device.enrolled", bernds, bernds, "Bernd Muster"),
		about("report.late", "apr_0", annas, "Anna Muster"), about("report.late", "apr_0", bernds, "Bernd Muster"),
		about("device.revoked", bernds, annas, "Bernd Muster"), // by the other's phone
	)
	w.outcome(tenant, "apr_1", "Erika Mustermann") // whose document eraseOutcomes knows
	w.exec(`UPDATE outcomes SET device = $1, holder = 'Anna Muster', label = ''`, annas)
	return annas, bernds
}

func (w *world) eraseDevice(device string) {
	w.Helper()
	must(w, w.d.Transact(w.Context(), func(ctx context.Context, tx *sql.Tx) error { return audit.EraseDevice(ctx, tx, "acc_1", device) }))
}

func TestOneHoldersDataIsErasedWhenTheLogSaysSoAndTheOthersCannotBeTakenWithIt(t *testing.T) {
	onEach(t, func(w *world) {
		annas, bernds := w.shared("ten_a")
		w.appended("ten_a", 6)
		w.eraseDevice(annas)
		w.exec(`UPDATE outcomes SET holder = ''`)
		w.wantCount(0, `audit_personal WHERE value = 'Anna Muster'`)
		w.wantCount(3, `audit_personal WHERE value = 'Bernd Muster'`)
		_, err := w.s.Verify(w.Context(), "ten_a", w.published())
		w.wantFault("before the log says so", err, domain.Edited, 6)
		said := outbox.Event{Kind: domain.DeviceErased, Tenant: "ten_a", Account: "acc_1", Subject: annas}
		w.put(said)
		found, err := w.s.Verify(w.Context(), "ten_a", w.published())
		must(w, err)
		if found.Erased != 3 || found.Evidence.Intact != 1 {
			w.Errorf("%+v", found)
		}
		w.appended("ten_a", 1)
		_, err = w.s.Verify(w.Context(), "ten_a", w.published())
		must(w, err)
		if _, report := w.export("ten_a"); report.Erased != 3 || report.Unexplained != 0 {
			w.Errorf("%+v", report)
		}
		w.exec(`DELETE FROM audit_personal WHERE sequence = 5`) // Bernd's, by Anna's phone
		_, err = w.s.Verify(w.Context(), "ten_a", w.published())
		w.wantFault("the other's data taken away", err, domain.Edited, 5)
		said.Subject = bernds
		w.put(said)
		_, err = w.s.Verify(w.Context(), "ten_a", w.published())
		must(w, err)
	})
}

func TestAnErasedPhoneExplainsNoOutcomeThatIsGone(t *testing.T) {
	onEach(t, func(w *world) {
		annas, _ := w.shared("ten_a")
		w.appended("ten_a", 6)
		w.eraseOutcomes("ten_a")
		w.put(outbox.Event{Kind: domain.DeviceErased, Tenant: "ten_a", Account: "acc_1", Subject: annas})
		_, err := w.s.Verify(w.Context(), "ten_a", w.published())
		w.wantFault("an outcome that is gone", err, domain.Edited, 6)
		w.put(outbox.Event{Kind: domain.AccountErased, Tenant: "ten_a", Account: "acc_1"})
		_, err = w.s.Verify(w.Context(), "ten_a", w.published())
		must(w, err)
	})
}

func TestWhatIsStillOnItsWayIntoTheLogIsErasedWithItsHolder(t *testing.T) {
	onEach(t, func(w *world) {
		annas, _ := w.shared("ten_a")
		w.eraseDevice(annas)
		w.exec(`UPDATE outcomes SET holder = ''`)
		w.appended("ten_a", 6)
		w.wantCount(0, `audit_personal WHERE value = 'Anna Muster'`)
		w.wantCount(3, `audit_personal WHERE value = 'Bernd Muster'`)
	})
}

func TestPersonalDataGoesWhenItsTimeIsOverAndTheEntriesStay(t *testing.T) {
	onEach(t, func(w *world) {
		w.appended("ten_a", 5)
		w.appended("ten_b", 5)
		must(w, w.d.SetClockOffset(w.Context(), time.Hour))
		w.appended("ten_a", 2)
		now, err := w.s.Now(w.Context())
		must(w, err)
		for _, want := range []int{3, 2, 0} {
			n, err := w.s.EraseBefore(w.Context(), "ten_a", now.Add(-30*time.Minute), 3)
			must(w, err)
			if n != want {
				w.Fatalf("%d pieces went, want %d", n, want)
			}
		}
		if _, report := w.export("ten_a"); report.Erased != 5 || report.Unexplained == 0 {
			w.Errorf("before the log says so: %+v", report)
		}
		w.drain(w.leased())
		if _, report := w.export("ten_a"); report.Entries != 9 || report.Erased != 5 || report.Unexplained != 0 {
			w.Errorf("%+v", report)
		}
		if _, report := w.export("ten_b"); report.Erased != 0 {
			w.Errorf("another tenant's: %+v", report)
		}
	})
}

// An event may be on its way into the log while its person is erased.
func TestNothingThatIsBeingAppendedOutlivesItsErasure(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, pgtest.New(t)))
	w.some("ten_a", 3)
	token := w.leased()
	erasing, commit, erased, appended := make(chan struct{}), make(chan struct{}), make(chan error, 1), make(chan error, 1)
	go func() {
		erased <- w.d.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			err := audit.Erase(ctx, tx, "acc_1")
			close(erasing)
			<-commit
			return err
		})
	}()
	<-erasing
	go func() {
		_, err := w.s.Append(t.Context(), token, lease, 500)
		appended <- err
	}()
	w.untilItWaits()
	close(commit)
	must(t, <-erased)
	must(t, <-appended)
	w.wantCount(3, "audit_entries")
	w.wantCount(0, "audit_personal WHERE account = 'acc_1'")
	w.wantCount(2, "audit_personal")
}

func TestAnErasureWaitsForWhatIsBeingAppended(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, pgtest.New(t)))
	w.some("ten_a", 3)
	under, commit, appended, erased := make(chan struct{}), make(chan struct{}), make(chan error, 1), make(chan error, 1)
	go func() { // what Append does, held up before its commit
		appended <- w.d.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			for _, statement := range []string{
				`UPDATE audit_sequencer SET leased_until = jawort_now() + 10000000`,
				`UPDATE outbox SET sequenced_at = jawort_now()`,
				`INSERT INTO audit_personal (tenant, sequence, name, account, at, value, key) VALUES ('ten_a', 1, 'holder', 'acc_1', 1, 'Erika', '')`,
			} {
				if _, err := db.Exec(ctx, tx, statement); err != nil {
					return err
				}
			}
			close(under)
			<-commit
			return nil
		})
	}()
	<-under
	go func() {
		erased <- w.d.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error { return audit.Erase(ctx, tx, "acc_1") })
	}()
	w.untilItWaits()
	close(commit)
	must(t, <-appended)
	must(t, <-erased)
	w.wantCount(0, "audit_personal")
	w.wantCount(0, "outbox WHERE account = 'acc_1' AND personal <> ''")
}

// A page is read before its outcomes are: an erasure may come in between.
func TestAnErasureWhileALogIsCheckedIsNoEdit(t *testing.T) {
	onEach(t, func(w *world) {
		w.outcome("ten_a", "apr_1", "Anna Muster")
		w.appended("ten_a", 1)
		w.exec(`UPDATE outcomes SET holder = '', label = ''`) // what the outcome shows by then; the page has the personal data still
		_, err := w.s.Verify(w.Context(), "ten_a", w.published())
		w.wantFault("before anybody says so", err, domain.Edited, 1)
		w.put(outbox.Event{Kind: domain.AccountErased, Tenant: "ten_a", Account: "acc_1"})
		_, err = w.s.Verify(w.Context(), "ten_a", w.published())
		must(w, err)
	})
}
