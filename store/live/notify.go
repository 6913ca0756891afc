package live

import (
	"context"

	"github.com/jawort/jawort/approval"
)

// Notify queues a push job that belongs to no approval, in the partition of its account. The job must not live longer than an
// approval may: what is older is dropped.
func (s *Store) Notify(ctx context.Context, account string, j approval.PushJob) error {
	job, err := encodeJob(j)
	if err != nil {
		return err
	}
	keys := []string{pushKey(approval.PartitionOf(account))}
	if err := s.run(ctx, notifyScript, keys, pushBell, longestQueued, job).Err(); err != nil {
		return failed("notify", err)
	}
	return nil
}
