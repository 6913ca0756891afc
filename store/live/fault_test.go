package live

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/figures"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/live/redistest"
)

// everything calls each operation once and returns the errors by name.
func (w *world) everything(p approval.Pending) map[string]error {
	ctx := w.t.Context()
	q := w.Queue("fault")
	job := approval.QueuedJob{Partition: p.Partition(), Entry: "1-1"}
	_, create := w.Create(ctx, Creation{Pending: p, Limit: 3})
	_, pending := w.Pending(ctx, p.ID)
	_, pendingOf := w.PendingOf(ctx, []string{p.Account})
	_, deliveries := w.Deliveries(ctx, []string{p.ID})
	_, extend := w.Extend(ctx, p.ID, p.ClosesAt.Add(time.Minute), p.MAC)
	_, remember := w.Remember(ctx, p.Application, p.Account, &Idempotency{Key: "k", Answer: []byte("a")})
	_, limits := w.Limits(ctx, p.Account)
	_, due := w.Due(ctx, 0, 1)
	_, read := q.Read(ctx, 1, time.Second)
	_, reclaim := q.Reclaim(ctx, time.Second, 1)
	_, depth := q.Depth(ctx)
	_, wakeups := w.Wakeups(ctx)
	_, points := w.Figures(ctx, w.now(), w.now())
	_, _, queued := w.PushQueue(ctx)
	return map[string]error{
		"ping": w.Ping(ctx), "create": create, "pending": pending, "pendingOf": pendingOf, "deliveries": deliveries, "due": due,
		"mark": w.Mark(ctx, p.ID, "ins_a", approval.ProgressSent), "resend": w.Resend(ctx, p.ID, "req_a"), "end": w.End(ctx, p.ID, "", approval.StatusExpired),
		"read": read, "reclaim": reclaim, "depth": depth, "ack": q.Ack(ctx, job), "renew": q.Renew(ctx, []approval.QueuedJob{job}),
		"wake": w.Wake(ctx, p.ID), "test push": w.TestPush(ctx, testJob("ins_a")), "extend": extend, "remember": remember, "drop": w.Drop(ctx, p.Application, p.Account, "k", []byte("a")), "limits": limits, "wakeups": wakeups,
		"add figures": w.AddFigures(ctx, w.now(), figures.Sheet{Process: "prc_a"}), "figures": points, "push queue": queued,
	}
}

func TestEveryOperationIsRefusedWhileRedisIsGoneAndWorksWhenItIsBack(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	w := newWorld(t, server.URL)
	before := w.pending(newID(t, id.Account), "ins_a")
	w.create(before)
	server.Kill()
	began := time.Now()
	errs := w.everything(before)
	for name, err := range errs {
		if !errors.Is(err, refusal.ErrUnavailable) {
			t.Errorf("%s: got %v, want unavailable", name, err)
		}
	}
	if took := time.Since(began); took > time.Duration(len(errs))*time.Second {
		t.Errorf("the refusals took %v", took)
	}
	server.Restart()
	eventually(t, "the client dials again", func() bool { return w.Ping(t.Context()) == nil })
	p := w.pending(newID(t, id.Account), "ins_a")
	w.create(p)
	_, err := w.Pending(t.Context(), before.ID)
	w.wants(err, approval.ErrUnknown)
	if jobs := w.drain(); len(jobs) != 1 || jobs[0].ID != p.ID {
		t.Fatalf("jobs after the restart: %v", jobs)
	}
}

func TestARedisThatDoesNotAnswerIsGivenUpInTime(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	w := newWorld(t, server.URL)
	p := w.pending(newID(t, id.Account))
	server.Pause()
	began := time.Now()
	_, err := w.Create(t.Context(), Creation{Pending: p, Limit: 3})
	took := time.Since(began)
	server.Resume()
	w.wants(err, refusal.ErrUnavailable)
	if took > patience+5*time.Second {
		t.Fatalf("gave up after %v, want %v", took, patience)
	}
	w.create(p)
}

func TestAClusterWithoutAMasterRefusesAndNoneHangs(t *testing.T) {
	t.Parallel()
	cluster := redistest.Cluster(t)
	w := newWorld(t, cluster.URL)
	cluster.Masters[1].Kill()
	w.wants(w.Ping(t.Context()), refusal.ErrUnavailable)
	accounts := make([]string, 50) // so many that some are on the lost master
	for i := range accounts {
		accounts[i] = newID(t, id.Account)
	}
	_, err := w.PendingOf(t.Context(), accounts)
	w.wants(err, refusal.ErrUnavailable)
}

func TestWakeupsTellThatSomeMayBeLostAfterTheConnectionBroke(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	w := newWorld(t, server.URL)
	wakeups := w.wakeups()
	topic := newID(t, id.Account)
	signals, cancel := wakeups.Subscribe(topic)
	defer cancel()
	server.Restart()
	receives(t, "subscribed again", wakeups.Resubscribed())
	receives(t, "whoever waits looks again", signals)
	w.must(w.Wake(t.Context(), topic))
	receives(t, "woken over the new connection", signals)
}

func TestASilentSubscriptionIsProbedAndReplaced(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	w := newWorld(t, server.URL)
	wakeups, err := w.Wakeups(t.Context())
	w.must(err)
	receives(t, "subscribed for the first time", wakeups.Resubscribed())
	wakeups.listener.silence = 100 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- wakeups.Run(ctx) }()

	topic := newID(t, id.Account)
	signals, stop := wakeups.Subscribe(topic)
	defer stop()
	server.Pause()
	probe := time.NewTimer(2 * time.Second) // a silence that a probe of 100 ms cannot miss
	<-probe.C
	server.Resume()
	receives(t, "subscribed again", wakeups.Resubscribed())
	receives(t, "whoever waits looks again", signals)
	cancel()
	w.must(<-done)
}

func TestAWaitingReaderSurvivesALostConnection(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	w := newWorld(t, server.URL)
	q := w.Queue("a")
	got := make(chan []string, 1)
	go func() {
		for {
			jobs, err := q.Read(t.Context(), 10, time.Minute)
			if len(jobs) > 0 || t.Context().Err() != nil {
				got <- approvalsOf(jobs)
				return
			}
			if err != nil && !errors.Is(err, refusal.ErrUnavailable) {
				t.Error(err)
			}
		}
	}()
	server.Restart()
	want := w.queued(1)
	if jobs := <-got; !slices.Equal(jobs, want) {
		t.Fatalf("read %v, want %v", jobs, want)
	}
}

func TestARedisThatMayEvictIsRefused(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	client := server.Client()
	defer client.Close()
	if err := client.ConfigSet(t.Context(), "maxmemory-policy", "allkeys-lru").Err(); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), Config{URL: server.URL}, time.Now)
	if err == nil || !strings.Contains(err.Error(), "noeviction") {
		t.Fatalf("opened with %v", err)
	}
}

func TestAFullRedisIsUnavailable(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	w := newWorld(t, server.URL)
	w.must(w.client.ConfigSet(t.Context(), "maxmemory", "1mb").Err())
	_, err := w.Create(t.Context(), Creation{Pending: w.pending(newID(t, id.Account)), Limit: 3})
	w.wants(err, refusal.ErrUnavailable)
}

func TestOpeningAnAbsentRedisIsRefused(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	server.Kill()
	_, err := Open(t.Context(), Config{URL: server.URL}, time.Now)
	if !errors.Is(err, refusal.ErrUnavailable) {
		t.Fatalf("got %v, want unavailable", err)
	}
}

func TestAStoreCanBeClosedTwice(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Config{URL: Embedded}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Ping(t.Context()); !errors.Is(err, refusal.ErrUnavailable) {
		t.Fatalf("a closed store answers %v", err)
	}
}
