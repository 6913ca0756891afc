package webhook_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/jawort/jawort/webhook"
)

func FuzzEndpointsLeadNowherePrivate(f *testing.F) {
	for _, seed := range []string{
		"https://portal.example/hook", "http://portal.example", "https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://0x7f.1/", "https://localhost/", "https://10.0.0.1:443/", "https://user@portal.example/",
		"https://portal.example/#", "https://portal.example:25/", "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/latest", "https:portal.example", "https://", "", "https://portal.example\r\n", "https://127.0.0.1./", "https://[fe80::1%25eth0]/",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if err := (webhook.Rules{}).Check(webhook.Endpoint{URL: text}); err != nil {
			return
		}
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || len(text) > 1024 || u.Port() == "25" {
			t.Fatalf("%q is an endpoint: %+v %v", text, u, err)
		}
		for _, private := range []string{"127.0.0.1", "::1", "10.0.0.1", "169.254.169.254"} {
			if u.Hostname() == private {
				t.Errorf("%q is an endpoint", text)
			}
		}
	})
}

func FuzzPayloadTellsOnlyPlainFacts(f *testing.F) {
	for _, seed := range []string{`{}`, "", "null", "[]", `{"method":"push","status":"approved"}`, `{"method":"Anna Muster"}`, `{"method":{"a":1}}`, `{"method":1e400}`, `{"method":["a","b c"]}`, "{\"method\":\"\xff\"}", `{"id":"forged"}`} {
		f.Add([]byte(seed))
	}
	at := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, facts []byte) {
		for _, name := range []string{"approval.approved", "approval.reported", "account.changed"} {
			if !webhook.Known(name) {
				continue
			}
			body, err := webhook.Event{Type: name, At: at, Account: "acc_1", Subject: "apr_1", Facts: facts}.Payload()
			if err != nil {
				t.Fatalf("%q: %v", facts, err)
			}
			var told struct{ Data map[string]any }
			dec := json.NewDecoder(bytes.NewReader(body))
			dec.UseNumber()
			if err := dec.Decode(&told); err != nil || len(body) > webhook.MaxPayload || told.Data["account"] != "acc_1" {
				t.Errorf("%q is told as %s (%v)", facts, body, err)
			}
			for name, v := range told.Data {
				if _, nested := v.(map[string]any); nested {
					t.Errorf("%q tells %s", facts, name)
				}
			}
		}
	})
}
