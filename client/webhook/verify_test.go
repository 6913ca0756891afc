package webhook_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/jawort/jawort/client/webhook"
)

const (
	secret  = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	payload = `{"type":"approval.approved","timestamp":"2026-03-01T11:00:00Z","data":{"approval":"apr_1","method":"push"}}`
)

// signed returns the header that Jawort sends with the body.
func signed(by string, at time.Time, body string) http.Header {
	w, err := standardwebhooks.NewWebhook(by)
	if err != nil {
		panic(err)
	}
	signature, err := w.Sign("whd_1", at, []byte(body))
	if err != nil {
		panic(err)
	}
	return http.Header{
		"Webhook-Id": {"whd_1"}, "Webhook-Timestamp": {strconv.FormatInt(at.Unix(), 10)}, "Webhook-Signature": {signature},
	}
}

func TestAWebhookThatJawortSignedIsRead(t *testing.T) {
	t.Parallel()
	e, err := webhook.Verify(secret, signed(secret, time.Now(), payload), []byte(payload))
	if err != nil || e.Type != "approval.approved" || e.Data["approval"] != "apr_1" || !e.Timestamp.Equal(time.Date(2026, 3, 1, 11, 0, 0, 0, time.UTC)) {
		t.Errorf("got %+v, %v", e, err)
	}
}

func TestAWebhookOfSomebodyElseIsRefused(t *testing.T) {
	t.Parallel()
	other := "whsec_" + strings.Repeat("QUFB", 11)
	fresh := signed(secret, time.Now(), payload)
	without := func(name string) http.Header { h := fresh.Clone(); h.Del(name); return h }
	for name, c := range map[string]struct {
		header http.Header
		body   string
	}{
		"another secret":   {signed(other, time.Now(), payload), payload},
		"another body":     {fresh, strings.Replace(payload, "apr_1", "apr_2", 1)},
		"an old one":       {signed(secret, time.Now().Add(-6*time.Minute), payload), payload},
		"one of later":     {signed(secret, time.Now().Add(6*time.Minute), payload), payload},
		"no signature":     {without("Webhook-Signature"), payload},
		"no id":            {without("Webhook-Id"), payload},
		"no time":          {without("Webhook-Timestamp"), payload},
		"nothing whatever": {http.Header{}, ""},
	} {
		if _, err := webhook.Verify(secret, c.header, []byte(c.body)); !errors.Is(err, webhook.ErrNotSigned) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The official library takes any secret, also the empty one that a forgotten setting leaves, which anybody can sign with.
func TestASecretThatAnybodyCouldKnowVerifiesNothing(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"", "whsec_", "whsec_QUFB", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "whsec_*" + strings.Repeat("a", 43)} {
		forged := http.Header{}
		if w, err := standardwebhooks.NewWebhook(secret); err == nil {
			signature, _ := w.Sign("whd_1", time.Now(), []byte(payload))
			forged = http.Header{"Webhook-Id": {"whd_1"}, "Webhook-Timestamp": {strconv.FormatInt(time.Now().Unix(), 10)}, "Webhook-Signature": {signature}}
		}
		_, err := webhook.Verify(secret, forged, []byte(payload))
		if err == nil || errors.Is(err, webhook.ErrNotSigned) || (len(secret) > 8 && strings.Contains(err.Error(), secret)) {
			t.Errorf("%q: %v", secret, err)
		}
	}
}

// What a login service does with what it is told.
func ExampleVerify() {
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 20<<10))
		if err != nil {
			http.Error(w, "too long", http.StatusRequestEntityTooLarge)
			return
		}
		event, err := webhook.Verify(secret, r.Header, body)
		if err != nil {
			http.Error(w, "not signed by Jawort", http.StatusUnauthorized)
			return
		}
		fmt.Println(event.Type, event.Data["approval"]) // first look whether this webhook-id came before
		w.WriteHeader(http.StatusNoContent)
	}))
	defer receiver.Close()

	r, err := http.NewRequest(http.MethodPost, receiver.URL, strings.NewReader(payload)) // as Jawort does
	if err != nil {
		fmt.Println(err)
		return
	}
	r.Header = signed(secret, time.Now(), payload)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode)
	// Output:
	// approval.approved apr_1
	// 204
}
