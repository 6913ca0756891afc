package pushgw_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/pushgw"
)

func TestStoppingLeavesWhatWaitsToOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.provider.answer("token-a", &pushgw.Failure{Kind: pushgw.Throttled, Reason: "QUOTA_EXCEEDED", After: time.Minute})
		h.queue.put(h.job("ins_a", "token-a", approval.JobApproval))
		stop := h.run(t)
		synctest.Wait()
		begun := time.Now()
		stop()
		if took := time.Since(begun); took != 0 {
			t.Errorf("stopping took %v although nothing was under way", took)
		}
		if h.queue.empty() {
			t.Fatal("the job was acknowledged")
		}
		h.wantMark(t, "ins_a", "")

		h.again()
		h.run(t)
		pass(time.Minute)
		h.wantSent(t, "token-a")
		h.wantMark(t, "ins_a", approval.ProgressSent)
		h.wantQueueEmpty(t)
	})
}

func TestStoppingGivesAttemptsUnderWayAMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.provider.silence("token-a", true)
		h.queue.put(h.job("ins_a", "token-a", approval.JobApproval))
		stop := h.run(t)
		synctest.Wait()
		begun := time.Now()
		stop()
		if took := time.Since(begun); took != 5*time.Second {
			t.Errorf("stopping took %v, want the grace of 5 s", took)
		}
		h.wantMark(t, "ins_a", "")
		if h.queue.empty() {
			t.Error("the job was acknowledged although nobody knows whether it was accepted")
		}
	})
}

func TestStoppingWhileTheQueueIsGoneEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.queue.put(h.job("ins_a", "token-a", approval.JobApproval))
		h.queue.fail(errGone)
		stop := h.run(t)
		pass(time.Second)
		h.wantSent(t, "token-a")
		stop()
		h.queue.fail(nil)
		if h.queue.empty() {
			t.Error("the job vanished without an acknowledgement")
		}
	})
}

func TestStoppingBeforeTheProgressIsNotedKeepsTheJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.approvals.failMarks(errGone)
		h.queue.put(h.job("ins_a", "token-a", approval.JobApproval))
		stop := h.run(t)
		pass(time.Second)
		h.wantSent(t, "token-a")
		stop()
		if h.queue.empty() {
			t.Fatal("the job was acknowledged before its progress was noted")
		}
		h.approvals.failMarks(nil)
		h.again()
		h.run(t)
		pass(time.Minute)
		h.wantMark(t, "ins_a", approval.ProgressSent)
		h.wantQueueEmpty(t)
	})
}
