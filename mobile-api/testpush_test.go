package mobileapi_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/outbox"
)

const testPushPath = "/v1/installation/push/test"

// queued takes all push jobs that are queued now.
func (b *bench) queued() (all []approval.QueuedJob) {
	b.t.Helper()
	q := b.live.Queue("test")
	for {
		jobs := must(q.Read(b.t.Context(), 100, 0))(b.t)
		if len(jobs) == 0 {
			if must(q.Depth(b.t.Context()))(b.t) == 0 {
				return all
			}
			continue // the consumer groups were being made
		}
		for _, j := range jobs {
			b.check(q.Ack(b.t.Context(), j))
		}
		all = append(all, jobs...)
	}
}

func TestAPhoneHasATestPushSentToItselfOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("x").enrol(a)
	b.phone("y").enrol(a)
	b.phone("z").enrol(b.account("4712"))
	p.call("PUT", "/v1/installation/push", map[string]any{"provider": "fcm", "app": "jawort", "token": "mine"}).want(t, http.StatusNoContent, "")
	got := p.call("POST", testPushPath, nil).want(t, http.StatusAccepted, "")
	jobs := b.queued()
	if len(jobs) != 1 {
		t.Fatalf("%d pushes are queued", len(jobs))
	}
	j := jobs[0]
	if id, _ := got.body["id"].(string); j.Kind != approval.JobTest || j.ID != id || !strings.HasPrefix(id, "tst_") || j.Recipient.Language != "de" {
		t.Errorf("queued %+v, told %s", j, got.raw)
	}
	told := must(time.Parse(time.RFC3339, got.body["expires_at"].(string)))(t)
	if left := j.ExpiresAt.Sub(b.now()); !told.Equal(j.ExpiresAt) || left <= 0 || left > approval.TestPushLife {
		t.Errorf("it expires in %v, told %s", left, got.raw)
	}
	var address account.PushAddress
	b.check(json.Unmarshal(must(b.keys.Open(j.Recipient.Address, "jawort push address"))(t), &address))
	if address.Token != "mine" {
		t.Errorf("it goes to %s", address.Token)
	}
	if log := b.log.String(); strings.Contains(log, "mine") || !strings.Contains(log, j.ID) {
		t.Error("the log says too much or too little")
	}
}

func TestAPhoneIsSentOneTestPushPerTwentySecondsHoweverManyItAsksForAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p, other := b.phone("x").enrol(a), b.phone("y").enrol(a)
	answers := make([]answer, 20)
	var all sync.WaitGroup
	for i := range answers {
		r := p.prepare("POST", testPushPath, nil)
		all.Go(func() { answers[i] = do(t, r) })
	}
	all.Wait()
	sent := 0
	for _, got := range answers {
		if got.status == http.StatusAccepted {
			sent++
			continue
		}
		wait := must(strconv.Atoi(got.want(t, http.StatusTooManyRequests, "test-push-too-soon").header.Get("Retry-After")))(t)
		if wait < 1 || wait > 20 {
			t.Errorf("wait %d s", wait)
		}
	}
	if jobs := b.queued(); sent != 1 || len(jobs) != 1 {
		t.Errorf("%d were accepted and %d are queued", sent, len(jobs))
	}
	other.call("POST", testPushPath, nil).want(t, http.StatusAccepted, "")
	b.later(approval.TestPushInterval)
	p.call("POST", testPushPath, nil).want(t, http.StatusAccepted, "")
}

func TestAPhoneWithoutAPushAddressIsToldSoAndMayTryAtOnceWhenItHasOne(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.phone("x").enrol(b.account("4711"))
	d := must(b.lasting.Devices(t.Context(), b.tenant.ID, "4711"))(t)[0]
	b.check(b.lasting.PutAddress(t.Context(), d.Installation, nil))
	for range 2 {
		got := p.call("POST", testPushPath, nil).want(t, http.StatusConflict, "no-push-address")
		if detail, _ := got.body["detail"].(string); !strings.Contains(detail, "PUT /v1/installation/push") {
			t.Errorf("it is not told what to do: %s", got.raw)
		}
	}
	if jobs := b.queued(); len(jobs) != 0 {
		t.Errorf("%d pushes are queued", len(jobs))
	}
	p.call("PUT", "/v1/installation/push", map[string]any{"provider": "fcm", "app": "jawort", "token": "new"}).want(t, http.StatusNoContent, "")
	p.call("POST", testPushPath, nil).want(t, http.StatusAccepted, "")
}

func TestWhoeverIsNotThePhoneHasNoTestPushSentToIt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p, thief, revoked := b.phone("x").enrol(a), b.phone("y").enrol(a), b.phone("z").enrol(a)
	b.check(b.lasting.RevokeDevice(t.Context(), b.tenant.ID, "4711", revoked.device, outbox.Actor{}))
	_, code := b.link(a)
	unconfirmed := b.phone("u")
	done := unconfirmed.complete(unconfirmed.completion(unconfirmed.claim(code).ok(t))).ok(t)
	unconfirmed.token, _ = done.body["token"].(string)
	b.queued()
	for name, got := range map[string]answer{
		"no token":        p.call("POST", testPushPath, nil, unsigned()),
		"a forged token":  p.call("POST", testPushPath, nil, withToken(forged(p.token))),
		"a stolen token":  p.call("POST", testPushPath, nil, withKey(thief.key)),
		"no proof":        p.call("POST", testPushPath, nil, change{send: func(r *http.Request) { r.Header.Del("DPoP") }}),
		"another call's":  p.call("POST", testPushPath, nil, claim("htu", b.url+"/v1/devices")),
		"a revoked phone": revoked.call("POST", testPushPath, nil),
		"not yet active":  unconfirmed.call("POST", testPushPath, nil),
	} {
		if got.status != http.StatusUnauthorized || got.code() != "unauthorized" {
			t.Errorf("%s: got %d %s", name, got.status, got.raw)
		}
	}
	if jobs := b.queued(); len(jobs) != 0 {
		t.Errorf("%d pushes are queued", len(jobs))
	}
}

func TestWithoutAStoreNoTestPushIsPromised(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.phone("x").enrol(b.account("4711"))
	for _, gone := range []interface{ Store(bool) }{&b.noRedis, &b.noSQL} {
		gone.Store(true)
		if got := p.call("POST", testPushPath, nil).want(t, http.StatusServiceUnavailable, "unavailable"); got.header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
		gone.Store(false)
	}
	p.call("POST", testPushPath, nil).want(t, http.StatusAccepted, "")
}
