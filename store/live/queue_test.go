package live

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/live/redistest"
)

var queueContract = []clause{
	{"competing consumers get each job once", competingConsumers},
	{"a reader gets no more than it asked for", readMost},
	{"a waiting reader gets a job as soon as it is there", waitingReader},
	{"creating, resending, ending and notifying ring for the readers", bell},
	{"a job of no approval comes as it was queued", notified},
	{"a reader without jobs gives up in time or when told to", readerGivesUp},
	{"a dead consumer's job is reclaimed, a renewed one is not", reclaim},
	{"jobs that are worked on do not hide the idle ones behind them", reclaimBehind},
	{"the consumer group is made again after everything was lost", lostGroups},
	{"an entry that nobody can read is removed", unreadableEntry},
	{"a backlog of any length loses no job that is alive", longBacklog},
	{"jobs that are older than any approval are trimmed", oldBacklog},
	{"a consumer that is long gone is forgotten, unless it holds jobs", forgottenConsumers},
}

// queued creates n approvals of different accounts, with one push each.
func (w *world) queued(n int) []string {
	w.t.Helper()
	var ids []string
	for range n {
		p := w.pending(newID(w.t, id.Account), "ins_a")
		w.create(p)
		ids = append(ids, p.ID)
	}
	slices.Sort(ids)
	return ids
}

func approvalsOf(jobs []approval.QueuedJob) []string {
	ids := []string{}
	for _, j := range jobs {
		ids = append(ids, j.ID)
	}
	slices.Sort(ids)
	return ids
}

// read reads until n jobs are there.
func (w *world) read(q *Queue, n int) []approval.QueuedJob {
	w.t.Helper()
	var all []approval.QueuedJob
	eventually(w.t, "all jobs are read", func() bool {
		jobs, err := q.Read(w.t.Context(), n-len(all), 100*time.Millisecond)
		w.must(err)
		all = append(all, jobs...)
		return len(all) == n
	})
	return all
}

func (w *world) depth() int64 {
	w.t.Helper()
	n, err := w.Queue("depth").Depth(w.t.Context())
	w.must(err)
	return n
}

func competingConsumers(t *testing.T, w *world) {
	want := w.queued(60)
	if n := w.depth(); n != 60 {
		t.Fatalf("depth %d, want 60", n)
	}
	results := together(4, func(i int) []approval.QueuedJob {
		q := w.Queue(string(rune('a' + i)))
		var mine []approval.QueuedJob
		for {
			jobs, err := q.Read(t.Context(), 5, 300*time.Millisecond)
			if err != nil {
				t.Error(err)
				return mine
			}
			for _, j := range jobs {
				if err := q.Ack(t.Context(), j); err != nil {
					t.Error(err)
				}
			}
			if len(jobs) == 0 {
				return mine
			}
			mine = append(mine, jobs...)
		}
	})
	if got := approvalsOf(slices.Concat(results...)); !slices.Equal(got, want) {
		t.Fatalf("read %d jobs\n%v\nwant each of %d once\n%v", len(got), got, len(want), want)
	}
	if n := w.depth(); n != 0 {
		t.Fatalf("depth %d after all were acknowledged", n)
	}
}

func readMost(t *testing.T, w *world) {
	w.queued(100)
	q := w.Queue("a")
	for _, most := range []int{1, 3, 16, 20, 40} {
		jobs, err := q.Read(t.Context(), most, time.Second)
		w.must(err)
		if len(jobs) == 0 || len(jobs) > most {
			t.Fatalf("asked for %d jobs, got %d", most, len(jobs))
		}
	}
}

func waitingReader(t *testing.T, w *world) {
	q := w.Queue("a")
	got := make(chan []approval.QueuedJob)
	go func() {
		defer close(got)
		for range 3 {
			jobs, err := q.Read(t.Context(), 10, time.Minute)
			if err != nil {
				t.Error(err)
				return
			}
			got <- jobs
		}
	}()
	for range 3 {
		want := w.queued(1)
		select {
		case jobs := <-got:
			if !slices.Equal(approvalsOf(jobs), want) {
				t.Fatalf("read %v, want %v", approvalsOf(jobs), want)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("the reader was not woken")
		}
	}
	<-got
}

func bell(t *testing.T, w *world) {
	q := w.Queue("a")
	q.listen.Do(q.startListening)
	receives(t, "the bell is heard from now on", q.bell)
	p := w.pending(newID(t, id.Account), "ins_a")
	w.create(p)
	receives(t, "created", q.bell)
	w.must(w.Resend(t.Context(), p.ID, "req_a"))
	receives(t, "resent", q.bell)
	w.must(w.End(t.Context(), p.ID, "", approval.StatusExpired))
	receives(t, "ended", q.bell)
	w.must(w.Notify(t.Context(), p.Account, approval.PushJob{Kind: approval.JobNotice}))
	receives(t, "notified", q.bell)
}

func notified(t *testing.T, w *world) {
	account, now := newID(t, id.Account), w.now().UTC()
	want := approval.PushJob{
		Kind: approval.JobNotice, ID: newID(t, id.Notice), ExpiresAt: now.Add(time.Minute), KeepUntil: now.Add(time.Hour),
		Recipient: approval.Recipient{Installation: "ins_a", Language: "de", Address: []byte("sealed"), AddressVersion: 3},
	}
	w.must(w.Notify(t.Context(), account, want))
	jobs := w.drain()
	if len(jobs) != 1 || !reflect.DeepEqual(jobs[0].PushJob, want) || jobs[0].Partition != approval.PartitionOf(account) {
		t.Fatalf("jobs\n%+v\nwant\n%+v", jobs, want)
	}
}

func readerGivesUp(t *testing.T, w *world) {
	q := w.Queue("a")
	jobs, err := q.Read(t.Context(), 10, 20*time.Millisecond)
	if err != nil || len(jobs) != 0 {
		t.Fatalf("read %v, %v", jobs, err)
	}
	stop := make(chan error, 1)
	ctx, cancel := contextOf(t)
	go func() {
		_, err := q.Read(ctx, 10, time.Minute)
		stop <- err
	}()
	cancel()
	if err := <-stop; err == nil {
		t.Fatal("a cancelled reader returned no error")
	}
}

func reclaim(t *testing.T, w *world) {
	want := w.queued(2)
	dead, alive := w.Queue("dead"), w.Queue("alive")
	jobs := w.read(dead, 2)
	const idle = 3 * time.Second // far more than a stall of this machine between renewing and reclaiming
	var taken []approval.QueuedJob
	kept, lost := jobs[0], jobs[1]
	eventually(t, "the job that nobody renews is reclaimed", func() bool {
		w.must(dead.Renew(t.Context(), []approval.QueuedJob{kept}))
		some, err := alive.Reclaim(t.Context(), idle, 10)
		w.must(err)
		taken = append(taken, some...)
		return len(taken) > 0
	})
	if !slices.Equal(approvalsOf(taken), []string{lost.ID}) || taken[0].Recipient.Installation != "ins_a" {
		t.Fatalf("reclaimed %v, want %s only", approvalsOf(taken), lost.ID)
	}
	w.must(alive.Ack(t.Context(), taken[0]))
	w.must(dead.Ack(t.Context(), kept))
	w.must(dead.Ack(t.Context(), lost)) // its first reader wakes up: no harm
	w.must(dead.Renew(t.Context(), jobs))
	eventually(t, "nothing is left to reclaim", func() bool {
		some, err := alive.Reclaim(t.Context(), 0, 10)
		w.must(err)
		return len(some) == 0
	})
	if n := w.depth(); n != 0 {
		t.Fatalf("depth %d of %v", n, want)
	}
}

func reclaimBehind(t *testing.T, w *world) {
	account := newID(t, id.Account)
	p := w.pending(account, make([]string, 40)...)
	w.create(p)
	first := w.Queue("first")
	jobs := w.read(first, 40)
	const idle = 3 * time.Second // far more than a stall of this machine between renewing and reclaiming
	worked, last := jobs[:39], jobs[39]
	other := w.Queue("other")
	eventually(t, "the idle job is found behind those that are worked on", func() bool {
		w.must(first.Renew(t.Context(), worked))
		some, err := other.Reclaim(t.Context(), idle, 1)
		w.must(err)
		if len(some) > 0 && some[0].Entry != last.Entry {
			t.Fatalf("reclaimed a job that is worked on")
		}
		return len(some) > 0
	})
}

func lostGroups(t *testing.T, w *world) {
	q := w.Queue("a")
	w.queued(1)
	held := w.read(q, 1)
	w.flush()
	w.must(q.Renew(t.Context(), held))
	w.must(q.Ack(t.Context(), held[0]))
	w.queued(20)
	late := w.Queue("late") // has not heard the bell: it must look again by itself
	late.listen.Do(late.startListening)
	receives(t, "the bell is heard from now on", late.bell)
	some, err := late.Read(t.Context(), 20, 5*time.Second)
	w.must(err)
	if len(some) == 0 {
		t.Fatal("the reader waits although there are jobs")
	}

	w.flush()
	if _, err := q.Reclaim(t.Context(), time.Hour, 10); err != nil {
		t.Fatal(err)
	}
	want := w.queued(20)
	if got := approvalsOf(w.read(q, 20)); !slices.Equal(got, want) {
		t.Fatalf("read %v, want %v", got, want)
	}
}

func unreadableEntry(t *testing.T, w *world) {
	q := w.Queue("a")
	w.must(w.client.XAdd(t.Context(), &redis.XAddArgs{Stream: pushKey(3), Values: []string{"job", "{"}}).Err())
	eventually(t, "the entry is removed", func() bool {
		jobs, err := q.Read(t.Context(), 16, time.Millisecond)
		if len(jobs) > 0 {
			t.Fatalf("read %v", jobs)
		}
		return err != nil
	})
	if n := w.depth(); n != 0 {
		t.Fatalf("depth %d", n)
	}
	want := w.queued(1)
	if got := approvalsOf(w.read(q, 1)); !slices.Equal(got, want) {
		t.Fatalf("read %v, want %v", got, want)
	}
	_, err := q.Read(t.Context(), 1, 0)
	if errors.Is(err, redis.Nil) {
		t.Fatal("an empty queue is an error")
	}
}

// backlog fills a partition's stream with n entries that are as old as age.
func (w *world) backlog(partition, n int, age time.Duration) {
	w.t.Helper()
	key, entry := pushKey(partition), fmt.Sprintf("%d-*", w.now().Add(-age).UnixMilli())
	if w.embedded != nil { // it is too slow for so many commands on a busy machine
		for range n {
			_, err := w.embedded.XAdd(key, entry, []string{jobField, "{}"})
			w.must(err)
		}
		return
	}
	for chunk := range slices.Chunk(make([]struct{}, n), 10_000) {
		p := w.client.Pipeline()
		for range chunk {
			p.XAdd(w.t.Context(), &redis.XAddArgs{Stream: key, ID: entry, Values: []string{jobField, "{}"}})
		}
		_, err := p.Exec(w.t.Context())
		w.must(err)
	}
}

// touch puts three jobs at the end of the stream of p's partition: of its creation, a resend and its end.
func (w *world) touch(p approval.Pending) {
	w.t.Helper()
	w.create(p)
	w.must(w.Resend(w.t.Context(), p.ID, "req_a"))
	w.must(w.End(w.t.Context(), p.ID, "", approval.StatusExpired))
}

func longBacklog(t *testing.T, w *world) {
	const many = 70_000
	p := w.pending(newID(t, id.Account), "ins_a")
	w.backlog(p.Partition(), many, approval.MaxOpen)
	before := w.depth() // more, where the client repeated what it got no answer to
	w.touch(p)
	if n := w.depth(); before < many || n != before+3 {
		t.Fatalf("%d jobs are left of %d", n, before+3)
	}
}

func oldBacklog(t *testing.T, w *world) {
	const life = approval.MaxOpen + approval.KeptAfterEnd
	p := w.pending(newID(t, id.Account), "ins_a")
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"creating", func() error { w.create(p); return nil }},
		{"resending", func() error { return w.Resend(t.Context(), p.ID, "req_a") }},
		{"ending", func() error { return w.End(t.Context(), p.ID, "", approval.StatusExpired) }},
		{"notifying", func() error { return w.Notify(t.Context(), p.Account, approval.PushJob{Kind: approval.JobNotice}) }},
	} {
		w.must(w.client.Del(t.Context(), pushKey(p.Partition())).Err())
		w.backlog(p.Partition(), 2_000, life+time.Minute)
		w.backlog(p.Partition(), 100, life-time.Minute)
		w.must(step.do())
		if n := w.depth(); n < 101 || n > 1_000 { // Redis trims by whole nodes
			t.Fatalf("%s leaves %d jobs, want the 101 that may be alive and few others", step.name, n)
		}
	}
}

// consumers returns who is known in the stream of a partition.
func (w *world) consumers(partition int) []string {
	w.t.Helper()
	all, err := w.client.XInfoConsumers(w.t.Context(), pushKey(partition), consumerGroup).Result()
	w.must(err)
	names := []string{}
	for _, c := range all {
		names = append(names, c.Name)
	}
	slices.Sort(names)
	return names
}

// seen makes a consumer that has read one job of p's account, and returns the job.
func (w *world) seen(consumer, account string) (*Queue, approval.QueuedJob) {
	w.t.Helper()
	w.create(w.pending(account, "ins_a"))
	q := w.Queue(consumer)
	jobs := w.read(q, 1)
	w.must(q.Renew(w.t.Context(), jobs)) // the embedded server notes who was seen here only
	return q, jobs[0]
}

func forgottenConsumers(t *testing.T, w *world) {
	account := newID(t, id.Account)
	partition := approval.PartitionOf(account)
	gone, job := w.seen("gone", account)
	w.must(gone.Ack(t.Context(), job))
	_, kept := w.seen("holding", account)
	q := w.Queue("alive")
	w.must(q.forgetConsumers(t.Context(), time.Hour))
	if names := w.consumers(partition); !slices.Equal(names, []string{"gone", "holding"}) {
		t.Fatalf("consumers %v: none was away for an hour", names)
	}
	eventually(t, "the consumer that is gone is forgotten", func() bool {
		w.must(q.forgetConsumers(t.Context(), 200*time.Millisecond))
		return slices.Equal(w.consumers(partition), []string{"holding"})
	})
	var taken []approval.QueuedJob
	eventually(t, "what a dead consumer held is still there", func() bool {
		some, err := q.Reclaim(t.Context(), 0, 10)
		w.must(err)
		taken = append(taken, some...)
		return len(taken) > 0
	})
	if taken[0].Entry != kept.Entry {
		t.Fatalf("reclaimed %+v, want %+v", taken[0], kept)
	}
}

func TestReclaimingForgetsTheConsumersOfAnHourAgo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Embedded) // the one whose clock the test can move
	hours := func(n time.Duration) { w.advance(n * forgetAfter) }
	account := newID(t, id.Account)
	gone, job := w.seen("gone", account)
	w.must(gone.Ack(t.Context(), job))
	alive := w.Queue("alive")
	reclaim := func() {
		if jobs, err := alive.Reclaim(t.Context(), time.Minute, 10); err != nil || len(jobs) > 0 {
			t.Fatalf("reclaimed %v, %v", jobs, err)
		}
	}
	reclaim()
	if names := w.consumers(approval.PartitionOf(account)); !slices.Contains(names, "gone") {
		t.Fatalf("consumers %v: a restart is not an hour", names)
	}
	hours(2)
	eventually(t, "the consumer that is gone is forgotten", func() bool {
		reclaim()
		hours(1)
		return !slices.Contains(w.consumers(approval.PartitionOf(account)), "gone")
	})
}

func TestALostRingIsMadeUpForHoweverOftenOthersRing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, redistest.Start(t).URL)
	q := w.Queue("reader")
	add := func(stream int) {
		w.must(w.client.XAdd(t.Context(), &redis.XAddArgs{Stream: pushKey(stream), Values: map[string]any{jobField: `{}`}}).Err())
	}
	const ringing, silent = 5, 3
	read := func(block time.Duration) int { // each time there is a job, and a ring for it
		add(ringing)
		q.ring(pushKey(ringing))
		jobs, err := q.Read(t.Context(), 1, block)
		w.must(err)
		for _, j := range jobs {
			w.must(q.Ack(t.Context(), j))
		}
		return jobs[0].Partition
	}
	q.listen.Do(q.startListening)
	receives(t, "the bell is heard from now on", q.bell)
	for range 2 { // once to make the groups; then all streams are seen to be empty
		_, err := q.Read(t.Context(), 1, time.Millisecond)
		w.must(err)
	}
	add(silent)
	for range 20 {
		if read(time.Hour) == silent {
			t.Fatal("the job was found without a ring: this shows nothing")
		}
	}
	w.clock.advance(2 * time.Hour)
	for range 2 * approval.Partitions {
		if read(time.Hour) == silent {
			return
		}
	}
	t.Error("the job without a ring was never found")
}
