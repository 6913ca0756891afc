package docs_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// playWebhooks has the tenant's own system told what happens.
func (h *house) playWebhooks() {
	inbox, url := h.receiver()
	hooks, key := h.url+"/v1/webhooks", bearer(h.key)
	once, body := header("Idempotency-Key", "once"), fmt.Sprintf(`{"url":%q,"events":["approval.cancelled"],"description":"Portal"}`, url)
	made := h.read(h.say("201", "POST", hooks, body, key, once))
	h.say("201", "POST", hooks, body, key, once)
	h.say("422 idempotency-key-reused", "POST", hooks, `{"url":"https://example.com/"}`, key, once)
	h.say("422 invalid-request", "POST", hooks, `{"url":"http://169.254.169.254/"}`, key)
	one := hooks + "/" + made["id"].(string)
	h.say("200", "GET", hooks, "", key)
	h.say("200", "GET", one, "", key)

	a := h.ask()
	h.must(h.client.CancelApproval(h.Context(), a.ID))
	told := h.delivered(inbox, a.ID)
	w, err := standardwebhooks.NewWebhook(made["secret"].(string))
	h.must(err)
	h.must(w.VerifyIgnoringTimestamp(told.body, told.header)) // the house's clock is ahead, the library's is not
	event := h.read(string(told.body))
	if data, _ := event["data"].(map[string]any); event["type"] != "approval.cancelled" || data["approval"] != a.ID || data["kind"] != "login" {
		h.Errorf("told %s", told.body)
	}
	ping := h.read(h.say("202", "POST", one+"/test", "", key))
	told = h.delivered(inbox, `"type":"ping"`)
	if told.header.Get("webhook-id") != ping["id"] {
		h.Errorf("tried with %v, which came as %s", ping, told.body)
	}
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !strings.Contains(h.say("200", "GET", one+"/deliveries?state=delivered", "", key), ping["id"].(string)) {
		<-again.C // it has arrived, but that is not written down yet
	}
	h.say("202", "POST", hooks+"/deliveries/"+ping["id"].(string)+"/retry", "", key)
	h.delivered(inbox, `"type":"ping"`)
	h.say("200", "GET", one+"/deliveries", "", key)
	h.say("422 invalid-request", "GET", one+"/deliveries?state=lost", "", key)
	h.say("404 unknown-delivery", "GET", one+"/deliveries?after=none", "", key)
	h.say("404 unknown-webhook", "GET", hooks+"/whk_"+strings.Repeat("a", 26)+"/deliveries", "", key)
	h.playWebhookLimits(one, ping["id"].(string))
	h.pass(3 * time.Minute)
}

func (h *house) playWebhookLimits(one, delivery string) {
	hooks, key := h.url+"/v1/webhooks", bearer(h.key)
	for range 4 {
		h.say("200", "POST", one+"/rotate", "", key)
	}
	h.say("409 too-many-secrets", "POST", one+"/rotate", "", key)
	h.say("200", "PATCH", one, `{"enabled":false}`, key)
	h.say("422 invalid-request", "PATCH", one, `{"url":"https://10.0.0.1/"}`, key)
	h.say("404 unknown-webhook", "PATCH", hooks+"/whk_"+strings.Repeat("a", 26), `{"enabled":false}`, key)
	h.say("409 webhook-disabled", "POST", one+"/test", "", key)
	h.say("409 webhook-disabled", "POST", hooks+"/deliveries/"+delivery+"/retry", "", key)
	for range 19 {
		h.say("201", "POST", hooks, `{"url":"https://example.com/","events":["budget.alarm"]}`, key)
	}
	h.say("409 too-many-webhooks", "POST", hooks, `{"url":"https://example.com/"}`, key)
	h.say("204", "DELETE", one, "", key)
}

// read reads an answer.
func (h *house) read(answer string) map[string]any {
	h.Helper()
	var v map[string]any
	h.must(json.Unmarshal([]byte(answer), &v))
	return v
}

type delivery struct {
	header http.Header
	body   []byte
}

// receiver is the tenant's own system.
func (h *house) receiver() (inbox chan delivery, url string) {
	inbox = make(chan delivery, 100)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		inbox <- delivery{r.Header, body}
	}))
	h.Cleanup(s.Close)
	return inbox, s.URL
}

// delivered waits for what the inbox is told of about; what happened before in the play may come first.
func (h *house) delivered(inbox chan delivery, about string) delivery {
	h.Helper()
	enough := time.After(30 * time.Second)
	for {
		select {
		case d := <-inbox:
			if strings.Contains(string(d.body), about) {
				return d
			}
		case <-enough:
			h.Fatalf("nothing was delivered about %s", about)
		}
	}
}
