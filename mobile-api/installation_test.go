package mobileapi_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/lasting"
)

func TestANewPushAddressCountsForAllDevicesOfThePhone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a, other := b.account("4711"), b.account("4712")
	p := b.phone("x").enrol(a).enrol(other)
	address := map[string]any{"provider": "webpush", "newer": true, "subscription": map[string]any{
		"endpoint": "https://push.example/abc", "expirationTime": nil, "keys": map[string]any{"p256dh": "BKey", "auth": "secret"},
	}}
	for range 2 {
		if got := p.call("PUT", "/v1/installation/push", address); got.status != http.StatusNoContent || len(got.raw) > 0 {
			t.Fatalf("got %d %s", got.status, got.raw)
		}
	}
	for _, of := range []account.Account{a, other} {
		audience := must(b.lasting.Audience(t.Context(), b.tenant.ID, of.ExternalID, lasting.Approach{}))(t)
		if len(audience.Recipients) != 1 {
			t.Fatalf("%d recipients", len(audience.Recipients))
		}
		var got account.PushAddress
		b.check(json.Unmarshal(must(b.keys.Open(audience.Recipients[0].Address, "jawort push address"))(t), &got))
		if got.Subscription == nil || got.Subscription.Endpoint != "https://push.example/abc" || got.Subscription.Keys.Auth != "secret" {
			t.Error("the address is not the new one")
		}
	}
}

func TestASubscriptionIsKeptWithTheServerKeyThatItIsBoundTo(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("x").enrol(a)
	for named, want := range map[string]string{"": "BPublicKey", "BEarlierKey": "BEarlierKey"} {
		address := map[string]any{"provider": "webpush", "subscription": map[string]any{
			"endpoint": "https://push.example/abc", "keys": map[string]any{"p256dh": "BKey", "auth": "secret"},
		}}
		if named != "" {
			address["server_key"] = named
		}
		if got := p.call("PUT", "/v1/installation/push", address); got.status != http.StatusNoContent {
			t.Fatalf("got %d %s", got.status, got.raw)
		}
		audience := must(b.lasting.Audience(t.Context(), b.tenant.ID, a.ExternalID, lasting.Approach{}))(t)
		var got account.PushAddress
		b.check(json.Unmarshal(must(b.keys.Open(audience.Recipients[0].Address, "jawort push address"))(t), &got))
		if got.ServerKey != want {
			t.Errorf("where %q is named, %q is kept", named, got.ServerKey)
		}
	}
}

func TestAPushAddressThatNobodyCouldUseIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.phone("x").enrol(b.account("4711"))
	for name, bad := range map[string]struct {
		body   string
		status int
	}{
		"unknown provider":     {`{"provider":"pigeon"}`, http.StatusUnprocessableEntity},
		"no token":             {`{"provider":"fcm","app":"x"}`, http.StatusUnprocessableEntity},
		"wrong environment":    {`{"provider":"apns","app":"x","token":"y","environment":"moon"}`, http.StatusUnprocessableEntity},
		"token of wrong type":  {`{"provider":"fcm","app":"x","token":{}}`, http.StatusUnprocessableEntity},
		"subscription is text": {`{"provider":"webpush","subscription":"x"}`, http.StatusUnprocessableEntity},
		"no JSON":              {`provider=fcm`, http.StatusBadRequest},
		"oversized":            {`{"provider":"` + strings.Repeat("x", 64<<10) + `"}`, http.StatusRequestEntityTooLarge},
	} {
		if got := p.call("PUT", "/v1/installation/push", bad.body); got.status != bad.status {
			t.Errorf("%s: got %d %s", name, got.status, got.raw)
		}
	}
	form := change{send: func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }}
	p.call("PUT", "/v1/installation/push", `{}`, form).want(t, http.StatusUnsupportedMediaType, "unsupported-media-type")
}

func TestThePostureIsKeptAndThePhoneLearnsWhatItLacks(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("x").enrol(a)
	got := p.call("PATCH", "/v1/installation", map[string]any{"screen_lock": false, "os_version": "6.1", "platform": "ios", "newer": 1}).ok(t)
	if lacks, _ := got.body["lacks"].([]any); !slices.Equal(lacks, []any{"os-too-old", "screen-lock-required"}) {
		t.Errorf("got %s", got.raw)
	}
	posture := must(b.lasting.Devices(t.Context(), b.tenant.ID, a.ExternalID))(t)[0].Posture
	want := account.Posture{Platform: "android", OSVersion: "6.1", Model: "Pixel 8", Language: "de", Notifications: true}
	if posture != want {
		t.Errorf("got %+v, want %+v", posture, want)
	}
	got = p.call("PATCH", "/v1/installation", map[string]any{"screen_lock": true, "os_version": "14"}).ok(t)
	if lacks, ok := got.body["lacks"].([]any); !ok || len(lacks) != 0 {
		t.Errorf("got %s", got.raw)
	}
	for name, bad := range map[string]string{
		"version": `{"os_version":"x"}`, "model": `{"model":"a\u0000b"}`, "type": `{"screen_lock":"no"}`,
	} {
		if got := p.call("PATCH", "/v1/installation", bad); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d %s", name, got.status, got.raw)
		}
	}
}
