package pushgw_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/pushgw"
)

const alarmText = "push needs an operator"

func (h *house) wantAlarms(t *testing.T, want int) {
	t.Helper()
	if n := strings.Count(h.log.String(), alarmText); n != want {
		t.Errorf("%d alarms are in the log, want %d", n, want)
	}
}

func TestAnAlarmIsToldOncePerMinuteAndCountedEachTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.provider.always(&pushgw.Failure{Kind: pushgw.Alarm, Reason: "SENDER_ID_MISMATCH"})
		put := func(n int) {
			for i := range n {
				h.queue.put(h.job("ins_a", fmt.Sprintf("token-%d", i), approval.JobApproval))
			}
			synctest.Wait()
		}
		h.run(t)
		put(50)
		h.wantAlarms(t, 1)
		pass(59 * time.Second)
		put(1)
		h.wantAlarms(t, 1)
		pass(time.Second)
		put(50)
		h.wantAlarms(t, 2)
		h.wantCount(t, "jawort_push_jobs_total", map[string]string{"provider": "fcm", "kind": "approval", "result": "alarm"}, 101)
	})
}

func TestAlarmsOfOneRouteDoNotHideThoseOfAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		second := newFakeProvider()
		h.options.Providers[pushgw.Route{Provider: account.FCM, App: "second"}] = second
		fault := &pushgw.Failure{Kind: pushgw.Alarm, Reason: "SENDER_ID_MISMATCH"}
		h.provider.always(fault)
		second.always(fault)
		h.run(t)
		h.queue.put(h.job("ins_a", "token-a", approval.JobApproval), h.jobOfApp(t, "second"))
		synctest.Wait()
		h.wantAlarms(t, 2)
	})
}

func TestAppsThatAPhoneMakesUpAreOneAlarm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.run(t)
		for i := range 50 {
			h.queue.put(h.jobOfApp(t, fmt.Sprintf("made-up-%d", i)))
		}
		synctest.Wait()
		h.wantAlarms(t, 1)
		h.wantCount(t, "jawort_push_jobs_total", map[string]string{"provider": "fcm", "kind": "approval", "result": "alarm"}, 50)
	})
}

func (h *house) jobOfApp(t *testing.T, app string) approval.QueuedJob {
	t.Helper()
	job := h.job("ins_a", "", approval.JobApproval)
	job.Recipient.Address = sealed(t, account.PushAddress{Provider: account.FCM, App: app, Token: "token-of-" + app})
	return job
}
