package live

import (
	"context"
	"time"

	"github.com/jawort/jawort/approval"
)

// TestPush queues a push of kind approval.JobTest, or returns approval.ErrTestPushTooSoon with the time to wait where its installation
// had one less than approval.TestPushInterval ago.
func (s *Store) TestPush(ctx context.Context, j approval.PushJob) error {
	job, err := encodeJob(j)
	if err != nil {
		return err
	}
	to := j.Recipient.Installation
	keys := []string{testPushKey(to), pushKey(approval.PartitionOf(to))}
	wait, err := s.run(ctx, testPushScript, keys, micros(s.now()), approval.TestPushInterval.Microseconds(), pushBell, longestQueued, job).Int64()
	if err != nil {
		return failed("test push", err)
	}
	if wait > 0 {
		return approval.ErrTestPushTooSoon.After(time.Duration(wait) * time.Microsecond)
	}
	return nil
}
