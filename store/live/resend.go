package live

import (
	"context"
	"fmt"
	"time"

	"github.com/jawort/jawort/approval"
)

// What resend.lua answers.
const (
	resendDone = iota
	resendUnknown
	resendEnded
	resendExpired
	resendLimit
	resendTooSoon
)

// Resend queues a push to every recipient again. The request's id makes a repetition harmless. It returns
// approval.ErrUnknown, ErrNotPending, ErrExpired, ErrResendLimit, or ErrResendTooSoon with the time to wait.
func (s *Store) Resend(ctx context.Context, id, request string) error {
	p, err := s.Pending(ctx, id)
	if err != nil {
		return err
	}
	jobs, err := encodeJobs(p, approval.JobApproval, p.ExpiresAt, p.Recipients)
	if err != nil {
		return err
	}
	partition := p.Partition()
	args := []any{request, micros(s.now()), approval.ResendInterval.Microseconds(), approval.MaxResends, pushBell, longestQueued}
	answer, err := s.run(ctx, resendScript, []string{recordKey(partition, id), pushKey(partition)}, append(args, jobs...)...).Int64Slice()
	if err != nil {
		return failed("resend", err)
	}
	switch answer[0] {
	case resendDone:
		return nil
	case resendUnknown:
		return approval.ErrUnknown
	case resendEnded:
		return approval.ErrNotPending
	case resendExpired:
		return approval.ErrExpired
	case resendLimit:
		return approval.ErrResendLimit
	case resendTooSoon:
		return approval.ErrResendTooSoon.After(time.Duration(answer[1]) * time.Microsecond)
	default:
		return fmt.Errorf("live: resend: unknown answer %d", answer[0])
	}
}
