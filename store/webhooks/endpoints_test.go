package webhooks_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/outbox"
	"github.com/jawort/jawort/store/webhooks"
	"github.com/jawort/jawort/webhook"
)

func TestAnEndpointIsKeptListedAndChanged(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		e := w.endpoint("approval.approved", "budget.alarm")
		if e.URL != "https://example.com/hooks" || e.Description != "Portal" || !e.Enabled || e.CreatedAt.IsZero() || !slices.Equal(e.Events, []string{"approval.approved", "budget.alarm"}) {
			w.Fatalf("kept %+v", e)
		}
		second := w.endpoint()
		all, err := w.s.Endpoints(ctx, w.tenant)
		w.must(err)
		if len(all) != 2 || all[0].ID != e.ID || all[1].ID != second.ID || all[1].Events != nil {
			w.Fatalf("listed %+v", all)
		}
		changed, err := w.s.Change(ctx, w.tenant, e.ID, func(e *webhook.Endpoint) error {
			e.URL, e.Events, e.Enabled = "https://example.com/other", nil, false
			return nil
		}, admin)
		w.must(err)
		if changed.URL != "https://example.com/other" || changed.Events != nil || changed.Enabled || changed.Reason != webhook.ByRequest || changed.DisabledAt.IsZero() || changed.Description != "Portal" {
			w.Fatalf("changed to %+v", changed)
		}
		w.must(w.s.Delete(ctx, w.tenant, e.ID, admin))
		_, err = w.s.Endpoint(ctx, w.tenant, e.ID)
		w.want(err, webhook.ErrUnknown)
		w.want(w.s.Delete(ctx, w.tenant, e.ID, admin), webhook.ErrUnknown)
		if n := w.count(`webhook_secrets WHERE endpoint = $1`, e.ID); n != 0 {
			w.Errorf("%d secrets outlive their endpoint", n)
		}
		if k := w.kinds(); k["webhook.created"] != 2 || k["webhook.changed"] != 1 || k["webhook.deleted"] != 1 {
			w.Errorf("written down: %v", k)
		}
	})
}

func TestAChangeThatChangesNothingIsNotWrittenDown(t *testing.T) {
	onEach(t, func(w *world) {
		e := w.endpoint()
		_, err := w.s.Change(w.Context(), w.tenant, e.ID, func(*webhook.Endpoint) error { return nil }, admin)
		w.must(err)
		_, err = w.s.Change(w.Context(), w.tenant, e.ID, func(e *webhook.Endpoint) error { e.URL = "https://x"; return webhook.ErrDisabled }, admin)
		w.want(err, webhook.ErrDisabled)
		kept, err := w.s.Endpoint(w.Context(), w.tenant, e.ID)
		w.must(err)
		if kept.URL != e.URL || w.kinds()["webhook.changed"] != 0 {
			w.Errorf("kept %+v, written down %v", kept, w.kinds())
		}
	})
}

func TestAnotherTenantsEndpointIsAsUnknownAsNone(t *testing.T) {
	onEach(t, func(w *world) {
		ctx, e, other := w.Context(), w.endpoint(), w.addTenant()
		w.follow(w.event("device.revoked"))
		delivery := w.deliveries(e.ID, "")[0].ID
		_, err := w.s.Endpoint(ctx, other, e.ID)
		w.want(err, webhook.ErrUnknown)
		_, err = w.s.Change(ctx, other, e.ID, func(*webhook.Endpoint) error { return nil }, admin)
		w.want(err, webhook.ErrUnknown)
		_, err = w.s.Rotate(ctx, other, e.ID, []byte("x"), admin)
		w.want(err, webhook.ErrUnknown)
		_, err = w.s.Ping(ctx, other, e.ID, admin)
		w.want(err, webhook.ErrUnknown)
		_, err = w.s.Deliveries(ctx, other, e.ID, webhooks.Filter{Limit: 1})
		w.want(err, webhook.ErrUnknown)
		_, err = w.s.Retry(ctx, other, delivery, admin)
		w.want(err, webhook.ErrUnknownDelivery)
		w.want(w.s.Delete(ctx, other, e.ID, admin), webhook.ErrUnknown)
		all, err := w.s.Endpoints(ctx, other)
		w.must(err)
		if len(all) != 0 {
			w.Errorf("listed %+v", all)
		}
	})
}

func TestATenantHasNoMoreThanTwentyEndpointsHoweverManyAreMadeAtOnce(t *testing.T) {
	onEach(t, func(w *world) {
		for range webhook.MaxEndpoints - 2 {
			w.endpoint()
		}
		var all sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			e := webhook.Endpoint{ID: w.newID(id.Webhook), Tenant: w.tenant, URL: "https://example.com/"}
			all.Go(func() { _, _, errs[i] = w.s.Create(w.Context(), e, []byte("sealed"), webhooks.Request{}, admin) })
		}
		all.Wait()
		made := 0
		for _, err := range errs {
			if err == nil {
				made++
				continue
			}
			w.want(err, webhook.ErrTooMany)
		}
		if n := w.count(`webhook_endpoints WHERE tenant = $1`, w.tenant); made != 2 || n != webhook.MaxEndpoints {
			w.Errorf("%d were made, there are %d", made, n)
		}
		w.endpointOf(w.addTenant()) // another tenant's do not count
	})
}

func TestACreationThatIsRepeatedGetsWhatItMade(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		create := func(key, hash, sealed string) (webhook.Endpoint, string, error) {
			e := webhook.Endpoint{ID: w.newID(id.Webhook), Tenant: w.tenant, URL: "https://example.com/"}
			kept, secret, err := w.s.Create(ctx, e, []byte(sealed), webhooks.Request{Key: []byte(key), Hash: []byte(hash)}, admin)
			return kept, string(secret), err
		}
		var all sync.WaitGroup
		ids, secrets := make([]string, 4), make([]string, 4)
		for i := range ids {
			all.Go(func() {
				e, secret, err := create("once", "this", "sealed "+string(rune('a'+i)))
				if err != nil {
					w.Error(err)
				}
				ids[i], secrets[i] = e.ID, secret
			})
		}
		all.Wait()
		if len(slices.Compact(ids)) != 1 || len(slices.Compact(secrets)) != 1 || w.count(`webhook_endpoints`) != 1 {
			w.Errorf("made %v with %v", ids, secrets)
		}
		_, _, err := create("once", "something else", "sealed")
		w.want(err, approval.ErrKeyReused)
		other, _, err := create("another", "this", "sealed")
		w.must(err)
		if other.ID == ids[0] {
			w.Error("another key got the same endpoint")
		}
		w.after(25 * time.Hour)
		_, _, err = create("once", "this", "sealed")
		w.want(err, approval.ErrKeyReused)
	})
}

func secretsOf(w *world, endpoint string) []string {
	w.Helper()
	w.follow(w.event("device.revoked"))
	j := w.lease(endpoint)
	w.settle(j, 204, webhook.Verdict{State: webhook.Delivered})
	var all []string
	for _, s := range j.Secrets {
		all = append(all, string(s))
	}
	return all
}

func TestAnOldSecretSignsBesideTheNewOneForADay(t *testing.T) {
	onEach(t, func(w *world) {
		e := w.endpoint()
		until, err := w.s.Rotate(w.Context(), w.tenant, e.ID, []byte("sealed 2"), admin)
		w.must(err)
		if got := secretsOf(w, e.ID); !slices.Equal(got, []string{"sealed 2", "sealed 1"}) {
			w.Errorf("after rotating: %q", got)
		}
		if left := time.Until(until); left < 23*time.Hour || left > 25*time.Hour {
			w.Errorf("the old one signs until %v", until)
		}
		w.after(12 * time.Hour)
		_, err = w.s.Rotate(w.Context(), w.tenant, e.ID, []byte("sealed 3"), admin)
		w.must(err)
		if got := secretsOf(w, e.ID); !slices.Equal(got, []string{"sealed 3", "sealed 2", "sealed 1"}) {
			w.Errorf("after rotating again: %q", got)
		}
		w.after(25 * time.Hour)
		if got := secretsOf(w, e.ID); !slices.Equal(got, []string{"sealed 3", "sealed 2"}) {
			w.Errorf("a day after the first: %q", got)
		}
		w.after(37 * time.Hour)
		if got := secretsOf(w, e.ID); !slices.Equal(got, []string{"sealed 3"}) {
			w.Errorf("a day after both: %q", got)
		}
	})
}

func TestNoMoreThanFiveSecretsSignAtOnce(t *testing.T) {
	onEach(t, func(w *world) {
		e := w.endpoint()
		for range webhook.MaxSecrets - 1 {
			_, err := w.s.Rotate(w.Context(), w.tenant, e.ID, []byte("sealed"), admin)
			w.must(err)
		}
		_, err := w.s.Rotate(w.Context(), w.tenant, e.ID, []byte("sealed"), admin)
		w.want(err, webhook.ErrTooManySecrets)
		w.after(25 * time.Hour)
		_, err = w.s.Rotate(w.Context(), w.tenant, e.ID, []byte("sealed"), admin)
		w.must(err)
		if n := w.count(`webhook_secrets WHERE endpoint = $1`, e.ID); n != 2 {
			w.Errorf("%d secrets are kept", n)
		}
	})
}

func TestAnEventSaysWhoChangedTheEndpointAndNoSecret(t *testing.T) {
	onEach(t, func(w *world) {
		e := w.endpoint()
		_, err := w.s.Change(w.Context(), w.tenant, e.ID, func(e *webhook.Endpoint) error { e.URL += "?token=hidden"; return nil }, admin)
		w.must(err)
		events, err := outbox.Unsequenced(w.Context(), w.db.Reads(), 10)
		w.must(err)
		last := events[len(events)-1]
		if last.Kind != "webhook.changed" || last.Tenant != w.tenant || last.Subject != e.ID || last.Actor != admin || string(raw(last.Data)) != `{"changed":["url"]}` {
			w.Errorf("written down: %+v", last)
		}
	})
}
