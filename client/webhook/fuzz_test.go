package webhook_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/jawort/jawort/client/webhook"
)

func FuzzVerifyBelievesNothingThatIsNotSigned(f *testing.F) {
	const secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	const body = `{"type":"approval.approved","timestamp":"2026-11-26T12:00:00Z","data":{"id":"apr_1"}}`
	signer, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		f.Fatal(err)
	}
	now := time.Now()
	stamp := fmt.Sprint(now.Unix())
	good, err := signer.Sign("whd_1", now, []byte(body))
	if err != nil {
		f.Fatal(err)
	}
	headers := func(id, at, signature string) http.Header {
		h := http.Header{}
		h.Set("webhook-id", id)
		h.Set("webhook-timestamp", at)
		h.Set("webhook-signature", signature)
		return h
	}
	if _, err := webhook.Verify(secret, headers("whd_1", stamp, good), []byte(body)); err != nil {
		f.Fatal(err)
	}
	f.Add("whd_1", stamp, good, []byte(body))
	for _, seed := range [][4]string{
		{"", "", "", ""}, {"whd_1", stamp, "v1," + good[3:] + "=", body}, {"whd_2", stamp, good, body}, {"whd_1", "0", good, body}, {"whd_1", stamp, good, body + " "}, {"whd_1", stamp, "v1,", body},
		{"whd_1", stamp, "v2," + good[3:], body}, {"whd_1", "99999999999999999999", good, body}, {"whd_1", stamp, good + " " + good, body}, {"whd_1.x", stamp, good, body}, {"whd_1", stamp, "v1a," + good[3:], "null"},
	} {
		f.Add(seed[0], seed[1], seed[2], []byte(seed[3]))
	}
	f.Fuzz(func(t *testing.T, id, at, signature string, text []byte) {
		_, err := webhook.Verify(secret, headers(id, at, signature), text)
		if err == nil && (id != "whd_1" || string(text) != body) {
			t.Errorf("%q of %q at %q is believed by %q", text, id, at, signature)
		}
		if _, err := webhook.Verify("", headers(id, at, signature), text); err == nil || errors.Is(err, webhook.ErrNotSigned) {
			t.Errorf("without a secret: %v", err)
		}
	})
}
