package live

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/jawort/jawort/approval"
)

// withdrawnFor is how long the withdrawals are worth a try: a phone that is offline for longer asks when it is back.
const withdrawnFor = time.Minute

// leaseTime is how long an approval that is due is left to the sweeper that got it.
const leaseTime = 10 * time.Second

// End takes an approval off the indexes, after its outcome was written, and queues a withdrawal to every
// recipient but the installation that decided (empty: none did). How it ended counts for the account's PushLimits.
// Repeating it does nothing; an approval that is forgotten needs nothing.
func (s *Store) End(ctx context.Context, id, decider string, status approval.Status) error {
	p, err := s.Pending(ctx, id)
	if errors.Is(err, approval.ErrUnknown) || p.Ended {
		return nil
	}
	if err != nil {
		return err
	}
	return s.EndPending(ctx, p, decider, status)
}

// EndPending is End of an approval that Pending returned.
func (s *Store) EndPending(ctx context.Context, p approval.Pending, decider string, status approval.Status) error {
	others := slices.DeleteFunc(slices.Clone(p.Recipients), func(r approval.Recipient) bool { return r.Installation == decider })
	jobs, err := encodeJobs(p, approval.JobWithdrawn, s.now().Add(withdrawnFor), others)
	if err != nil {
		return err
	}
	partition := p.Partition()
	keys := []string{recordKey(partition, p.ID), indexKey(p.Account), dueKey(partition), pushKey(partition), pushesKey(p.Account), deniesKey(p.Account)}
	args := append([]any{p.ID, pushBell, longestQueued, judge(status), micros(s.now())}, s.limits.pauses()...)
	if err := s.run(ctx, endScript, keys, append(args, jobs...)...).Err(); err != nil {
		return failed("end", err)
	}
	return nil
}

// Due leases approvals of a partition that somebody has to end: their closes_at has passed, or they were
// superseded. What is not ended within the lease comes again.
func (s *Store) Due(ctx context.Context, partition, limit int) ([]approval.Pending, error) {
	now := s.now()
	ids, err := s.run(ctx, dueScript, []string{dueKey(partition)}, micros(now), micros(now.Add(leaseTime)), limit).StringSlice()
	if err != nil {
		return nil, failed("lease due approvals", err)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := s.records(ctx, ids)
	if err != nil || len(found) == len(ids) {
		return found, err
	}
	return found, s.forget(ctx, partition, ids, found)
}

// forget removes those that were due but whose record is gone: nothing is left to be ended by.
func (s *Store) forget(ctx context.Context, partition int, ids []string, found []approval.Pending) error {
	var gone []any
	for _, id := range ids {
		if !slices.ContainsFunc(found, func(p approval.Pending) bool { return p.ID == id }) {
			gone = append(gone, id)
		}
	}
	var removed *redis.IntCmd
	s.pipeline(ctx, func(p redis.Pipeliner) { removed = p.ZRem(ctx, dueKey(partition), gone...) })
	if err := removed.Err(); err != nil {
		return failed("forget due approvals", err)
	}
	return nil
}
