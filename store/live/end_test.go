package live

import (
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
)

var endContract = []clause{
	{"ending at once withdraws once from everybody but the decider", endAtOnce},
	{"a withdrawal is worth a minute, whenever the approval would have closed", withdrawalExpires},
	{"an ended approval is off every list and still readable", endLists},
	{"what is due is leased to one sweeper at a time", dueLease},
	{"what is not due yet is left alone", notDue},
	{"the superseded that nobody ended comes again", supersededComesAgain},
}

func endAtOnce(t *testing.T, w *world) {
	p := w.pending(newID(t, id.Account), "ins_a", "ins_b", "ins_c")
	w.create(p)
	w.drain()
	together(30, func(i int) error {
		err := w.End(t.Context(), p.ID, "ins_b", approval.StatusExpired)
		if err != nil {
			t.Error(err)
		}
		return err
	})
	var withdrawn []string
	for _, j := range w.drain() {
		if j.Kind != approval.JobWithdrawn || j.ID != p.ID {
			t.Fatalf("job %+v", j.PushJob)
		}
		withdrawn = append(withdrawn, j.Recipient.Installation)
	}
	slices.Sort(withdrawn)
	if !slices.Equal(withdrawn, []string{"ins_a", "ins_c"}) {
		t.Fatalf("withdrawn from %v", withdrawn)
	}
}

func withdrawalExpires(t *testing.T, w *world) {
	for name, passed := range map[string]time.Duration{"early": time.Second, "late": approval.DefaultLife + time.Second} {
		p := w.pending(newID(t, id.Account), "ins_a")
		w.create(p)
		w.drain()
		w.clock.advance(passed)
		before := w.now()
		w.must(w.End(t.Context(), p.ID, "", approval.StatusExpired))
		after := w.now()
		jobs := w.drain()
		if len(jobs) != 1 {
			t.Fatalf("ended %s: %d withdrawals, want 1", name, len(jobs))
		}
		if e := jobs[0].ExpiresAt; e.Before(before.Add(withdrawnFor)) || e.After(after.Add(withdrawnFor)) {
			t.Fatalf("ended %s at %v: the withdrawal expires at %v", name, before, e)
		}
	}
}

func endLists(t *testing.T, w *world) {
	p := w.pending(newID(t, id.Account), "ins_a")
	w.create(p)
	w.must(w.End(t.Context(), p.ID, "", approval.StatusExpired))
	if ids := w.pendingIDs(p.Account); len(ids) != 0 {
		t.Fatalf("pending %v", ids)
	}
	got, err := w.Pending(t.Context(), p.ID)
	w.must(err)
	if !got.Ended || string(got.Document) != string(p.Document) {
		t.Fatalf("read %+v", got)
	}
	w.clock.advance(approval.DefaultLife)
	due, err := w.Due(t.Context(), p.Partition(), 10)
	w.must(err)
	if len(due) != 0 {
		t.Fatalf("due %v", idsOf(due))
	}
}

func dueLease(t *testing.T, w *world) {
	account := newID(t, id.Account)
	var want []string
	for range 20 {
		p := w.pending(account)
		_, err := w.Create(t.Context(), Creation{Pending: p, Limit: 20})
		w.must(err)
		want = append(want, p.ID)
	}
	slices.Sort(want)
	w.clock.advance(approval.DefaultLife)
	sweep := func() []string {
		var got []string
		for _, ids := range together(10, func(int) []string {
			due, err := w.Due(t.Context(), approval.PartitionOf(account), 3)
			if err != nil {
				t.Error(err)
			}
			return idsOf(due)
		}) {
			got = append(got, ids...)
		}
		slices.Sort(got)
		return got
	}
	if got := sweep(); !slices.Equal(got, want) {
		t.Fatalf("due\n%v\nwant each once\n%v", got, want)
	}
	if got := sweep(); len(got) != 0 {
		t.Fatalf("leased twice: %v", got)
	}
	w.must(w.End(t.Context(), want[0], "", approval.StatusExpired))
	w.clock.advance(leaseTime)
	if got := sweep(); !slices.Equal(got, want[1:]) {
		t.Fatalf("due after the lease\n%v\nwant\n%v", got, want[1:])
	}
}

func notDue(t *testing.T, w *world) {
	p := w.pending(newID(t, id.Account))
	p.ClosesAt = p.ExpiresAt.Add(time.Minute)
	w.create(p)
	w.clock.advance(approval.DefaultLife + 30*time.Second)
	due, err := w.Due(t.Context(), p.Partition(), 10)
	w.must(err)
	if len(due) != 0 {
		t.Fatalf("due %v before closes_at", idsOf(due))
	}
	w.clock.advance(30 * time.Second)
	due, err = w.Due(t.Context(), p.Partition(), 10)
	w.must(err)
	if !slices.Equal(idsOf(due), []string{p.ID}) {
		t.Fatalf("due %v, want %s", idsOf(due), p.ID)
	}
}

func supersededComesAgain(t *testing.T, w *world) {
	account := newID(t, id.Account)
	old, newer := w.pending(account, "ins_a"), w.pending(account, "ins_a")
	old.Session, newer.Session = "s", "s"
	w.create(old)
	w.create(newer)
	for range 3 {
		due, err := w.Due(t.Context(), old.Partition(), 10)
		w.must(err)
		if !slices.Equal(idsOf(due), []string{old.ID}) {
			t.Fatalf("due %v, want %s", idsOf(due), old.ID)
		}
		w.clock.advance(leaseTime)
	}
	w.must(w.End(t.Context(), old.ID, "", approval.StatusExpired))
	due, err := w.Due(t.Context(), old.Partition(), 10)
	w.must(err)
	if len(due) != 0 {
		t.Fatalf("due %v after the end", idsOf(due))
	}
}
