package audit_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/store/audit"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/outbox"
)

func TestEveryEventBecomesOneEntryOfItsTenantsChain(t *testing.T) {
	onEach(t, func(w *world) {
		for range 3 {
			w.some("ten_a", 301)
			w.some("ten_b", 2)
		}
		token := w.leased()
		if n := w.drain(token); n != 909 {
			w.Fatalf("%d entries", n)
		}
		if n := w.drain(token); n != 0 {
			w.Fatalf("%d entries twice", n)
		}
		for tenant, want := range map[string]int64{"ten_a": 903, "ten_b": 6, "ten_c": 0} {
			text, report := w.export(tenant)
			if report.Entries != want || report.Tenant != tenant {
				w.Errorf("%s: %+v", tenant, report)
			}
			for _, other := range []string{"ten_a", "ten_b", "ten_c"} {
				if other != tenant && strings.Contains(text, other) {
					w.Errorf("the export of %s names %s", tenant, other)
				}
			}
		}
	})
}

func TestAnEntrySaysWhatItsEventSays(t *testing.T) {
	onEach(t, func(w *world) {
		w.put(event("ten_a", 7))
		w.drain(w.leased())
		records, err := w.s.Records(w.Context(), "ten_a", audit.Filter{Limit: 10})
		must(w, err)
		e := records[0].Entry
		if e.Kind != "device.enrolled" || e.Application != "app_1" || e.Account != "acc_1" || e.Subject != "dev_7" || e.Actor != "key:key_1" ||
			string(e.Data) != `{"n":7}` || time.Since(e.Time).Abs() > time.Hour || !strings.HasPrefix(e.ID, "aud_") {
			w.Errorf("entry %+v", e)
		}
		if records[0].Personal["holder"].Value != "Erika Mustermann" {
			w.Errorf("beside it lies %v", records[0].Personal)
		}
	})
}

func TestAnOutcomeIsRecordedWithWhoDecidedAndWithItsEvidenceCommittedTo(t *testing.T) {
	onEach(t, func(w *world) {
		w.outcome("ten_a", "apr_1", "Erika Mustermann")
		w.drain(w.leased())
		records, err := w.s.Records(w.Context(), "ten_a", audit.Filter{Limit: 10})
		must(w, err)
		e, beside := records[0].Entry, records[0].Personal
		var data map[string]string
		must(w, json.Unmarshal(e.Data, &data))
		document := []byte("document of Erika Mustermann")
		if e.Kind != "approval.approved" || e.Subject != "apr_1" || e.Account != "acc_1" || e.Actor != "device:dev_1" ||
			data["kind"] != "login" || data["method"] != "push" || data["decision"] != "approve" ||
			data["document"] != domain.DocumentHash(document).String() ||
			data["evidence"] != domain.EvidenceHash("approve", "42", document, document, document, document, document).String() {
			w.Errorf("entry %+v", e)
		}
		if beside["holder"].Value != "Erika Mustermann" || beside["label"].Value != "Annas Telefon" {
			w.Errorf("beside it lies %v", beside)
		}
		w.wantCount(0, `audit_entries WHERE id || kind || subject || actor || data || commitments LIKE '%Muster%'`)
		w.wantCount(0, `audit_entries WHERE id || kind || subject || actor || data || commitments LIKE '%Telefon%'`)
	})
}

func TestAnEventThatIsWrittenStrangelyHoldsUpNobody(t *testing.T) {
	onEach(t, func(w *world) {
		w.put(
			outbox.Event{Kind: "a", Data: []int{1}, Personal: "Erika"},
			outbox.Event{Kind: "b", Data: "x", Personal: map[string]any{"age": 7, "none": nil}},
			outbox.Event{Kind: "approval.ended", Subject: "apr_gone"},
		)
		w.exec(`INSERT INTO outbox (kind, subject, installation, data, personal) VALUES ('c', '', '', '{', '[')`)
		if n := w.drain(w.leased()); n != 4 {
			w.Fatalf("%d entries", n)
		}
		if _, report := w.export(""); report.Entries != 4 || report.Erased != 0 {
			w.Errorf("%+v", report)
		}
	})
}

func TestASequencerThatSleptThroughItsLeaseAppendsNothing(t *testing.T) {
	onEach(t, func(w *world) {
		w.some("ten_a", 3)
		sleeper := w.leased()
		if _, ok, err := w.s.Lease(w.Context(), lease); ok || err != nil {
			w.Fatalf("the lease was given twice: %v", err)
		}
		must(w, w.d.SetClockOffset(w.Context(), lease+time.Second))
		other := w.leased()
		n, err := w.s.Append(w.Context(), sleeper, lease, 500)
		if n != 0 || !errors.Is(err, audit.ErrFenced) {
			w.Fatalf("the sleeper appended %d, %v", n, err)
		}
		if err := w.s.Renew(w.Context(), sleeper, lease); !errors.Is(err, audit.ErrFenced) {
			w.Fatalf("the sleeper renewed: %v", err)
		}
		must(w, w.s.Release(w.Context(), sleeper)) // releases nothing that is another's
		w.wantCount(0, "audit_entries")
		if n := w.drain(other); n != 3 {
			w.Fatalf("%d entries", n)
		}
		if n, err := w.s.Append(w.Context(), sleeper, lease, 500); n != 0 || !errors.Is(err, audit.ErrFenced) {
			w.Fatalf("the sleeper appended %d, %v", n, err)
		}
	})
}

func TestASequencerThatAppendsHoldsItsLease(t *testing.T) {
	onEach(t, func(w *world) {
		token := w.leased()
		for i := range 3 {
			must(w, w.d.SetClockOffset(w.Context(), time.Duration(i)*(lease-time.Second)))
			w.drain(token)
			if _, ok, err := w.s.Lease(w.Context(), lease); ok || err != nil {
				w.Fatalf("another has it: %v", err)
			}
		}
		must(w, w.s.Release(w.Context(), token))
		w.leased()
	})
}

func TestAnEventThatBecomesVisibleAfterALaterOneIsNotSkipped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, pgtest.New(t)))
	token := w.leased()
	written, commit, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- w.d.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			err := outbox.Put(ctx, tx, outbox.Event{Kind: "slow", Tenant: "ten_a"})
			close(written)
			<-commit
			return err
		})
	}()
	<-written
	w.put(outbox.Event{Kind: "quick", Tenant: "ten_a"})
	if n := w.drain(token); n != 1 {
		t.Fatalf("%d entries", n)
	}
	close(commit)
	must(t, <-done)
	if n := w.drain(token); n != 1 {
		t.Fatalf("%d entries", n)
	}
	records, err := w.s.Records(t.Context(), "ten_a", audit.Filter{Limit: 9})
	must(t, err)
	if records[0].Entry.Kind != "slow" || records[1].Entry.Kind != "quick" {
		t.Errorf("%+v", records)
	}
}

func TestAChainThatSomebodyElseAppendedToStops(t *testing.T) {
	onEach(t, func(w *world) {
		w.appended("ten_a", 2)
		w.exec(`UPDATE audit_chains SET sequence = 1`)
		w.some("ten_a", 1)
		if n, err := w.s.Append(w.Context(), w.leased(), lease, 500); n != 0 || err == nil {
			w.Fatalf("appended %d", n)
		}
		w.wantCount(2, "audit_entries")
		w.wantCount(1, "outbox WHERE sequenced_at = 0")
	})
}

func TestAChainThatMovesUnderABatchIsNotMovedBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, pgtest.New(t)))
	w.appended("ten_a", 2)
	w.some("ten_a", 1)
	token := w.leased()
	moved, commit, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() { // somebody without the lease
		done <- w.d.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			_, err := db.Exec(ctx, tx, `UPDATE audit_chains SET sequence = 9`)
			close(moved)
			<-commit
			return err
		})
	}()
	<-moved
	appended := make(chan error, 1)
	go func() {
		_, err := w.s.Append(t.Context(), token, lease, 500)
		appended <- err
	}()
	w.untilItWaits()
	close(commit)
	must(t, <-done)
	if err := <-appended; err == nil {
		t.Error("the chain was moved back")
	}
	w.wantCount(2, "audit_entries")
	w.wantCount(1, "audit_chains WHERE sequence = 9")
}
