package live

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/jawort/jawort/approval"
)

const (
	consumerGroup = "pushgw"
	jobField      = "job"
	// forgetAfter is how long a consumer's name is kept that is not seen any more. Each start of a process makes one.
	forgetAfter = time.Hour
)

// Queue is one consumer of the push jobs of all partitions. A job stays with the consumer that read it until
// it is acknowledged, or reclaimed by another because nobody renewed it.
//
// A command can wait on streams of one slot only, so on a cluster it would take a blocked connection per
// partition. Instead, on every topology, a reader waits for a ring on one channel, which names the stream, and looks
// there; a lost ring costs at most the caller's blocking time, however often others ring meanwhile.
type Queue struct {
	store    *Store
	consumer string
	bell     chan struct{}
	listen   sync.Once

	mu      sync.Mutex
	turn    int                         // partition to begin with
	rung    [approval.Partitions]bool   // where there may be jobs
	cursors [approval.Partitions]string // where the search for idle jobs goes on
	swept   time.Time                   // when all streams were last looked at
	tidied  time.Time                   // when consumers were last forgotten
}

// Queue returns the push queue as seen by a consumer. No other may have its name, not even one that died: what that
// one held is reclaimed.
func (s *Store) Queue(consumer string) *Queue {
	q := &Queue{store: s, consumer: consumer, bell: make(chan struct{}, 1)}
	for i := range q.cursors {
		q.cursors[i], q.rung[i] = "0-0", true
	}
	return q
}

// Read returns up to most new jobs. Where there are none it waits for some, as long as block.
func (q *Queue) Read(ctx context.Context, most int, block time.Duration) ([]approval.QueuedJob, error) {
	deadline := time.NewTimer(block)
	defer deadline.Stop()
	for {
		q.sweep(block)
		rung := q.takeRung()
		jobs, err := q.each(ctx, rung, most, q.readNew)
		if err != nil || len(jobs) > 0 {
			q.putBack(rung)
			return jobs, err
		}
		q.listen.Do(q.startListening)
		select {
		case <-q.bell:
		case <-deadline.C:
			return nil, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// startListening ends with the store. The bell rings at once, since jobs may have come before.
func (q *Queue) startListening() {
	l := listener{
		client: q.store.client, channels: []string{pushBell}, silence: longestSilence,
		subscribed: func() { q.ring("") },
		message:    q.ring,
	}
	q.store.tasks.Go(func() { l.run(q.store.life, nil) })
}

// ring says that there may be jobs in a stream, or in any: where none is named, or one that nobody here knows.
func (q *Queue) ring(stream string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	known := false
	for i := range q.rung {
		if pushKey(i) == stream {
			q.rung[i], known = true, true
		}
	}
	for i := range q.rung {
		q.rung[i] = q.rung[i] || !known
	}
	signal(q.bell)
}

// sweep has all streams looked at that often, for the sake of lost rings.
func (q *Queue) sweep(every time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.store.now()
	if now.Sub(q.swept) < every {
		return
	}
	q.swept = now
	for i := range q.rung {
		q.rung[i] = true
	}
}

// takeRung returns where there may be jobs, in turn. Whoever does not see the end of them there puts it back.
func (q *Queue) takeRung() []int {
	order := q.rotation()
	q.mu.Lock()
	defer q.mu.Unlock()
	order = slices.DeleteFunc(order, func(i int) bool { return !q.rung[i] })
	for _, i := range order {
		q.rung[i] = false
	}
	return order
}

func (q *Queue) putBack(rung []int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, i := range rung {
		q.rung[i] = true
	}
}

// Reclaim takes over up to most jobs that were not renewed for as long as idle: their consumer is dead. Where there
// are none it forgets, now and then, the consumers that are long dead.
func (q *Queue) Reclaim(ctx context.Context, idle time.Duration, most int) ([]approval.QueuedJob, error) {
	jobs, err := q.each(ctx, q.rotation(), most, func(ctx context.Context, partitions []int, count int) ([]approval.QueuedJob, error) {
		return q.claimIdle(ctx, partitions, count, idle)
	})
	if err != nil || len(jobs) > 0 || !q.untidy() {
		return jobs, err
	}
	return nil, q.forgetConsumers(ctx, forgetAfter)
}

// each asks the partitions, in turn, for up to most jobs altogether, until some are found.
func (q *Queue) each(ctx context.Context, of []int, most int, take func(ctx context.Context, partitions []int, count int) ([]approval.QueuedJob, error)) ([]approval.QueuedJob, error) {
	width := min(max(most, 1), approval.Partitions)
	for partitions := range slices.Chunk(of, width) {
		jobs, err := take(ctx, partitions, max(most, 1)/len(partitions))
		if err != nil || len(jobs) > 0 {
			return jobs, err
		}
	}
	return nil, nil
}

// rotation begins with another partition each time, so that none is served last for ever.
func (q *Queue) rotation() []int {
	q.mu.Lock()
	defer q.mu.Unlock()
	order := make([]int, approval.Partitions)
	for i := range order {
		order[i] = (q.turn + i) % approval.Partitions
	}
	q.turn = (q.turn + 1) % approval.Partitions
	return order
}

// Renew says that this consumer still works on the jobs: it waits for a provider, or to try again.
func (q *Queue) Renew(ctx context.Context, jobs []approval.QueuedJob) error {
	entries := make(map[int][]string)
	for _, j := range jobs {
		entries[j.Partition] = append(entries[j.Partition], j.Entry)
	}
	var claims []*redis.StringSliceCmd
	q.store.pipeline(ctx, func(p redis.Pipeliner) {
		for partition, ids := range entries {
			claims = append(claims, p.XClaimJustID(ctx, &redis.XClaimArgs{
				Stream: pushKey(partition), Group: consumerGroup, Consumer: q.consumer, Messages: ids,
			}))
		}
	})
	for _, c := range claims {
		if err := c.Err(); err != nil && !noGroup(err) {
			return failed("renew push jobs", err)
		}
	}
	return nil
}

// Ack removes a job that is done.
func (q *Queue) Ack(ctx context.Context, j approval.QueuedJob) error {
	var removed *redis.IntCmd
	q.store.pipeline(ctx, func(p redis.Pipeliner) {
		p.XAck(ctx, pushKey(j.Partition), consumerGroup, j.Entry)
		removed = p.XDel(ctx, pushKey(j.Partition), j.Entry)
	})
	if err := removed.Err(); err != nil {
		return failed("acknowledge push job", err)
	}
	return nil
}

// Depth returns how many jobs are not done yet, the ones that consumers hold included.
func (q *Queue) Depth(ctx context.Context) (int64, error) {
	var lengths [approval.Partitions]*redis.IntCmd
	q.store.pipeline(ctx, func(p redis.Pipeliner) {
		for partition := range lengths {
			lengths[partition] = p.XLen(ctx, pushKey(partition))
		}
	})
	var depth int64
	for _, l := range lengths {
		n, err := l.Result()
		if err != nil {
			return 0, failed("measure push queue", err)
		}
		depth += n
	}
	return depth, nil
}

func decodeJob(partition int, entry redis.XMessage) (approval.QueuedJob, error) {
	job := approval.QueuedJob{Partition: partition, Entry: entry.ID}
	return job, json.Unmarshal([]byte(text(entry.Values[jobField])), &job.PushJob)
}
