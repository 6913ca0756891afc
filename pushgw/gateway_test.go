package pushgw_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/pushgw"
	"github.com/jawort/jawort/refusal"
)

func TestGatewayDeliversMarksAndAcknowledges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.queue.put(h.job("ins_a", "token-a", approval.JobApproval))
		h.run(t)
		synctest.Wait()
		h.wantSent(t, "token-a")
		h.wantMark(t, "ins_a", approval.ProgressSent)
		h.wantQueueEmpty(t)
		p := h.provider.sent()[0]
		if p.Title != "de:push.approval.title" || p.Body != "de:push.approval.body" {
			t.Errorf("texts are %q and %q", p.Title, p.Body)
		}
	})
}

func TestGatewayWithdrawsWithoutAskingOrMarking(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.approvals.end("apr_a")
		h.queue.put(h.job("ins_a", "token-a", approval.JobWithdrawn))
		h.run(t)
		synctest.Wait()
		h.wantSent(t, "token-a")
		h.wantMark(t, "ins_a", "")
		h.wantQueueEmpty(t)
		if title := h.provider.sent()[0].Title; title != "de:push.withdrawn.title" {
			t.Errorf("title is %q", title)
		}
	})
}

func TestGatewayDoesNotSendWhatHasEnded(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*house){
		"ended":      func(h *house) { h.approvals.change(func(p *approval.Pending) { p.Ended = true }) },
		"superseded": func(h *house) { h.approvals.change(func(p *approval.Pending) { p.Superseded = true }) },
		"forgotten":  func(h *house) { h.approvals.end("apr_a") },
		"expired":    func(h *house) { h.approvals.change(func(p *approval.Pending) { p.ExpiresAt = time.Now() }) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				change(h)
				h.queue.put(h.job("ins_a", "token-a", approval.JobApproval))
				h.run(t)
				synctest.Wait()
				h.wantSent(t)
				h.wantMark(t, "ins_a", "")
				h.wantQueueEmpty(t)
			})
		})
	}
}

func TestGatewayDropsAnExpiredJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		job := h.job("ins_a", "token-a", approval.JobWithdrawn)
		job.ExpiresAt = time.Now().Add(-time.Second)
		h.queue.put(job)
		h.run(t)
		synctest.Wait()
		h.wantSent(t)
		h.wantQueueEmpty(t)
	})
}

func TestGatewayAsksAgainBeforeEachTry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.provider.answer("token-a", &pushgw.Failure{Kind: pushgw.Again, Reason: "INTERNAL"})
		h.queue.put(h.job("ins_a", "token-a", approval.JobApproval))
		h.run(t)
		synctest.Wait()
		h.approvals.end("apr_a")
		pass(time.Minute)
		h.wantTries(t, "token-a", 1)
		h.wantMark(t, "ins_a", "")
		h.wantQueueEmpty(t)
	})
}

func TestGatewayBacksOffLongerEachTimeAndNeverAtTheSameMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		for range 4 {
			h.provider.answer("token-a", &pushgw.Failure{Kind: pushgw.Again, Reason: "INTERNAL"})
		}
		h.queue.put(h.job("ins_a", "token-a", approval.JobApproval))
		h.run(t)
		pass(time.Minute)
		h.wantQueueEmpty(t)
		tries := h.provider.triesAt("token-a")
		if len(tries) != 5 {
			t.Fatalf("%d tries, want 5", len(tries))
		}
		full := 500 * time.Millisecond
		for i := range 4 {
			if pause := tries[i+1].Sub(tries[i]); pause < full/2 || pause >= full {
				t.Errorf("pause %d is %v, want within [%v, %v)", i+1, pause, full/2, full)
			}
			full *= 2
		}
	})
}

func TestGatewayHonoursRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.provider.answer("token-a", &pushgw.Failure{Kind: pushgw.Throttled, Reason: "QUOTA_EXCEEDED", After: time.Minute})
		h.queue.put(h.job("ins_a", "token-a", approval.JobApproval))
		h.run(t)
		pass(70 * time.Second)
		h.wantQueueEmpty(t)
		tries := h.provider.triesAt("token-a")
		if len(tries) != 2 || tries[1].Sub(tries[0]) < time.Minute {
			t.Errorf("tried at %v", tries)
		}
		if h.queue.renewals() < 2 {
			t.Errorf("the lease was renewed %d times in a minute", h.queue.renewals())
		}
		if h.queue.reclaimedAgain() {
			t.Error("the job was taken over although it was in hand")
		}
	})
}

func TestGatewayGivesUpAtOnceWhenTheNextTryWouldBeTooLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.provider.answer("token-a", &pushgw.Failure{Kind: pushgw.Again, Reason: "UNAVAILABLE", After: time.Hour})
		h.queue.put(h.job("ins_a", "token-a", approval.JobApproval))
		h.run(t)
		synctest.Wait()
		h.wantMark(t, "ins_a", approval.ProgressFailed)
		h.wantQueueEmpty(t)
	})
}

func TestGatewayRetiresADeadTokenOnly(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, kind := range []approval.JobKind{approval.JobApproval, approval.JobWithdrawn} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				h.provider.answer("token-a", &pushgw.Failure{Kind: pushgw.Gone, Reason: "Unregistered", DeadSince: since})
				h.queue.put(h.job("ins_a", "token-a", kind))
				h.run(t)
				synctest.Wait()
				want := retirement{"ins_a", 7, since}
				if got := h.addresses.all(); len(got) != 1 || got[0] != want {
					t.Errorf("retired %v, want %v", got, want)
				}
				h.wantQueueEmpty(t)
			})
		})
	}
}

func TestGatewayKeepsTheTokenOfEveryOtherFailure(t *testing.T) {
	t.Parallel()
	for _, kind := range []pushgw.Kind{pushgw.Refused, pushgw.Alarm} {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				h.provider.answer("token-a", &pushgw.Failure{Kind: kind, Reason: "SENDER_ID_MISMATCH"})
				h.queue.put(h.job("ins_a", "token-a", approval.JobApproval))
				h.run(t)
				synctest.Wait()
				if got := h.addresses.all(); len(got) != 0 {
					t.Errorf("retired %v", got)
				}
				h.wantTries(t, "token-a", 1)
				h.wantMark(t, "ins_a", approval.ProgressFailed)
				h.wantQueueEmpty(t)
			})
		})
	}
}

func TestGatewayGivesUpOnAnAppThatIsNotConfigured(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		job := h.job("ins_a", "token-a", approval.JobApproval)
		job.Recipient.Address = sealed(t, account.PushAddress{Provider: account.FCM, App: "someone-else", Token: "token-a"})
		h.queue.put(job)
		h.run(t)
		synctest.Wait()
		h.wantMark(t, "ins_a", approval.ProgressFailed)
		h.wantQueueEmpty(t)
		h.wantLogged(t, `"reason":"app-not-configured"`)
		h.wantCount(t, "jawort_push_jobs_total", map[string]string{"provider": "fcm", "kind": "approval", "result": "alarm"}, 1)
	})
}

func TestGatewayGivesUpOnAnAddressThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		job := h.job("ins_a", "token-a", approval.JobApproval)
		job.Recipient.Address = []byte("sealed by another key")
		h.queue.put(job)
		h.run(t)
		synctest.Wait()
		h.wantMark(t, "ins_a", approval.ProgressFailed)
		h.wantQueueEmpty(t)
		h.wantLogged(t, `"reason":"address-not-opened"`)
	})
}

func TestGatewayLosesNoJobWhileTheStoresAreGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.provider.answer("token-a", &pushgw.Failure{Kind: pushgw.Gone, Reason: "UNREGISTERED"})
		h.fail(refusal.ErrUnavailable)
		h.queue.put(h.job("ins_a", "token-a", approval.JobApproval))
		h.run(t)
		pass(20 * time.Second)
		h.wantTries(t, "token-a", 0)
		h.approvals.fail(nil)
		h.queue.fail(nil)
		pass(20 * time.Second)
		h.wantTries(t, "token-a", 1)
		if h.queue.empty() {
			t.Fatal("acknowledged before the token was retired")
		}
		h.fail(nil)
		pass(30 * time.Second)
		h.wantTries(t, "token-a", 1)
		h.wantMark(t, "ins_a", approval.ProgressFailed)
		if got := h.addresses.all(); len(got) != 1 {
			t.Errorf("retired %v", got)
		}
		h.wantQueueEmpty(t)
	})
}
