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
	resendPaused
	resendPushLimit
)

// Resend queues a push to every recipient again. The request's id makes a repetition harmless. It returns
// approval.ErrUnknown, ErrNotPending, ErrExpired, ErrResendLimit, or ErrResendTooSoon with the time to wait.
//
// It counts as a push of the account and returns ErrPushLimit or ErrPushPaused with the time to wait where that is not
// allowed, and ErrPushPaused without one where whoever created the approval wanted no phone to be woken.
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
	keys := []string{recordKey(partition, id), pushKey(partition), pushesKey(p.Account), deniesKey(p.Account)}
	args := []any{
		request, micros(s.now()), approval.ResendInterval.Microseconds(), approval.MaxResends, pushBell, longestQueued,
		id, s.limits.Most, s.limits.Window.Microseconds(),
	}
	answer, err := s.run(ctx, resendScript, keys, append(args, jobs...)...).Int64Slice()
	if err != nil {
		return failed("resend", err)
	}
	return decodeResend(answer)
}

func decodeResend(answer []int64) error {
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
	case resendPaused:
		return approval.ErrPushPaused.After(time.Duration(answer[1]) * time.Microsecond)
	case resendPushLimit:
		return approval.ErrPushLimit.After(time.Duration(answer[1]) * time.Microsecond)
	default:
		return fmt.Errorf("live: resend: unknown answer %d", answer[0])
	}
}
