package webhooks_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/jawort/jawort/account"
)

func create(w *world, url string) answer {
	w.Helper()
	return w.call("POST", "", fmt.Sprintf(`{"url":%q,"events":["device.revoked"],"description":"Portal"}`, url)).want(201, "")
}

func TestAWebhookIsMadeTriedAndToldWhatHappens(t *testing.T) {
	w := newWorld(t)
	url, got := w.receiver(204)
	made := create(w, url+"/hooks")
	if !strings.HasPrefix(made.text("id"), "whk_") || !strings.HasPrefix(made.text("secret"), "whsec_") || made.body["enabled"] != true || made.text("url") != url+"/hooks" {
		t.Fatalf("made %s", made.raw)
	}
	tried := w.call("POST", "/"+made.text("id")+"/test", "").want(202, "")
	ping := w.next(got)
	body, err := io.ReadAll(ping.Body)
	w.must(err)
	verifier, err := standardwebhooks.NewWebhook(made.text("secret"))
	w.must(err)
	w.must(verifier.Verify(body, ping.Header))
	if ping.Header.Get("webhook-id") != tried.text("id") || tried.text("type") != "ping" || tried.text("state") != "pending" || !strings.Contains(string(body), `"type":"ping"`) {
		t.Errorf("tried %s, got %s", tried.raw, body)
	}
	w.happen("device.revoked")
	w.happen("budget.alarm") // was not asked for
	told := w.next(got)
	w.eventually("both are delivered", func() bool {
		return len(w.call("GET", "/"+made.text("id")+"/deliveries?state=delivered", "").want(200, "").list("deliveries")) == 2
	})
	all := w.call("GET", "/"+made.text("id")+"/deliveries", "").want(200, "")
	newest := all.list("deliveries")[0]
	attempt := newest["attempts"].([]any)[0].(map[string]any)
	if newest["id"] != told.Header.Get("webhook-id") || newest["type"] != "device.revoked" || newest["webhook"] != made.text("id") || attempt["status"] != 204.0 ||
		attempt["number"] != 1.0 || attempt["at"] == "" || attempt["error"] != nil || newest["ended_at"] == nil || newest["next_at"] != nil || all.text("next") != "" {
		t.Errorf("listed %s", all.raw)
	}
}

func TestASecretIsShownOnceAndNeverAgain(t *testing.T) {
	w := newWorld(t)
	url, _ := w.receiver(500)
	made := create(w, url+"/hooks?token=hidden")
	path := "/" + made.text("id")
	rotated := w.call("POST", path+"/rotate", "").want(200, "")
	if !strings.HasPrefix(rotated.text("secret"), "whsec_") || rotated.text("secret") == made.text("secret") || rotated.text("id") != made.text("id") || rotated.text("old_until") == "" {
		t.Errorf("rotated %s", rotated.raw)
	}
	seen := w.call("GET", "", "").want(200, "").raw + w.call("GET", path, "").want(200, "").raw + w.call("PATCH", path, `{"description":"x"}`).want(200, "").raw +
		w.call("POST", path+"/test", "").want(202, "").raw + w.call("GET", path+"/deliveries", "").want(200, "").raw +
		w.call("POST", "", `{"url":"https://example.com/"} {`).want(400, "").raw
	for name, text := range map[string]string{"an answer": seen, "the log": w.log.String()} {
		for _, secret := range []string{made.text("secret"), rotated.text("secret")} {
			if strings.Contains(text, strings.TrimPrefix(secret, "whsec_")) || strings.Contains(text, "whsec_") {
				t.Errorf("%s shows a secret: %s", name, text)
			}
		}
	}
	if strings.Contains(w.log.String(), "hidden") {
		t.Errorf("the log shows a URL: %s", w.log)
	}
}

func TestACreationThatIsRepeatedGetsTheSameAnswer(t *testing.T) {
	w := newWorld(t)
	key, body := header("Idempotency-Key", "once"), `{"url":"https://example.com/"}`
	first := w.call("POST", "", body, key).want(201, "")
	if again := w.call("POST", "", body, key).want(201, ""); again.raw != first.raw {
		t.Errorf("got %s, then %s", first.raw, again.raw)
	}
	w.call("POST", "", `{"url":"https://example.com/other"}`, key).want(422, "idempotency-key-reused")
	other := w.addKey(w.tenant, account.ScopeAdmin)
	if a := w.call("POST", "", body, key, as(other)).want(201, ""); a.text("id") == first.text("id") || a.text("secret") == first.text("secret") {
		t.Error("another application got the answer")
	}
	if n := len(w.call("GET", "", "").want(200, "").list("webhooks")); n != 2 {
		t.Errorf("there are %d", n)
	}
	w.call("POST", "", body, header("Idempotency-Key", "")).want(422, "invalid-request")
}

func TestAWebhookIsChangedDisabledAndDeleted(t *testing.T) {
	w := newWorld(t)
	url, got := w.receiver(200)
	path := "/" + create(w, url).text("id")
	if a := w.call("PATCH", path, `{}`).want(200, ""); a.text("description") != "Portal" {
		t.Errorf("changed by nothing to %s", a.raw)
	}
	for range 2 {
		off := w.call("PATCH", path, `{"enabled":false,"events":[]}`).want(200, "")
		if off.body["enabled"] != false || off.text("disabled_reason") != "by_request" || off.text("disabled_at") == "" || len(off.body["events"].([]any)) != 0 || off.text("url") != url {
			t.Errorf("disabled: %s", off.raw)
		}
	}
	w.call("POST", path+"/test", "").want(409, "webhook-disabled")
	w.happen("device.revoked")
	w.call("PATCH", path, `{"enabled":true}`).want(200, "")
	w.happen("budget.alarm")
	w.next(got)
	if all := w.call("GET", path+"/deliveries", "").list("deliveries"); len(all) != 1 || all[0]["type"] != "budget.alarm" {
		t.Errorf("what happened while it was disabled is told: %v", all)
	}
	w.call("DELETE", path, "").want(204, "")
	w.call("DELETE", path, "").want(404, "unknown-webhook")
	w.call("GET", path, "").want(404, "unknown-webhook")
	w.call("GET", path+"/deliveries", "").want(404, "unknown-webhook")
}

func TestADeliveryIsSentAgainOnRequest(t *testing.T) {
	w := newWorld(t)
	url, got := w.receiver(500)
	path := "/" + create(w, url).text("id")
	w.happen("device.revoked")
	first := w.next(got).Header.Get("webhook-id")
	tries := func(n int) func() bool {
		return func() bool {
			return len(w.call("GET", path+"/deliveries?state=pending", "").list("deliveries")[0]["attempts"].([]any)) == n
		}
	}
	w.eventually("it has failed", tries(1))
	if e := w.call("GET", path, ""); e.text("failing_since") == "" {
		t.Errorf("a failing webhook: %s", e.raw)
	}
	if a := w.call("POST", "/deliveries/"+first+"/retry", "").want(202, ""); a.text("id") != first || a.text("state") != "pending" {
		t.Errorf("retried %s", a.raw)
	}
	if again := w.next(got).Header.Get("webhook-id"); again != first {
		t.Errorf("%s came as %s", first, again)
	}
	w.eventually("it has failed again", tries(2))
	w.call("PATCH", path, `{"enabled":false}`).want(200, "")
	w.call("POST", "/deliveries/"+first+"/retry", "").want(409, "webhook-disabled")
	w.call("POST", "/deliveries/whd_none/retry", "").want(404, "unknown-delivery")
}

func TestAnotherTenantsWebhooksAreAsUnknownAsNone(t *testing.T) {
	w := newWorld(t)
	url, got := w.receiver(200)
	made := create(w, url)
	w.happen("device.revoked")
	delivery := w.next(got).Header.Get("webhook-id")
	_, other := w.addTenant(account.ScopeAdmin)
	for _, c := range []struct{ method, path, body, code string }{
		{"GET", "/%s", "", "unknown-webhook"}, {"PATCH", "/%s", `{"enabled":false}`, "unknown-webhook"}, {"DELETE", "/%s", "", "unknown-webhook"},
		{"POST", "/%s/rotate", "", "unknown-webhook"}, {"POST", "/%s/test", "", "unknown-webhook"}, {"GET", "/%s/deliveries", "", "unknown-webhook"},
	} {
		foreign := w.call(c.method, fmt.Sprintf(c.path, made.text("id")), c.body, as(other)).want(404, c.code)
		none := w.call(c.method, fmt.Sprintf(c.path, "whk_none"), c.body, as(other)).want(404, c.code)
		if foreign.text("detail") != none.text("detail") {
			t.Errorf("%s %s: %s, and of none %s", c.method, c.path, foreign.raw, none.raw)
		}
	}
	w.call("POST", "/deliveries/"+delivery+"/retry", "", as(other)).want(404, "unknown-delivery")
	if n := len(w.call("GET", "", "", as(other)).want(200, "").list("webhooks")); n != 0 {
		t.Errorf("%d are listed", n)
	}
	if e := w.call("GET", "/"+made.text("id"), "").want(200, ""); e.body["enabled"] != true {
		t.Errorf("it was changed: %s", e.raw)
	}
}

func TestWebhooksAreForAdministrators(t *testing.T) {
	w := newWorld(t)
	low := as(w.addKey(w.tenant, account.ScopeLogin, account.ScopeEnrol))
	for _, c := range [][2]string{
		{"POST", ""}, {"GET", ""}, {"GET", "/x"}, {"PATCH", "/x"}, {"DELETE", "/x"}, {"POST", "/x/rotate"}, {"POST", "/x/test"}, {"GET", "/x/deliveries"}, {"POST", "/deliveries/x/retry"},
	} {
		w.call(c[0], c[1], `{}`, low).want(403, "scope-missing")
		w.call(c[0], c[1], `{}`, as("jw_unknown")).want(401, "unauthorized")
	}
}

func TestWhatCannotBeAWebhookIsRefusedAndChangesNothing(t *testing.T) {
	w := newWorld(t)
	path := "/" + create(w, "https://example.com/").text("id")
	for name, c := range map[string]struct{ body, field string }{
		"no URL":                  {`{}`, "url"},
		"a URL without TLS":       {`{"url":"http://example.com:22/"}`, "url"},
		"a private address":       {`{"url":"https://10.0.0.1/"}`, "url"},
		"the metadata":            {`{"url":"https://169.254.169.254/"}`, "url"},
		"a password":              {`{"url":"https://a:b@example.com/"}`, "url"},
		"a URL that is no string": {`{"url":7}`, "url"},
		"an unknown type":         {`{"url":"https://example.com/","events":["everything"]}`, "events[0]"},
		"types that are no list":  {`{"url":"https://example.com/","events":"device.revoked"}`, "events"},
		"a NUL":                   {`{"url":"https://example.com/","description":"a\u0000"}`, "description"},
		"a secret of one's own":   {`{"url":"https://example.com/","secret":"whsec_x"}`, "secret"},
	} {
		if a := w.call("POST", "", c.body).want(422, "invalid-request"); a.text("field") != c.field {
			t.Errorf("%s: %s", name, a.raw)
		}
		if name != "no URL" {
			if a := w.call("PATCH", path, c.body).want(422, "invalid-request"); a.text("field") != c.field {
				t.Errorf("%s, in a change: %s", name, a.raw)
			}
		}
	}
	w.call("GET", path+"/deliveries?state=lost", "").want(422, "invalid-request")
	w.call("GET", path+"/deliveries?after=%ff", "").want(404, "unknown-delivery")
	w.call("GET", "/%00", "").want(404, "unknown-webhook")
	w.call("POST", "/deliveries/%ff/retry", "").want(404, "unknown-delivery")
	if all := w.call("GET", "", "").list("webhooks"); len(all) != 1 || all[0]["url"] != "https://example.com/" || all[0]["description"] != "Portal" {
		t.Errorf("there are %v", all)
	}
}

func TestLimitsAreToldAsSuch(t *testing.T) {
	w := newWorld(t)
	path := "/" + create(w, "https://example.com/").text("id")
	for range 4 {
		w.call("POST", path+"/rotate", "").want(200, "")
	}
	w.call("POST", path+"/rotate", "").want(409, "too-many-secrets")
	for range 19 {
		create(w, "https://example.com/")
	}
	w.call("POST", "", `{"url":"https://example.com/"}`).want(409, "too-many-webhooks")
}

func TestDeliveriesComeInPages(t *testing.T) {
	w := newWorld(t)
	url, _ := w.receiver(200)
	path := "/" + create(w, url).text("id")
	for range 52 {
		w.happen("device.revoked")
	}
	first := w.call("GET", path+"/deliveries", "").want(200, "")
	rest := w.call("GET", path+"/deliveries?after="+first.text("next"), "").want(200, "")
	if len(first.list("deliveries")) != 50 || len(rest.list("deliveries")) != 2 || rest.text("next") != "" {
		t.Errorf("pages of %d and %d", len(first.list("deliveries")), len(rest.list("deliveries")))
	}
}
