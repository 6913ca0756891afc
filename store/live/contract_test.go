package live

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/live/redistest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// contract is what every topology keeps. A test has the Redis to itself, empty.
var contract = slices.Concat(createContract, limitContract, pushLimitContract, pauseContract, extendContract, rememberContract, deliveryContract, endContract, queueContract, testPushContract, wakeupContract, figuresContract)

type clause struct {
	name string
	test func(*testing.T, *world)
}

func TestSingleServerKeepsTheContract(t *testing.T) {
	t.Parallel()
	checkContract(t, redistest.Start(t).URL)
}

func TestClusterOfThreeMastersKeepsTheContract(t *testing.T) {
	t.Parallel()
	checkContract(t, redistest.Cluster(t).URL)
}

func TestServerBehindSentinelKeepsTheContract(t *testing.T) {
	t.Parallel()
	checkContract(t, redistest.Sentinel(t).URL)
}

func TestEmbeddedServerKeepsTheContract(t *testing.T) {
	t.Parallel()
	checkContract(t, Embedded)
}

func checkContract(t *testing.T, url string) {
	for _, c := range contract {
		t.Run(c.name, func(t *testing.T) { c.test(t, newWorld(t, url)) })
	}
}

// world is a store with a clock that the test moves.
type world struct {
	*Store
	t     *testing.T
	clock *clock
}

func newWorld(t *testing.T, url string) *world {
	t.Helper()
	c := &clock{}
	s, err := Open(t.Context(), Config{URL: url}, c.now)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	w := &world{Store: s, t: t, clock: c}
	w.flush()
	return w
}

func (w *world) flush() {
	w.t.Helper()
	w.must(w.onEveryNode(func(ctx context.Context, node *redis.Client) error { return node.FlushAll(ctx).Err() }))
}

// keys returns all that Redis holds.
func (w *world) keys() []string {
	w.t.Helper()
	var all []string
	var mu sync.Mutex // a cluster is asked at once
	w.must(w.onEveryNode(func(ctx context.Context, node *redis.Client) error {
		keys, err := node.Keys(ctx, "*").Result()
		mu.Lock()
		defer mu.Unlock()
		all = append(all, keys...)
		return err
	}))
	return all
}

func (w *world) onEveryNode(do func(context.Context, *redis.Client) error) error {
	if cluster, ok := w.client.(*redis.ClusterClient); ok {
		return cluster.ForEachMaster(w.t.Context(), do)
	}
	return do(w.t.Context(), w.client.(*redis.Client))
}

// advance moves the clock, and the embedded server's at once: what is written next must not be forgotten by the old time.
func (w *world) advance(d time.Duration) {
	w.clock.advance(d)
	if w.embedded != nil {
		w.embedded.SetTime(w.now())
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) wants(err, want error) {
	w.t.Helper()
	if !errors.Is(err, want) {
		w.t.Fatalf("got error %v, want %v", err, want)
	}
}

// clock runs as the real one does, ahead of it by what the test says, until the test stops it.
type clock struct {
	mu      sync.Mutex
	ahead   time.Duration
	stopped time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.stopped.IsZero() {
		return c.stopped
	}
	return time.Now().Add(c.ahead)
}

func (c *clock) stop(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

func newID(t *testing.T, prefix string) string {
	t.Helper()
	s, err := id.New(rand.Reader, prefix)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// pending returns an approval of the account with recipients phones.
func (w *world) pending(account string, recipients ...string) approval.Pending {
	w.t.Helper()
	name, err := approval.NewID(rand.Reader, account)
	w.must(err)
	now := w.now().Truncate(time.Microsecond).UTC()
	p := approval.Pending{
		MAC: []byte{1, 0, 255},
		ID:  name, Tenant: "ten_one", Application: "app_one", Account: account, Kind: approval.Login,
		Document: []byte("{\"v\":1}\x00\xff"), Number: "42",
		CreatedAt: now, ExpiresAt: now.Add(approval.DefaultLife), ClosesAt: now.Add(approval.DefaultLife),
	}
	for i, r := range recipients {
		p.Recipients = append(p.Recipients, approval.Recipient{Installation: r, Language: "de", Address: []byte{0, 255, byte(i)}, AddressVersion: 1<<53 + 1})
	}
	return p
}

func (w *world) create(p approval.Pending) Created {
	w.t.Helper()
	created, err := w.Create(w.t.Context(), Creation{Pending: p, Limit: approval.MaxPending})
	w.must(err)
	return created
}

func (w *world) pendingIDs(accounts ...string) []string {
	w.t.Helper()
	all, err := w.PendingOf(w.t.Context(), accounts)
	w.must(err)
	return idsOf(all)
}

func idsOf(all []approval.Pending) []string {
	ids := []string{}
	for _, p := range all {
		ids = append(ids, p.ID)
	}
	return ids
}

// drain reads and acknowledges every job that is queued now.
func (w *world) drain() []approval.QueuedJob {
	w.t.Helper()
	q := w.Queue("drain")
	var all []approval.QueuedJob
	for {
		jobs, err := q.Read(w.t.Context(), 100, 0)
		w.must(err)
		if len(jobs) == 0 {
			if depth, err := q.Depth(w.t.Context()); err != nil || depth == 0 {
				w.must(err)
				return all
			}
			continue // the consumer groups were being made
		}
		for _, j := range jobs {
			w.must(q.Ack(w.t.Context(), j))
		}
		all = append(all, jobs...)
	}
}

// together runs f n times at once and returns what it returned.
func together[T any](n int, f func(i int) T) []T {
	results := make([]T, n)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			results[i] = f(i)
		})
	}
	close(start)
	all.Wait()
	return results
}

// eventually asks until the answer is yes.
func eventually(t *testing.T, what string, yes func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	for !yes() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// receives fails unless a signal comes.
func receives(t *testing.T, what string, ch <-chan struct{}) {
	t.Helper()
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	select {
	case <-ch:
	case <-deadline.C:
		t.Fatalf("no signal: %s", what)
	}
}
