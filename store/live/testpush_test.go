package live

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/refusal"
)

var testPushContract = []clause{
	{"a test push is queued as it is, for its installation only", testPushQueued},
	{"an installation has one test push per twenty seconds, however many others have", testPushPace},
	{"of fifty test pushes at once one is queued", testPushAtOnce},
	{"when a test push was is forgotten by itself", testPushForgotten},
}

func testJob(installation string) approval.PushJob {
	return approval.PushJob{
		Kind: approval.JobTest, ID: "tst_of_" + installation, ExpiresAt: time.Now().Add(approval.TestPushLife).Truncate(time.Microsecond).UTC(),
		Recipient: approval.Recipient{Installation: installation, Language: "de", Address: []byte{0, 255}, AddressVersion: 1<<53 + 1},
	}
}

func testPushQueued(t *testing.T, w *world) {
	job := testJob(newID(t, id.Installation))
	w.must(w.TestPush(t.Context(), job))
	jobs := w.drain()
	if len(jobs) != 1 || !reflect.DeepEqual(jobs[0].PushJob, job) {
		t.Fatalf("queued %+v, want %+v", jobs, job)
	}
}

func testPushPace(t *testing.T, w *world) {
	one := testJob(newID(t, id.Installation))
	two := testJob(neighbour(t, one.Recipient.Installation))
	w.must(w.TestPush(t.Context(), one))
	w.must(w.TestPush(t.Context(), two))
	w.clock.advance(approval.TestPushInterval / 2)
	for range 2 { // being refused prolongs nothing
		w.testPushTooSoon(one, approval.TestPushInterval/2)
	}
	if jobs := w.drain(); len(jobs) != 2 {
		t.Fatalf("%d are queued, want 2", len(jobs))
	}
	w.advance(approval.TestPushInterval / 2)
	w.must(w.TestPush(t.Context(), one))
	w.testPushTooSoon(one, approval.TestPushInterval)
	w.clock.advance(-time.Millisecond) // another process, whose clock is a little behind
	w.testPushTooSoon(one, approval.TestPushInterval)
	if jobs := w.drain(); len(jobs) != 1 {
		t.Fatalf("%d are queued, want 1", len(jobs))
	}
}

// neighbour is another installation of the same partition.
func neighbour(t *testing.T, of string) string {
	t.Helper()
	for {
		if other := newID(t, id.Installation); approval.PartitionOf(other) == approval.PartitionOf(of) {
			return other
		}
	}
}

// testPushTooSoon wants a refusal that says how long to wait, at most.
func (w *world) testPushTooSoon(j approval.PushJob, most time.Duration) {
	w.t.Helper()
	err := w.TestPush(w.t.Context(), j)
	w.wants(err, approval.ErrTestPushTooSoon)
	var r *refusal.Error
	if !errors.As(err, &r) || r.RetryAfter > most || r.RetryAfter < most-5*time.Second {
		w.t.Fatalf("wait %v, want at most %v", r.RetryAfter, most)
	}
}

func testPushAtOnce(t *testing.T, w *world) {
	job := testJob(newID(t, id.Installation))
	queued := 0
	for _, err := range together(50, func(int) error { return w.TestPush(t.Context(), job) }) {
		if err == nil {
			queued++
			continue
		}
		w.wants(err, approval.ErrTestPushTooSoon)
	}
	if jobs := w.drain(); queued != 1 || len(jobs) != 1 {
		t.Fatalf("%d were told that it is queued, and %d are", queued, len(jobs))
	}
}

func testPushForgotten(t *testing.T, w *world) {
	job := testJob(newID(t, id.Installation))
	w.must(w.TestPush(t.Context(), job))
	life, err := w.client.PTTL(t.Context(), testPushKey(job.Recipient.Installation)).Result()
	w.must(err)
	if life > approval.TestPushInterval || life < approval.TestPushInterval-5*time.Second {
		t.Fatalf("it is kept for %v", life)
	}
}
