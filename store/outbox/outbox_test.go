package outbox_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/outbox"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, d *db.DB, e outbox.Event) {
	t.Helper()
	must(t, d.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error { return outbox.Put(ctx, tx, e) }))
}

func sequence(t *testing.T, d *db.DB, ids ...int64) error {
	t.Helper()
	return d.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error { return outbox.Sequenced(ctx, d, tx, ids) })
}

func rows(t *testing.T, d *db.DB) int {
	t.Helper()
	n, err := db.One(t.Context(), d.Reads(), db.ScanInt, `SELECT COUNT(*) FROM outbox`)
	must(t, err)
	return n
}

func TestAnEventComesBackAsItWasPut(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, d *db.DB) {
		put(t, d, outbox.Event{
			Kind: "device.revoked", Tenant: "ten_1", Application: "app_1", Account: "acc_1", Subject: "dev_1", Installation: "ins_1",
			Actor: outbox.Actor{Kind: outbox.ByKey, ID: "key_1"}, Data: map[string]int{"left": 2}, Personal: map[string]string{"holder": "Zoë"},
		})
		events, err := (&outbox.Store{DB: d}).Lease(t.Context(), 10, time.Minute)
		must(t, err)
		if len(events) != 1 {
			t.Fatalf("%d events", len(events))
		}
		e := events[0]
		if e.Kind != "device.revoked" || e.Tenant != "ten_1" || e.Application != "app_1" || e.Account != "acc_1" || e.Subject != "dev_1" ||
			e.Installation != "ins_1" || e.Actor != (outbox.Actor{Kind: "key", ID: "key_1"}) || e.At.IsZero() ||
			string(e.Data.(json.RawMessage)) != `{"left":2}` || string(e.Personal.(json.RawMessage)) != `{"holder":"Zoë"}` {
			t.Errorf("came back as %+v", e)
		}
	})
}

func TestAnEventStaysUntilItIsFollowedUpAndInTheAuditLog(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, d *db.DB) {
		s := &outbox.Store{DB: d}
		for _, first := range []string{"followed", "sequenced"} {
			put(t, d, outbox.Event{Kind: "x.happened"})
			events, err := outbox.Unsequenced(t.Context(), d.Reads(), 10)
			must(t, err)
			id := events[0].ID
			steps := []func(){func() { must(t, s.Followed(t.Context(), []int64{id})) }, func() { must(t, sequence(t, d, id)) }}
			if first == "sequenced" {
				steps[0], steps[1] = steps[1], steps[0]
			}
			steps[0]()
			if rows(t, d) != 1 {
				t.Errorf("%s first: the event went before both were done", first)
			}
			steps[1]()
			if n := rows(t, d); n != 0 {
				t.Errorf("%s first: %d rows are left", first, n)
			}
		}
	})
}

func TestAnEventIsSequencedOnceHoweverManyTry(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, d *db.DB) {
		put(t, d, outbox.Event{Kind: "x.happened"})
		put(t, d, outbox.Event{Kind: "y.happened"})
		events, err := outbox.Unsequenced(t.Context(), d.Reads(), 10)
		must(t, err)
		must(t, sequence(t, d, events[0].ID))
		if err := sequence(t, d, events[0].ID, events[1].ID); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("sequenced twice: %v", err)
		}
		left, err := outbox.Unsequenced(t.Context(), d.Reads(), 10)
		must(t, err)
		if len(left) != 1 || left[0].Kind != "y.happened" {
			t.Errorf("left are %+v", left)
		}
	})
}
