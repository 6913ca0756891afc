package mobileapi_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestAPhoneSeesItsOwnDevicesOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("Ada's phone").enrol(a)
	b.phone("y").enrol(a)
	got := p.call("GET", "/v1/devices", nil).ok(t)
	var list struct {
		Devices []struct {
			ID, Label, Holder, Status string
			Account                   struct{ Label string }
			Tenant                    struct{ Name string }
			Pushable                  bool
		}
		WebPush struct {
			Key string `json:"application_server_key"`
		} `json:"web_push"`
	}
	b.check(json.Unmarshal(got.raw, &list))
	if len(list.Devices) != 1 {
		t.Fatalf("got %s", got.raw)
	}
	d := list.Devices[0]
	if d.ID != p.device || d.Label != "Ada's phone" || d.Holder != "Ada" || d.Status != "active" || d.Account.Label != "Account 4711" || d.Tenant.Name != "Example Bank" || !d.Pushable {
		t.Errorf("got %s", got.raw)
	}
	if list.WebPush.Key != "BPublicKey" {
		t.Errorf("does not tell what to subscribe with: %s", got.raw)
	}
	if strings.Contains(string(got.raw), "last_used_at") {
		t.Errorf("a device that was never used: %s", got.raw)
	}
}

func TestADeviceIsRenamedByItsOwnPhone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p, other := b.phone("x").enrol(a), b.phone("y").enrol(a)
	got := p.call("PATCH", "/v1/devices/"+p.device, map[string]any{"label": "Work phone"}).ok(t)
	if got.body["label"] != "Work phone" || got.body["holder"] != "Ada" {
		t.Errorf("got %s", got.raw)
	}
	got = p.call("PATCH", "/v1/devices/"+p.device, map[string]any{"holder": "Grace"}).ok(t)
	if got.body["label"] != "Work phone" || got.body["holder"] != "Grace" {
		t.Errorf("got %s", got.raw)
	}
	foreign := p.call("PATCH", "/v1/devices/"+other.device, map[string]any{"label": "mine"}).want(t, http.StatusNotFound, "unknown-device")
	unknown := p.call("PATCH", "/v1/devices/dev_x", map[string]any{"label": "mine"}).want(t, http.StatusNotFound, "unknown-device")
	if foreign.uniform(t) != unknown.uniform(t) {
		t.Errorf("foreign %s, unknown %s", foreign.raw, unknown.raw)
	}
	for name, bad := range map[string]string{"empty": `{"label":""}`, "control": `{"label":"a\u0007"}`, "type": `{"holder":[]}`} {
		if got := p.call("PATCH", "/v1/devices/"+p.device, bad); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d %s", name, got.status, got.raw)
		}
	}
}

func TestLeavingOneDeviceLeavesTheOthers(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.phone("x").enrol(b.account("4711"))
	first := p.device
	p.enrol(b.account("4712"))
	for range 2 {
		if got := p.call("DELETE", "/v1/devices/"+first, nil); got.status != http.StatusNoContent {
			t.Fatalf("got %d %s", got.status, got.raw)
		}
	}
	if got := p.statuses(); got[first] != "revoked" || got[p.device] != "active" {
		t.Errorf("got %v", got)
	}
	p.call("PATCH", "/v1/devices/"+first, map[string]any{"label": "back"}).want(t, http.StatusNotFound, "unknown-device")
}

func TestNobodyLeavesForAnotherPhone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p, other := b.phone("x").enrol(a), b.phone("y").enrol(a)
	p.call("DELETE", "/v1/devices/"+other.device, nil).want(t, http.StatusNotFound, "unknown-device")
	if got := other.statuses()[other.device]; got != "active" {
		t.Errorf("got %s", got)
	}
}
