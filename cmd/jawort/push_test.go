package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/pushgw/pushtest"
)

// post sends a body with the API key, once.
func (i *installation) post(t *testing.T, path, body string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, i.server.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+i.key)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp
}

// withFCM configures a Firebase project that is a fake.
func (i *installation) withFCM(t *testing.T) *pushtest.FCM {
	t.Helper()
	fcm, err := pushtest.NewFCM("companion", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { fcm.Close() })
	i.configure(map[string]any{"pushgw": map[string]any{"fcm": []any{map[string]string{
		"app": "companion", "credentials_file": i.keep("firebase.json", fcm.ServiceAccountJSON()), "endpoint": fcm.Endpoint(),
	}}}})
	return fcm
}

func TestAPushGatewayThatIsKilledInTheMiddleLosesNoJob(t *testing.T) {
	t.Parallel()
	i := installed(t)
	fcm := i.withFCM(t)
	i.run("server")
	i.run("mobile-api")
	token := fcm.NewToken()
	i.enrol("Pixel", &phone.PushAddress{Provider: "fcm", App: "companion", Token: token})
	attempted := make(chan struct{}, 16)
	fcm.OnAttempt(func(string) { attempted <- struct{}{} })
	fcm.Script(token, pushtest.Silent(), pushtest.Accept())

	first := i.run("pushgw")
	a := i.ask("browser")
	select {
	case <-attempted: // the provider has the request and does not answer
	case <-time.After(soon):
		t.Fatal("no attempt was made")
	}
	first.kill()
	i.run("pushgw")
	select {
	case push := <-fcm.Inbox(token):
		if push.Type != "approval" || push.ID != a.ID {
			t.Errorf("the phone was sent %q for %q", push.Type, push.ID)
		}
	case <-time.After(2 * soon):
		t.Fatal("the job of the killed gateway is lost")
	}
}
