package docs_test

import (
	"strings"

	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/server/component"
)

func (h *house) playPhone(p *phone.Phone) {
	ctx := h.Context()
	h.must(p.SetPush(ctx, phone.PushAddress{Provider: "fcm", App: "project", Token: "token"}))
	h.must(p.SetPush(ctx, phone.PushAddress{Provider: "webpush", Subscription: &phone.Subscription{
		Endpoint: "https://push.example/1", Keys: phone.SubscriptionKeys{P256dh: "BCVx", Auth: "BTBZ"},
	}}))
	h.must(p.Call(ctx, h.phone, "POST", "/v1/installation/token", nil, nil))
	h.must(p.Call(ctx, h.phone, "POST", "/v1/installation/push/test", nil, nil))
	h.refused("test-push-too-soon", p.Call(ctx, h.phone, "POST", "/v1/installation/push/test", nil, nil))
	h.must(p.Describe(ctx, phone.Installation{Platform: "android", OSVersion: "6.1", Model: "Old", Language: "de"}))
	devices, err := p.Devices(ctx)
	h.must(err)
	h.must(p.Rename(ctx, devices[0].ID, "New name", "Anna"))
	h.must(p.Call(ctx, h.phone, "PATCH", "/v1/devices/"+devices[0].ID, []byte(`{"label":"Newer name","colour":"blue"}`), nil))
	known := "apr_0aaaaaaaaaaaaaaaaaaaaaaaaaa,apr_1aaaaaaaaaaaaaaaaaaaaaaaaaa"
	h.must(p.Call(ctx, h.phone, "GET", "/v1/approvals?wait=1&known="+known, nil, nil))
	leaving := h.enrol("CD5678", "Carla")
	h.sql(`UPDATE installations SET address = NULL WHERE id IN (SELECT installation FROM devices WHERE id = $1)`, leaving.Logins()[0].Device)
	h.refused("no-push-address", leaving.Call(ctx, h.phone, "POST", "/v1/installation/push/test", nil, nil))
	h.must(leaving.Leave(ctx, leaving.Logins()[0].Device))
	h.say("200", "GET", h.phone+"/.well-known/assetlinks.json", "")
	h.say("200", "GET", h.phone+"/.well-known/apple-app-site-association", "")
	h.say("200", "GET", h.url+"/.well-known/jwks.json", "")
	h.say("200", "GET", h.url+component.Path, "")
	h.say("304", "GET", h.url+component.Path, "", header("If-None-Match", "*"))
}

func (h *house) playDevices() {
	ctx := h.Context()
	h.enrol("CD5678", "Dora")
	list, err := h.client.Devices(ctx, "CD5678")
	h.must(err)
	at := h.url + "/v1/accounts/CD5678/devices/"
	last := list[len(list)-1].ID
	h.say("200", "GET", at+last, "", bearer(h.key))
	h.say("404 unknown-device", "GET", at+"dev_aaaaaaaaaaaaaaaaaaaaaaaaaa", "", bearer(h.key))
	h.say("404 unknown-device", "DELETE", at+"dev_aaaaaaaaaaaaaaaaaaaaaaaaaa", "", bearer(h.key))
	for _, d := range list {
		if d.Status == "active" {
			h.must(h.client.RevokeDevice(ctx, "CD5678", d.ID))
		}
	}
	h.playHolders()
}

// playHolders has one of two people who share a login go.
func (h *house) playHolders() {
	ctx, c := h.Context(), h.client.For("Nora")
	eva, fritz := h.enrol("CD5678", "Eva").Logins()[0].Device, h.enrol("CD5678", "Fritz").Logins()[0].Device
	evas, err := c.ExportDevice(ctx, "CD5678", eva)
	h.must(err)
	if told := string(evas); !strings.Contains(told, "Eva") || strings.Contains(told, "Fritz") || strings.Contains(told, fritz) {
		h.Errorf("of Eva is kept %s", told)
	}
	h.must(c.EraseDevice(ctx, "CD5678", eva))
	h.must(c.EraseDevice(ctx, "CD5678", eva))
	left, err := c.ExportAccount(ctx, "CD5678")
	h.must(err)
	if told := string(left); strings.Contains(told, `"Eva`) || !strings.Contains(told, "Fritz") {
		h.Errorf("after the erasure is kept %s", told)
	}
	_, err = c.ExportDevice(ctx, "CD5678", "dev_aaaaaaaaaaaaaaaaaaaaaaaaaa")
	h.refused("unknown-device", err)
	_, err = c.ExportDevice(ctx, "nobody", eva)
	h.refused("unknown-account", err)
	h.refused("unknown-device", c.EraseDevice(ctx, "CD5678", "dev_aaaaaaaaaaaaaaaaaaaaaaaaaa"))
	h.refused("unknown-account", c.EraseDevice(ctx, "nobody", eva))
	h.must(c.RevokeDevice(ctx, "CD5678", fritz))
}
