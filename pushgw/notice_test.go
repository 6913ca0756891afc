package pushgw_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/pushgw"
	"github.com/jawort/jawort/pushgw/pushtest"
	"github.com/jawort/jawort/refusal"
)

func (h *house) notice() approval.QueuedJob {
	job := h.job("ins_a", "token-a", approval.JobNotice)
	job.ID, job.KeepUntil = "ntc_a", time.Now().Add(72*time.Hour)
	return job
}

func (h *house) wantPushed(t *testing.T, ids ...string) {
	t.Helper()
	if got := h.notices.all(); fmt.Sprint(got) != fmt.Sprint(ids) {
		t.Errorf("noted as pushed: %v, want %v", got, ids)
	}
}

func TestGatewayPushesANoticeAndNotesThatItDid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.approvals.end("apr_a") // is none of a notice's business
		job := h.notice()
		h.queue.put(job)
		h.run(t)
		synctest.Wait()
		h.wantSent(t, "token-a")
		h.wantPushed(t, "ntc_a")
		h.wantMark(t, "ins_a", "")
		h.wantQueueEmpty(t)
		h.wantLogged(t, `"notice":"ntc_a"`)
		p := h.provider.sent()[0]
		if p.Title != "de:push.notice.title" || p.Body != "de:push.notice.body" || !p.Expires.Equal(job.KeepUntil) {
			t.Errorf("the push is %+v", p)
		}
	})
}

func TestGatewayDoesNotPushANoticeThatWasReadEvenBetweenTwoTries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.provider.answer("token-a", &pushgw.Failure{Kind: pushgw.Again, Reason: "INTERNAL"})
		h.queue.put(h.notice())
		h.run(t)
		synctest.Wait()
		h.notices.read()
		pass(time.Minute)
		h.wantTries(t, "token-a", 1)
		h.wantPushed(t)
		h.wantQueueEmpty(t)
	})
}

func TestGatewayLeavesANoticeToComeAgainUnlessItNeverCanBePushed(t *testing.T) {
	t.Parallel()
	for kind, pushed := range map[pushgw.Kind][]string{
		pushgw.Gone: nil, pushgw.Alarm: nil, pushgw.Again: nil, pushgw.Refused: {"ntc_a"},
	} {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				for range 100 {
					h.provider.answer("token-a", &pushgw.Failure{Kind: kind, Reason: "reason"})
				}
				h.queue.put(h.notice())
				h.run(t)
				pass(3 * time.Minute) // the job has expired by then, though not the notice
				h.wantPushed(t, pushed...)
				h.wantQueueEmpty(t)
				if retired := len(h.addresses.all()); (retired == 1) != (kind == pushgw.Gone) {
					t.Errorf("%d addresses are retired", retired)
				}
			})
		})
	}
}

func TestGatewayLosesNoNoticeWhileTheStoresAreGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.notices.fail(refusal.ErrUnavailable)
		h.queue.put(h.notice())
		h.run(t)
		pass(30 * time.Second)
		h.wantSent(t)
		h.notices.fail(nil)
		pass(30 * time.Second)
		h.wantSent(t, "token-a")
		h.wantPushed(t, "ntc_a")
		h.wantQueueEmpty(t)
	})
}

// tell queues a notice for each phone.
func (w *world) tell(t *testing.T, phones ...phone) {
	t.Helper()
	for i, ph := range phones {
		job := approval.PushJob{
			Kind: approval.JobNotice, ID: "ntc_" + strconv.Itoa(i), Recipient: ph.recipient(t),
			ExpiresAt: time.Now().Add(time.Minute), KeepUntil: time.Now().Add(72 * time.Hour),
		}
		if err := w.store.Notify(t.Context(), "acc_"+ph.name, job); err != nil {
			t.Fatal(err)
		}
	}
}

func TestANoticeWakesThePhonesOfAllServicesWithoutHurryAndSaysNothing(t *testing.T) {
	t.Parallel()
	onEveryRedis(t, func(t *testing.T, w *world) {
		phones := w.phones(t)
		w.gateway(t, "a")
		w.tell(t, phones...)
		for i, ph := range phones {
			got := <-ph.stage.Inbox(ph.token)
			if got.Type != "notice" || got.ID != "ntc_"+strconv.Itoa(i) || got.Title != "en:push.notice.title" || got.Body != "en:push.notice.body" {
				t.Errorf("%s got %+v", ph.name, got)
			}
			if strings.Contains(string(got.Payload), "acc_") || strings.Contains(string(got.Payload), ph.name) {
				t.Errorf("the push says too much: %s", got.Payload)
			}
			w.wantPatient(t, ph, got)
		}
		w.wantNothingLeft(t)
		if pushed := w.notices.all(); len(pushed) != len(phones) {
			t.Errorf("noted as pushed: %v", pushed)
		}
	})
}

// wantPatient ends in an error unless the service keeps the push for days and lets the phone sleep. Apple shows an alert of a lower priority
// when it likes, or never.
func (w *world) wantPatient(t *testing.T, ph phone, got pushtest.Push) {
	t.Helper()
	switch ph.name {
	case "ins_fcm":
		m := androidOf(t, got)
		ttl, err := time.ParseDuration(m.TTL)
		if err != nil || m.Priority != "NORMAL" || ttl < 71*time.Hour || m.Notification.Tag == "" {
			t.Errorf("android config: %+v", m)
		}
	case "ins_apns":
		until, err := strconv.ParseInt(got.Header.Get("apns-expiration"), 10, 64)
		if err != nil || time.Until(time.Unix(until, 0)) < 71*time.Hour || got.Header.Get("apns-priority") != "10" || got.Header.Get("apns-collapse-id") == "" {
			t.Errorf("headers: %v", got.Header)
		}
	case "ins_huawei":
		a := harmonyOf(t, got)
		if ttl, err := time.ParseDuration(a.TTL); err != nil || ttl < 71*time.Hour || a.Notification.Importance != "NORMAL" || a.Notification.Tag == "" {
			t.Errorf("android config: %+v", a)
		}
	case "ins_web":
		ttl, err := strconv.Atoi(got.Header.Get("TTL"))
		if err != nil || ttl < 71*60*60 || got.Header.Get("Urgency") != "normal" || got.Header.Get("Topic") == "" {
			t.Errorf("headers: %v", got.Header)
		}
		var payload map[string]string
		if err := json.Unmarshal(got.Payload, &payload); err != nil || len(payload) != 4 {
			t.Errorf("payload: %v, %v", payload, err)
		}
	}
}

func TestADeadTokenIsRetiredByANoticeToo(t *testing.T) {
	t.Parallel()
	onEveryRedis(t, func(t *testing.T, w *world) {
		phones := w.phones(t)
		for _, ph := range phones {
			ph.stage.Uninstall(ph.token)
		}
		w.proveHuawei(t)
		w.gateway(t, "a")
		w.tell(t, phones...)
		w.wantNothingLeft(t)
		if retired := w.addresses.all(); len(retired) != len(phones) {
			t.Errorf("retired %v", retired)
		}
		if pushed := w.notices.all(); len(pushed) != 0 {
			t.Errorf("noted as pushed: %v", pushed)
		}
	})
}
