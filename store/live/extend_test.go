package live

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
)

var extendContract = []clause{
	{"an extended approval closes later and asks its phones no longer", extend},
	{"what is extended is kept until ten minutes after its new end", extendLife},
	{"extensions at once leave the latest with its own MAC", extendAtOnce},
	{"an approval is never closed earlier", extendNeverEarlier},
	{"what ended, was superseded or closed is not extended", extendEnds},
	{"an approval is open for half an hour at most", extendAtMost},
}

func (w *world) extend(p approval.Pending, closesAt time.Time, mac ...byte) time.Time {
	w.t.Helper()
	stands, err := w.Extend(w.t.Context(), p.ID, closesAt, mac)
	w.must(err)
	return stands
}

func (w *world) wantClose(p approval.Pending, closesAt time.Time, mac ...byte) {
	w.t.Helper()
	got, err := w.Pending(w.t.Context(), p.ID)
	w.must(err)
	if !got.ClosesAt.Equal(closesAt) || !got.ExpiresAt.Equal(p.ExpiresAt) || !bytes.Equal(got.MAC, mac) {
		w.t.Fatalf("closes at %v with MAC %v, want %v with %v", got.ClosesAt, got.MAC, closesAt, mac)
	}
	if read := w.standing(p); !read.ClosesAt.Equal(closesAt) {
		w.t.Fatalf("deliveries say that it closes at %v, want %v", read.ClosesAt, closesAt)
	}
	score, err := w.client.ZScore(w.t.Context(), dueKey(p.Partition()), p.ID).Result()
	w.must(err)
	if due := time.UnixMicro(int64(score)); !due.Equal(closesAt) {
		w.t.Fatalf("due at %v, want %v", due, closesAt)
	}
}

func (w *world) standing(p approval.Pending) Delivery {
	w.t.Helper()
	all, err := w.Deliveries(w.t.Context(), []string{p.ID})
	w.must(err)
	return all[p.ID]
}

func extend(t *testing.T, w *world) {
	p := w.pending(newID(t, id.Account), "ins_a")
	w.create(p)
	wakeups := w.wakeups()
	signals, stop := wakeups.Subscribe(p.ID)
	defer stop()
	closesAt := p.CreatedAt.Add(15 * time.Minute)
	for range 2 { // the second is the first, sent again
		if stands := w.extend(p, closesAt, 2); !stands.Equal(closesAt) {
			t.Fatalf("closes at %v, want %v", stands, closesAt)
		}
		w.wantClose(p, closesAt, 2)
	}
	receives(t, "whoever waits for the approval learns of its new end", signals)

	w.advance(approval.DefaultLife)
	if ids := w.pendingIDs(p.Account); len(ids) != 0 {
		t.Fatalf("phones are asked after expires_at: %v", ids)
	}
	w.wants(w.Resend(t.Context(), p.ID, "req_a"), approval.ErrExpired)
	w.refused(Creation{Pending: w.pending(p.Account), Limit: 1}) // it is pending all the same
	due, err := w.Due(t.Context(), p.Partition(), 10)
	w.must(err)
	if len(due) != 0 {
		t.Fatalf("due %v before its new end", idsOf(due))
	}
	w.advance(13 * time.Minute)
	due, err = w.Due(t.Context(), p.Partition(), 10)
	w.must(err)
	if !slices.Equal(idsOf(due), []string{p.ID}) || !due[0].ClosesAt.Equal(closesAt) {
		t.Fatalf("due %+v, want the extended one", due)
	}
	if jobs := w.drain(); len(jobs) != 1 {
		t.Fatalf("%d pushes, want the one of the creation", len(jobs))
	}
}

func extendLife(t *testing.T, w *world) {
	p := w.pending(newID(t, id.Account))
	w.create(p)
	w.advance(-20 * time.Minute) // another process' clock is behind, so that the index must live longer too
	w.extend(p, p.CreatedAt.Add(approval.MaxOpen), 2)
	want := 20*time.Minute + approval.MaxOpen + approval.KeptAfterEnd
	for _, key := range []string{recordKey(p.Partition(), p.ID), indexKey(p.Account)} {
		life, err := w.client.PTTL(t.Context(), key).Result()
		w.must(err)
		if (life - want).Abs() > 30*time.Second {
			t.Fatalf("%s lives %v, want %v", key, life, want)
		}
	}

	q := w.pending(newID(t, id.Account))
	w.create(q)
	w.advance(time.Minute)
	w.extend(q, q.ClosesAt.Add(time.Second), 2)
	life, err := w.client.PTTL(t.Context(), indexKey(q.Account)).Result()
	w.must(err)
	if life < indexLife-2*time.Minute {
		t.Fatalf("the index lives %v, shorter than before", life)
	}
}

func extendAtOnce(t *testing.T, w *world) {
	p := w.pending(newID(t, id.Account))
	w.create(p)
	at := func(i int) time.Time { return p.ClosesAt.Add(time.Duration(i+1) * time.Second) }
	for i, stands := range together(30, func(i int) time.Time {
		stands, err := w.Extend(t.Context(), p.ID, at(i), []byte{byte(i)})
		if err != nil {
			t.Error(err)
		}
		return stands
	}) {
		if stands.Before(at(i)) {
			t.Fatalf("extension %d: closes at %v", i, stands)
		}
	}
	w.wantClose(p, at(29), 29)
}

func extendNeverEarlier(t *testing.T, w *world) {
	p := w.pending(newID(t, id.Account))
	w.create(p)
	later := p.ClosesAt.Add(10 * time.Minute)
	w.extend(p, later, 2)
	for _, closesAt := range []time.Time{p.ClosesAt, p.CreatedAt, later.Add(-time.Microsecond), later, {}} {
		if stands := w.extend(p, closesAt, 3); !stands.Equal(later) {
			t.Fatalf("extended to %v: closes at %v, want %v", closesAt, stands, later)
		}
		w.wantClose(p, later, 2)
	}
}

func extendEnds(t *testing.T, w *world) {
	account := newID(t, id.Account)
	ended, superseded, newer, closed := w.pending(account), w.pending(account), w.pending(account), w.pending(account)
	superseded.Session, newer.Session = "s", "s"
	for _, p := range []approval.Pending{ended, superseded, newer, closed} {
		_, err := w.Create(t.Context(), Creation{Pending: p, Limit: 4})
		w.must(err)
	}
	w.must(w.End(t.Context(), ended.ID, "", approval.StatusCancelled))
	refuse := func(p approval.Pending, want error) {
		t.Helper()
		_, err := w.Extend(t.Context(), p.ID, p.ClosesAt.Add(time.Minute), []byte{2})
		w.wants(err, want)
		got, err := w.Pending(t.Context(), p.ID)
		w.must(err)
		if !got.ClosesAt.Equal(p.ClosesAt) || !bytes.Equal(got.MAC, p.MAC) {
			t.Fatalf("a refused extension left %+v", got)
		}
	}
	refuse(ended, approval.ErrNotPending)
	refuse(superseded, approval.ErrNotPending)
	due, err := w.client.ZRange(t.Context(), dueKey(ended.Partition()), 0, -1).Result()
	w.must(err)
	if slices.Contains(due, ended.ID) {
		t.Fatal("a refused extension made the ended one due")
	}
	w.advance(approval.DefaultLife)
	refuse(closed, approval.ErrExpired)
}

func extendAtMost(t *testing.T, w *world) {
	p := w.pending(newID(t, id.Account))
	w.create(p)
	most := p.CreatedAt.Add(approval.MaxOpen)
	if _, err := w.Extend(t.Context(), p.ID, most.Add(time.Microsecond), []byte{2}); err == nil {
		t.Fatal("extended beyond the longest time")
	}
	w.wantClose(p, p.ClosesAt, p.MAC...)
	w.extend(p, most, 2)
	w.wantClose(p, most, 2)
}
