package mobileapi_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
)

// misleading are texts that look like others, like nothing, or change what stands beside them.
var misleading = map[string]string{
	"right to left":           "Ada\u202eadmin",
	"an isolate":              "Ada\u2066admin\u2069",
	"a mark of direction":     "Ada\u200f",
	"an Arabic mark":          "Ada\u061c",
	"nothing between letters": "A\u200bda",
	"a joiner":                "A\u200dda",
	"a byte order mark":       "\ufeffAda",
	"a soft hyphen":           "A\u00adda",
	"another line":            "Ada\nadmin",
	"a line separator":        "Ada\u2028admin",
	"a C1 control":            "Ada\u0085admin",
	"a bell":                  "Ada\u0007",
	"a zero byte":             "Ada\u0000",
	"a tag":                   "Ada\U000e0041",
	"a filler":                "\u3164",
	"private use":             "Ada\ue000",
	"spaces only":             "\u2003 ",
	"not composed":            "Ade\u0300le",
	"too long":                strings.Repeat("é", 129),
}

func TestNoTextThatMisleadsComesFromAPhone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p, late := b.phone("x").enrol(a), b.phone("y")
	_, code := b.link(a)
	claimed := late.claim(code).ok(t)
	completing := func(change func(body, installation map[string]any)) answer {
		body := late.completion(claimed)
		installation, _ := body["installation"].(map[string]any)
		change(body, installation)
		return late.complete(body)
	}
	patching := func(path, field, text string) answer {
		return p.call("PATCH", path, map[string]any{field: text})
	}
	for field, hand := range map[string]func(text string) answer{
		"holder of complete":      func(s string) answer { return completing(func(b, _ map[string]any) { b["holder"] = s }) },
		"label of complete":       func(s string) answer { return completing(func(b, _ map[string]any) { b["label"] = s }) },
		"model of complete":       func(s string) answer { return completing(func(_, i map[string]any) { i["model"] = s }) },
		"language of complete":    func(s string) answer { return completing(func(_, i map[string]any) { i["language"] = s }) },
		"os_version of complete":  func(s string) answer { return completing(func(_, i map[string]any) { i["os_version"] = s }) },
		"platform of complete":    func(s string) answer { return completing(func(_, i map[string]any) { i["platform"] = s }) },
		"holder of a rename":      func(s string) answer { return patching("/v1/devices/"+p.device, "holder", s) },
		"label of a rename":       func(s string) answer { return patching("/v1/devices/"+p.device, "label", s) },
		"model of the posture":    func(s string) answer { return patching("/v1/installation", "model", s) },
		"language of the posture": func(s string) answer { return patching("/v1/installation", "language", s) },
		"version of the posture":  func(s string) answer { return patching("/v1/installation", "os_version", s) },
		"endpoint of a push":      func(s string) answer { return p.subscribe("https://push.example/"+s, "BKey", "secret") },
		"key of a push":           func(s string) answer { return p.subscribe("https://push.example/x", s, "secret") },
		"secret of a push":        func(s string) answer { return p.subscribe("https://push.example/x", "BKey", s) },
	} {
		for name, text := range misleading {
			if got := hand(text); got.status != http.StatusUnprocessableEntity || got.body["field"] == nil {
				t.Errorf("%s, %s: got %d %s", field, name, got.status, got.raw)
			}
		}
	}
	devices := must(b.lasting.Devices(t.Context(), b.tenant.ID, a.ExternalID))(t)
	if len(devices) != 1 || devices[0].Label != "x" || devices[0].Holder != "Ada" {
		t.Errorf("what was refused has changed something: %+v", devices)
	}
	want := account.Posture{Platform: "android", OSVersion: "14", Model: "Pixel 8", Language: "de", ScreenLock: true, Notifications: true}
	if devices[0].Posture != want {
		t.Errorf("what was refused has changed something: %+v", devices[0].Posture)
	}
	late.complete(late.completion(claimed)).ok(t) // and used up nothing
}

func (p *phone) subscribe(endpoint, key, secret string) answer {
	p.b.t.Helper()
	return p.call("PUT", "/v1/installation/push", map[string]any{"provider": "webpush", "subscription": map[string]any{
		"endpoint": endpoint, "keys": map[string]any{"p256dh": key, "auth": secret},
	}})
}

func TestHalfACharacterIsNotRepaired(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.phone("x").enrol(b.account("4711"))
	for _, label := range []string{`{"label":"\ud800"}`, "{\"label\":\"a\xff\"}"} {
		p.call("PATCH", "/v1/devices/"+p.device, json.RawMessage(label)).want(t, http.StatusBadRequest, "invalid-json")
		p.call("PATCH", "/v1/installation", json.RawMessage(strings.Replace(label, "label", "model", 1))).want(t, http.StatusBadRequest, "invalid-json")
	}
}
