package pushgw_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/pushgw"
)

func TestAFailingServiceIsLeftAloneAndItsJobsWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.options.Pace = pushgw.Pace{TripAfter: 5, Rest: 20 * time.Second}
		h.provider.always(&pushgw.Failure{Kind: pushgw.Again, Reason: "UNAVAILABLE"})
		for i := range 10 {
			h.queue.put(h.job(fmt.Sprintf("ins_%d", i), fmt.Sprintf("token-%d", i), approval.JobApproval))
		}
		h.run(t)
		pass(15 * time.Second)
		if n := h.tries(10); n < 5 || n > 10 {
			t.Errorf("%d tries at a service that fails", n)
		}
		h.wantCount(t, "jawort_push_breakers_not_closed", map[string]string{"provider": "fcm", "state": "open"}, 1)
		h.provider.always(nil)
		pass(60 * time.Second)
		if n := len(h.provider.sent()); n != 10 {
			t.Errorf("%d of 10 were sent when the service was back", n)
		}
		h.wantQueueEmpty(t)
		h.wantCount(t, "jawort_push_breakers_not_closed", map[string]string{"provider": "fcm", "state": "open"}, 0)
	})
}

func (h *house) tries(tokens int) (n int) {
	for i := range tokens {
		n += len(h.provider.triesAt(fmt.Sprintf("token-%d", i)))
	}
	return n
}

func TestWhatConcernsOneTokenDoesNotTripTheBreaker(t *testing.T) {
	t.Parallel()
	for _, kind := range []pushgw.Kind{pushgw.Gone, pushgw.Refused, pushgw.Throttled, pushgw.Alarm} {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				h.options.Pace = pushgw.Pace{TripAfter: 2, Rest: time.Hour}
				for i := range 20 {
					token := fmt.Sprintf("bad-%d", i)
					h.provider.answer(token, &pushgw.Failure{Kind: kind, Reason: "of-the-token"})
					h.queue.put(h.job("ins_bad", token, approval.JobApproval))
				}
				h.run(t)
				synctest.Wait()
				h.queue.put(h.job("ins_a", "token-a", approval.JobApproval))
				synctest.Wait()
				h.wantMark(t, "ins_a", approval.ProgressSent)
			})
		})
	}
}

func TestASilentServiceDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.options.Concurrency = 2
		other := newFakeProvider()
		h.options.Providers[pushgw.Route{Provider: account.APNs, App: bundle, Environment: pushgw.Production}] = other
		for i := range 100 { // more than the gateway may hold at all
			token := fmt.Sprintf("silent-%d", i)
			h.provider.silence(token, true)
			h.queue.put(h.job("ins_silent", token, approval.JobWithdrawn))
		}
		job := h.job("ins_a", "token-a", approval.JobApproval)
		job.Recipient.Address = sealed(t, apnsAddress("token-a"))
		h.queue.put(job)
		h.run(t)
		pass(time.Second)
		if n := len(other.sent()); n != 1 {
			t.Errorf("the other service got %d pushes, want 1", n)
		}
		h.wantMark(t, "ins_a", approval.ProgressSent)
	})
}

func TestJobsThatFindTheirServiceCrowdedAreTakenUpAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.options.Concurrency = 2
		for i := range 60 {
			token := fmt.Sprintf("token-%d", i)
			h.provider.answer(token, &pushgw.Failure{Kind: pushgw.Again, Reason: "INTERNAL", After: 5 * time.Second})
			job := h.job("ins_a", token, approval.JobWithdrawn)
			job.ExpiresAt = time.Now().Add(time.Hour)
			h.queue.put(job)
		}
		h.run(t)
		pass(20 * time.Minute)
		if n := len(h.provider.sent()); n != 60 {
			t.Errorf("%d of 60 were sent", n)
		}
		h.wantQueueEmpty(t)
	})
}

func TestAServerThatAPhoneNamedFailsForItselfOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.options.Pace = pushgw.Pace{TripAfter: 2, Rest: time.Hour}
		web := newWebProvider("https://bad.example/1")
		h.options.Providers[pushgw.Route{Provider: account.WebPush}] = web
		for range 10 {
			h.putWeb(t, "ins_bad", "https://bad.example/1")
		}
		h.run(t)
		pass(5 * time.Second)
		h.putWeb(t, "ins_a", "https://good.example/1")
		pass(time.Second)
		h.wantMark(t, "ins_a", approval.ProgressSent)
		if n := web.triesOf("https://bad.example/1"); n > 10 {
			t.Errorf("%d tries at a server that fails", n)
		}
	})
}

// manyHosts is a gateway with more withdrawals than it may hold, each for another server, and all of these ask for
// patience.
func manyHosts(t *testing.T, jobs int) (*house, *fakeProvider) {
	t.Helper()
	h := newHouse(t)
	web := newFakeProvider()
	web.always(&pushgw.Failure{Kind: pushgw.Again, Reason: "Service-Unavailable", After: 100 * time.Second})
	h.options.Providers[pushgw.Route{Provider: account.WebPush}] = web
	for i := range jobs {
		job := h.job(fmt.Sprintf("ins_%d", i), "", approval.JobWithdrawn)
		job.ExpiresAt = time.Now().Add(12 * time.Minute)
		job.Recipient.Address = sealed(t, account.PushAddress{Provider: account.WebPush, Subscription: &account.Subscription{
			Endpoint: fmt.Sprintf("https://h%d.example/", i),
		}})
		h.queue.put(job)
	}
	return h, web
}

const moreThanTheRoom = pushgw.DefaultConcurrency*16 + 100

func TestManyServersThatAskForPatienceDoNotHoldUpOtherServices(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, _ := manyHosts(t, moreThanTheRoom)
		h.run(t)
		pass(5 * time.Second)
		h.queue.put(h.job("ins_a", "token-a", approval.JobApproval))
		synctest.Wait()
		h.wantMark(t, "ins_a", approval.ProgressSent)
	})
}

func TestManyServersAndASilentServiceDoNotHoldUpTheRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, _ := manyHosts(t, moreThanTheRoom)
		for i := range moreThanTheRoom {
			token := fmt.Sprintf("silent-%d", i)
			h.provider.silence(token, true)
			h.queue.put(h.job("ins_silent", token, approval.JobWithdrawn))
		}
		other := newFakeProvider()
		h.options.Providers[pushgw.Route{Provider: account.APNs, App: bundle, Environment: pushgw.Production}] = other
		h.run(t)
		pass(5 * time.Second)
		job := h.job("ins_a", "token-a", approval.JobApproval)
		job.Recipient.Address = sealed(t, apnsAddress("token-a"))
		h.queue.put(job)
		synctest.Wait()
		h.wantMark(t, "ins_a", approval.ProgressSent)
	})
}

func TestCrowdedJobsAreLookedAtOncePerLeaseUntilThereIsRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, web := manyHosts(t, moreThanTheRoom)
		h.run(t)
		pass(10 * time.Second)
		h.queue.handedOutAgain()
		pass(80 * time.Second)
		if n := h.queue.handedOutAgain(); n == 0 || n > 10*moreThanTheRoom {
			t.Errorf("%d crowded jobs were looked at within 10 leases", n)
		}
		web.always(nil)
		pass(2 * time.Minute)
		if n := len(web.sent()); n != moreThanTheRoom {
			t.Errorf("%d of %d were sent when the servers were back", n, moreThanTheRoom)
		}
		h.wantQueueEmpty(t)
	})
}

func TestAnEndpointWithoutAHostIsNoServiceOfOurs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.options.Concurrency = 2 // room for 32
		web := newWebProvider("https:///nowhere")
		h.options.Providers[pushgw.Route{Provider: account.WebPush}] = web
		for range 40 {
			h.putWeb(t, "ins_bad", "https:///nowhere")
		}
		h.run(t)
		pass(time.Second)
		h.putWeb(t, "ins_a", "https://good.example/1")
		synctest.Wait()
		h.wantMark(t, "ins_a", approval.ProgressSent)
	})
}

func (h *house) putWeb(t *testing.T, installation, endpoint string) {
	t.Helper()
	job := h.job(installation, "", approval.JobApproval)
	job.Recipient.Address = sealed(t, account.PushAddress{Provider: account.WebPush, Subscription: &account.Subscription{Endpoint: endpoint}})
	h.queue.put(job)
}
