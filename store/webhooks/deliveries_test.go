package webhooks_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/store/outbox"
	"github.com/jawort/jawort/store/webhooks"
	"github.com/jawort/jawort/webhook"
)

func raw(v any) json.RawMessage { b, _ := v.(json.RawMessage); return b }

func TestAnEventGoesOnceToEveryEndpointThatWantsIt(t *testing.T) {
	onEach(t, func(w *world) {
		all, some, other := w.endpoint(), w.endpoint("device.revoked"), w.endpoint("budget.alarm")
		foreign := w.endpointOf(w.addTenant())
		off := w.endpoint()
		_, err := w.s.Change(w.Context(), w.tenant, off.ID, func(e *webhook.Endpoint) error { e.Enabled = false; return nil }, admin)
		w.must(err)
		e := w.event("device.revoked")
		for range 3 {
			w.follow(e)
		}
		w.follow(w.event("account.listed")) // is nothing that anybody can ask for
		for endpoint, want := range map[string]int{all.ID: 1, some.ID: 1, other.ID: 0, foreign.ID: 0, off.ID: 0} {
			if n := w.count(`webhook_deliveries WHERE endpoint = $1`, endpoint); n != want {
				w.Errorf("%s has %d deliveries, want %d", endpoint, n, want)
			}
		}
		j := w.lease(some.ID)
		if !strings.Contains(string(j.Payload), `"data":{"account":"acc_1","application":"app_1","device":"`+e.Subject+`"}`) || j.URL != some.URL || j.Attempt != 1 || j.Failing {
			w.Errorf("leased %+v: %s", j, j.Payload)
		}
	})
}

func TestTheEndOfAnApprovalIsToldInItsOwnWords(t *testing.T) {
	onEach(t, func(w *world) {
		endpoint := w.endpoint("approval.denied")
		for status, approval := range map[string]string{"denied": "apr_1", "expired": "apr_2"} {
			w.exec(`INSERT INTO outcomes (approval, tenant, application, account, kind, status, method, decision, number, device, label, holder,
				sign_count, backup_eligible, attestation, enrolled_at, created_at, expires_at, closes_at, decided_at)
				VALUES ($1, $2, 'app_1', 'acc_1', 'login', $3, 'push', 'deny', '42', 'dev_1', 'Phone', 'Ada Lovelace', 0, FALSE, '', 0, 1, 2, 3, 4)`,
				approval, w.tenant, status)
		}
		events, err := (&outbox.Store{DB: w.db}).Lease(w.Context(), 100, lease)
		w.must(err)
		for _, e := range events {
			w.follow(e)
		}
		body := string(w.lease(endpoint.ID).Payload)
		if !strings.Contains(body, `"type":"approval.denied"`) || !strings.HasSuffix(body,
			`"data":{"account":"acc_1","application":"app_1","approval":"apr_1","device":"dev_1","kind":"login"}}`) {
			w.Errorf("told: %s", body)
		}
		w.wantNothingDue(endpoint.ID)
		w.follow(outbox.Event{ID: 4711, Kind: outbox.ApprovalEnded, Tenant: w.tenant, Subject: "apr_erased"})
		w.wantNothingDue(endpoint.ID)
	})
}

func TestALeasedDeliveryIsNobodyElsesUntilTheLeaseEnds(t *testing.T) {
	onEach(t, func(w *world) {
		e := w.endpoint()
		w.follow(w.event("device.revoked"))
		first := w.lease(e.ID)
		w.wantNothingDue(e.ID)
		w.after(lease + time.Second)
		second := w.lease(e.ID)
		if second.Delivery != first.Delivery || second.Attempt != 1 {
			w.Fatalf("leased %+v, then %+v", first, second)
		}
		err := w.s.Settle(w.Context(), first, webhook.Result{Status: 500}, webhook.Verdict{State: webhook.Failed})
		w.want(err, webhook.ErrLost)
		w.settle(second, 200, webhook.Verdict{State: webhook.Delivered})
		w.want(w.s.Settle(w.Context(), second, webhook.Result{Status: 200}, webhook.Verdict{State: webhook.Delivered}), webhook.ErrLost)
		d := w.deliveries(e.ID, webhook.Delivered)
		if len(d) != 1 || d[0].Attempts != 1 || len(d[0].Log) != 1 || d[0].Log[0].Status != 200 || d[0].EndedAt.IsZero() || !d[0].NextAt.IsZero() {
			w.Errorf("delivered %+v", d)
		}
	})
}

func TestAFailedAttemptComesAgainWhenItsPauseIsOver(t *testing.T) {
	onEach(t, func(w *world) {
		e := w.endpoint()
		w.follow(w.event("device.revoked"))
		w.fail(w.lease(e.ID), 5*time.Minute)
		w.wantNothingDue(e.ID)
		due, err := w.s.Due(w.Context())
		w.must(err)
		if len(due) != 0 {
			w.Errorf("due for %v", due)
		}
		w.after(5*time.Minute + time.Second)
		due, err = w.s.Due(w.Context())
		w.must(err)
		if len(due) != 1 || due[0] != e.ID {
			w.Errorf("due for %v", due)
		}
		if j := w.lease(e.ID); j.Attempt != 2 || !j.Failing {
			w.Errorf("leased %+v", j)
		}
	})
}

func TestAnEndpointThatFailsForFiveDaysIsDisabledAndThatIsAnEvent(t *testing.T) {
	onEach(t, func(w *world) {
		e := w.endpoint()
		w.follow(w.event("device.revoked"))
		const day = 24 * time.Hour
		for _, at := range []time.Duration{0, 2 * day, 5*day - time.Minute} {
			w.after(at)
			w.fail(w.lease(e.ID), 0)
		}
		w.after(5*day - 30*time.Second)
		w.settle(w.lease(e.ID), 200, webhook.Verdict{State: webhook.Delivered}) // one success begins anew
		w.follow(w.event("device.revoked"))
		for _, at := range []time.Duration{5 * day, 9 * day} {
			w.after(at)
			w.fail(w.lease(e.ID), 0)
		}
		w.after(10*day + time.Minute)
		w.fail(w.lease(e.ID), 0)
		w.wantNothingDue(e.ID)
		kept, err := w.s.Endpoint(w.Context(), w.tenant, e.ID)
		w.must(err)
		if kept.Enabled || kept.Reason != webhook.Failing || kept.DisabledAt.IsZero() || w.kinds()[webhook.Disabled] != 1 {
			w.Errorf("kept %+v, written down %v", kept, w.kinds())
		}
		_, err = w.s.Change(w.Context(), w.tenant, e.ID, func(e *webhook.Endpoint) error { e.Enabled = true; return nil }, admin)
		w.must(err)
		if j := w.lease(e.ID); j.Failing || j.Attempt != 4 { // what was on its way goes on
			w.Errorf("leased %+v", j)
		}
	})
}

func TestAnEndpointThatIsGoneIsDisabledAtOnce(t *testing.T) {
	onEach(t, func(w *world) {
		e, witness := w.endpoint("device.revoked"), w.endpoint(webhook.Disabled)
		w.follow(w.event("device.revoked"))
		w.settle(w.lease(e.ID), 410, webhook.Verdict{State: webhook.Failed, Gone: true})
		kept, err := w.s.Endpoint(w.Context(), w.tenant, e.ID)
		w.must(err)
		if kept.Enabled || kept.Reason != webhook.Gone {
			w.Errorf("kept %+v", kept)
		}
		events, err := (&outbox.Store{DB: w.db}).Lease(w.Context(), 100, lease)
		w.must(err)
		for _, e := range events {
			w.follow(e)
		}
		if body := string(w.lease(witness.ID).Payload); !strings.HasSuffix(body, `"data":{"reason":"gone","webhook":"`+e.ID+`"}}`) {
			w.Errorf("the other endpoint is told %s", body)
		}
	})
}

func TestDeliveriesAreListedInPagesByState(t *testing.T) {
	onEach(t, func(w *world) {
		e := w.endpoint()
		for range 5 {
			w.follow(w.event("device.revoked"))
		}
		w.settle(w.lease(e.ID), 200, webhook.Verdict{State: webhook.Delivered})
		var seen []string
		after := ""
		for {
			page, err := w.s.Deliveries(w.Context(), w.tenant, e.ID, webhooks.Filter{After: after, Limit: 2})
			w.must(err)
			for _, d := range page {
				seen = append(seen, d.ID)
			}
			if len(page) < 2 {
				break
			}
			after = page[1].ID
		}
		unique := map[string]bool{}
		for _, id := range seen {
			unique[id] = true
		}
		if len(seen) != 5 || len(unique) != 5 {
			w.Errorf("seen %v", seen)
		}
		if n, m := len(w.deliveries(e.ID, webhook.Pending)), len(w.deliveries(e.ID, webhook.Delivered)); n != 4 || m != 1 {
			w.Errorf("%d pending, %d delivered", n, m)
		}
		_, err := w.s.Deliveries(w.Context(), w.tenant, e.ID, webhooks.Filter{After: "whd_unknown", Limit: 2})
		w.want(err, webhook.ErrUnknownDelivery)
	})
}

func TestADeliveryIsRetriedByHandWhateverCameOfIt(t *testing.T) {
	onEach(t, func(w *world) {
		ctx, e := w.Context(), w.endpoint()
		w.follow(w.event("device.revoked"))
		for _, v := range []webhook.Verdict{{State: webhook.Failed}, {State: webhook.Delivered}, {State: webhook.Pending, Pause: time.Hour}} {
			j := w.lease(e.ID)
			w.settle(j, 500, v)
			w.wantNothingDue(e.ID)
			for range 2 {
				d, err := w.s.Retry(ctx, w.tenant, j.Delivery, admin)
				w.must(err)
				if d.State != webhook.Pending || !d.EndedAt.IsZero() || len(d.Log) != j.Attempt || d.Log[0].Number != j.Attempt {
					w.Errorf("retried %+v", d)
				}
			}
		}
		j := w.lease(e.ID)
		_, err := w.s.Retry(ctx, w.tenant, j.Delivery, admin)
		w.must(err)
		w.wantNothingDue(e.ID) // it is under way
		w.settle(j, 500, webhook.Verdict{State: webhook.Failed})
		_, err = w.s.Change(ctx, w.tenant, e.ID, func(e *webhook.Endpoint) error { e.Enabled = false; return nil }, admin)
		w.must(err)
		_, err = w.s.Retry(ctx, w.tenant, j.Delivery, admin)
		w.want(err, webhook.ErrDisabled)
		w.must(w.s.Delete(ctx, w.tenant, e.ID, admin))
		_, err = w.s.Retry(ctx, w.tenant, j.Delivery, admin)
		w.want(err, webhook.ErrUnknownDelivery)
	})
}

func TestAPingGoesToItsEndpointOnlyAndNotTwiceAtATime(t *testing.T) {
	onEach(t, func(w *world) {
		ctx, e, other := w.Context(), w.endpoint("budget.alarm"), w.endpoint()
		first, err := w.s.Ping(ctx, w.tenant, e.ID, admin)
		w.must(err)
		again, err := w.s.Ping(ctx, w.tenant, e.ID, admin)
		w.must(err)
		if first.ID != again.ID || first.Type != webhook.Ping || first.State != webhook.Pending {
			w.Errorf("pinged %+v, then %+v", first, again)
		}
		w.wantNothingDue(other.ID)
		j := w.lease(e.ID)
		if !strings.HasSuffix(string(j.Payload), fmt.Sprintf(`"data":{"webhook":%q}}`, e.ID)) {
			w.Errorf("sent %s", j.Payload)
		}
		w.settle(j, 200, webhook.Verdict{State: webhook.Delivered})
		next, err := w.s.Ping(ctx, w.tenant, e.ID, admin)
		w.must(err)
		if next.ID == first.ID {
			w.Error("a ping that has arrived is not sent again")
		}
		_, err = w.s.Change(ctx, w.tenant, e.ID, func(e *webhook.Endpoint) error { e.Enabled = false; return nil }, admin)
		w.must(err)
		_, err = w.s.Ping(ctx, w.tenant, e.ID, admin)
		w.want(err, webhook.ErrDisabled)
	})
}

func TestTheNewestFiftyAttemptsAreKept(t *testing.T) {
	onEach(t, func(w *world) {
		e := w.endpoint()
		w.follow(w.event("device.revoked"))
		for range webhook.KeptAttempts + 3 {
			w.fail(w.lease(e.ID), 0)
		}
		d := w.deliveries(e.ID, "")[0]
		last := d.Log[len(d.Log)-1]
		if d.Attempts != 53 || len(d.Log) != 50 || d.Log[0].Number != 53 || last.Number != 4 || last.Took != 7*time.Millisecond || last.At.IsZero() {
			w.Errorf("%d attempts, kept %d, from %+v to %+v", d.Attempts, len(d.Log), d.Log[0], last)
		}
	})
}

func TestDeliveriesGoAfterThirtyDaysWithTheirAttempts(t *testing.T) {
	onEach(t, func(w *world) {
		old, kept := w.endpoint("device.revoked"), w.endpoint("budget.alarm")
		w.follow(w.event("device.revoked"))
		w.fail(w.lease(old.ID), 0)
		w.after(2 * time.Hour)
		w.follow(w.event("budget.alarm"))
		w.fail(w.lease(kept.ID), 0)
		w.after(webhook.Retention + time.Hour)
		w.must(w.s.Prune(w.Context()))
		if n, m := w.count(`webhook_deliveries`), w.count(`webhook_attempts`); n != 1 || m != 1 || len(w.deliveries(kept.ID, "")) != 1 {
			w.Errorf("%d deliveries with %d attempts are left", n, m)
		}
	})
}
