package pushgw_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/pushgw"
	"github.com/jawort/jawort/pushgw/pushtest"
)

func (h *house) testPush() approval.QueuedJob {
	job := h.job("ins_a", "token-a", approval.JobTest)
	job.ID, job.ExpiresAt = "tst_a", time.Now().Add(approval.TestPushLife)
	return job
}

func TestGatewayPushesATestUntilItArrivesAndMarksNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.approvals.end("apr_a") // no approval and no notice is any of its business
		h.notices.read()
		h.provider.answer("token-a", &pushgw.Failure{Kind: pushgw.Again, Reason: "INTERNAL"})
		job := h.testPush()
		h.queue.put(job)
		h.run(t)
		pass(30 * time.Second)
		h.wantTries(t, "token-a", 2)
		h.wantMark(t, "ins_a", "")
		h.wantPushed(t)
		h.wantQueueEmpty(t)
		h.wantLogged(t, `"test":"tst_a"`)
		sent := h.provider.sent()
		if len(sent) != 1 {
			t.Fatalf("%d pushes were sent", len(sent))
		}
		p := sent[0]
		if p.Title != "de:push.test.title" || p.Body != "de:push.test.body" || !p.Expires.Equal(job.ExpiresAt) {
			t.Errorf("the push is %+v", p)
		}
	})
}

func TestGatewayTriesATestNoLongerThanItIsOfUse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		for range 100 {
			h.provider.answer("token-a", &pushgw.Failure{Kind: pushgw.Again, Reason: "INTERNAL"})
		}
		h.queue.put(h.testPush())
		h.run(t)
		pass(approval.TestPushLife)
		h.wantQueueEmpty(t)
		h.wantSent(t)
		tried := len(h.provider.triesAt("token-a"))
		pass(time.Hour)
		h.wantTries(t, "token-a", tried)
	})
}

// try queues a test push for each phone.
func (w *world) try(t *testing.T, phones ...phone) {
	t.Helper()
	for i, ph := range phones {
		job := approval.PushJob{
			Kind: approval.JobTest, ID: "tst_" + strconv.Itoa(i), Recipient: ph.recipient(t), ExpiresAt: time.Now().Add(approval.TestPushLife),
		}
		if err := w.store.TestPush(t.Context(), job); err != nil {
			t.Fatal(err)
		}
	}
}

func TestATestGoesTheWayOfQuestionsOnAllServicesAndSaysNothing(t *testing.T) {
	t.Parallel()
	onEveryRedis(t, func(t *testing.T, w *world) {
		phones := w.phones(t)
		w.gateway(t, "a")
		w.try(t, phones...)
		for i, ph := range phones {
			got := <-ph.stage.Inbox(ph.token)
			if got.Type != "test" || got.ID != "tst_"+strconv.Itoa(i) || got.Title != "en:push.test.title" || got.Body != "en:push.test.body" {
				t.Errorf("%s got %+v", ph.name, got)
			}
			if strings.Contains(string(got.Payload), ph.name) {
				t.Errorf("the push says too much: %s", got.Payload)
			}
			w.wantUrgent(t, ph, got)
		}
		w.wantNothingLeft(t)
	})
}

// wantUrgent ends in an error unless the service wakes the phone at once, drops the push soon and can replace it.
func (w *world) wantUrgent(t *testing.T, ph phone, got pushtest.Push) {
	t.Helper()
	soon := func(life time.Duration) bool { return life > 0 && life <= approval.TestPushLife }
	switch ph.name {
	case "ins_fcm":
		m := androidOf(t, got)
		if ttl, err := time.ParseDuration(m.TTL); err != nil || m.Priority != "HIGH" || !soon(ttl) || m.Notification.Tag == "" {
			t.Errorf("android config: %+v", m)
		}
	case "ins_apns":
		until, err := strconv.ParseInt(got.Header.Get("apns-expiration"), 10, 64)
		if err != nil || !soon(time.Until(time.Unix(until, 0))) || got.Header.Get("apns-priority") != "10" || got.Header.Get("apns-collapse-id") == "" {
			t.Errorf("headers: %v", got.Header)
		}
		if !strings.Contains(string(got.Payload), `"sound":"default"`) {
			t.Errorf("it makes no sound: %s", got.Payload)
		}
	case "ins_huawei":
		a := harmonyOf(t, got)
		if ttl, err := time.ParseDuration(a.TTL); err != nil || !soon(ttl) || a.Notification.Importance != "NORMAL" || a.Notification.Tag == "" {
			t.Errorf("android config: %+v", a)
		}
	case "ins_web":
		ttl, err := strconv.Atoi(got.Header.Get("TTL"))
		if err != nil || !soon(time.Duration(ttl)*time.Second) || got.Header.Get("Urgency") != "high" || got.Header.Get("Topic") == "" {
			t.Errorf("headers: %v", got.Header)
		}
		var payload map[string]string
		if err := json.Unmarshal(got.Payload, &payload); err != nil || len(payload) != 4 {
			t.Errorf("payload: %v, %v", payload, err)
		}
	default:
		t.Errorf("nothing is known of %s", ph.name)
	}
}

func TestADeadTokenIsRetiredByATestToo(t *testing.T) {
	t.Parallel()
	onEveryRedis(t, func(t *testing.T, w *world) {
		phones := w.phones(t)
		for _, ph := range phones {
			ph.stage.Uninstall(ph.token)
		}
		w.proveHuawei(t)
		w.gateway(t, "a")
		w.try(t, phones...)
		w.wantNothingLeft(t)
		if retired := w.addresses.all(); len(retired) != len(phones) {
			t.Errorf("retired %v", retired)
		}
	})
}
