package live

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/jawort/jawort/approval"
)

// found is what one partition's stream gave.
type found struct {
	partition int
	entries   []redis.XMessage
	err       error
}

// readNew takes jobs that no consumer has seen.
func (q *Queue) readNew(ctx context.Context, partitions []int, count int) ([]approval.QueuedJob, error) {
	reads := make([]*redis.XStreamSliceCmd, len(partitions))
	q.store.pipeline(ctx, func(p redis.Pipeliner) {
		for i, partition := range partitions {
			reads[i] = p.XReadGroup(ctx, &redis.XReadGroupArgs{
				Group: consumerGroup, Consumer: q.consumer, Streams: []string{pushKey(partition), ">"}, Count: int64(count), Block: -1,
			})
		}
	})
	all := make([]found, len(partitions))
	for i, read := range reads {
		all[i] = found{partition: partitions[i], err: read.Err()}
		for _, stream := range read.Val() {
			all[i].entries = stream.Messages
		}
	}
	return q.collect(ctx, all)
}

// claimIdle takes over jobs of dead consumers. The search goes on where it stopped: jobs that are still worked
// on must not hide those behind them.
func (q *Queue) claimIdle(ctx context.Context, partitions []int, count int, idle time.Duration) ([]approval.QueuedJob, error) {
	q.mu.Lock()
	cursors := q.cursors
	q.mu.Unlock()
	claims := make([]*redis.XAutoClaimCmd, len(partitions))
	q.store.pipeline(ctx, func(p redis.Pipeliner) {
		for i, partition := range partitions {
			claims[i] = p.XAutoClaim(ctx, &redis.XAutoClaimArgs{
				Stream: pushKey(partition), Group: consumerGroup, Consumer: q.consumer, MinIdle: idle, Start: cursors[partition], Count: int64(count),
			})
		}
	})
	all := make([]found, len(partitions))
	q.mu.Lock()
	for i, claim := range claims {
		all[i] = found{partition: partitions[i], err: claim.Err()}
		if claim.Err() == nil {
			all[i].entries, q.cursors[partitions[i]] = claim.Val()
		}
	}
	q.mu.Unlock()
	return q.collect(ctx, all)
}

// collect returns the jobs of the partitions that answered. They belong to this consumer now, so an error of
// another partition is told only where there are none.
func (q *Queue) collect(ctx context.Context, all []found) ([]approval.QueuedJob, error) {
	var jobs []approval.QueuedJob
	var errs []error
	for _, f := range all {
		if f.err != nil && !errors.Is(f.err, redis.Nil) {
			errs = append(errs, q.mend(ctx, f))
		}
		for _, entry := range f.entries {
			job, err := decodeJob(f.partition, entry)
			if err != nil {
				errs = append(errs, errors.Join(err, q.Ack(ctx, job))) // nobody could ever read it
				continue
			}
			jobs = append(jobs, job)
		}
	}
	if len(jobs) > 0 {
		return jobs, nil
	}
	return nil, errors.Join(errs...)
}

// mend makes the consumer group where Redis has none yet, or has lost it. It begins with the oldest job.
func (q *Queue) mend(ctx context.Context, f found) error {
	if !noGroup(f.err) {
		return failed("read push queue", f.err)
	}
	err := q.store.client.XGroupCreateMkStream(ctx, pushKey(f.partition), consumerGroup, "0").Err()
	if err != nil && !redis.HasErrorPrefix(err, "BUSYGROUP") {
		return failed("make consumer group", err)
	}
	q.ring(pushKey(f.partition)) // look again, there may be jobs
	return nil
}

func noGroup(err error) bool { return redis.HasErrorPrefix(err, "NOGROUP") }

// untidy reports whether it is time again to forget consumers.
func (q *Queue) untidy() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.store.now()
	if now.Sub(q.tidied) < forgetAfter {
		return false
	}
	q.tidied = now
	return true
}

// forgetConsumers forgets those that hold nothing and were not seen for as long as idle.
func (q *Queue) forgetConsumers(ctx context.Context, idle time.Duration) error {
	var errs []error
	for partition := range approval.Partitions {
		err := q.store.run(ctx, forgetScript, []string{pushKey(partition)}, consumerGroup, idle.Milliseconds()).Err()
		if err != nil {
			errs = append(errs, failed("forget dead consumers", err))
		}
	}
	return errors.Join(errs...)
}
