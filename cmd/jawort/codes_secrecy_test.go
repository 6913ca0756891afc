package main

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/client/browser"
	"github.com/jawort/jawort/factor/mail/mailtest"
	"github.com/jawort/jawort/factor/twilio/twiliotest"
)

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// withSenders configures a carrier and a mail server that are fakes.
func (i *installation) withSenders(t *testing.T) (*twiliotest.Twilio, *mailtest.Server) {
	t.Helper()
	carrier, letters := twiliotest.Start(t), mailtest.Start(t, mailtest.Settings{Kind: "none"})
	token := i.keep("token", []byte(twiliotest.AuthToken))
	i.configure(map[string]any{
		"sms":  map[string]any{"twilio": map[string]any{"base_url": carrier.URL, "account_sid": twiliotest.AccountSID, "auth_token_file": token, "from": twiliotest.From}},
		"mail": map[string]any{"host": "localhost", "port": letters.Port, "tls": "none", "from": "login@makler.example"},
	})
	return carrier, letters
}

// send makes a request with a JSON body, which has to succeed.
func (i *installation) send(t *testing.T, method, path, bearer, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, i.server.url+path, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if answer, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode >= 300 {
		t.Fatalf("%s %s answered %d: %s (%v)", method, path, resp.StatusCode, answer, err)
	}
}

// firstLogin begins the first login of a new account and has a code sent for it.
func (i *installation) firstLogin(t *testing.T, login, method string, c client.AccountChange) (client.Approval, <-chan browser.State) {
	t.Helper()
	on := true
	c.SMS = &on
	if _, err := i.client().PutAccount(t.Context(), login, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := i.client().ChangeAccount(t.Context(), login, c); err != nil {
		t.Fatal(err)
	}
	a, err := i.client().CreateApproval(t.Context(), client.Request{Account: login, Browser: client.Browser{IP: "203.0.113.9", Session: login}})
	if err != nil {
		t.Fatal(err)
	}
	states := follow(t.Context(), page(a))
	i.send(t, http.MethodPost, "/v1/approvals/"+a.ID+"/activations", a.Socket.Ticket, `{"method":"`+method+`"}`)
	return a, states
}

// confirm types the code.
func (i *installation) confirm(t *testing.T, a client.Approval, method, code string) {
	t.Helper()
	i.send(t, http.MethodPost, "/v1/approvals/"+a.ID+"/activations/"+method, a.Socket.Ticket, `{"code":"`+code+`"}`)
}

// awaitCode returns when the page is told that the code got so far.
func awaitCode(t *testing.T, states <-chan browser.State, want string) {
	t.Helper()
	deadline := time.After(soon)
	for {
		select {
		case s, ok := <-states:
			if !ok {
				t.Fatalf("the page stopped before its code was %q", want)
			}
			if s.Code.State == want {
				return
			}
		case <-deadline:
			t.Fatalf("the code was not %q in %s", want, soon)
		}
	}
}

func TestNoLogOrMetricCarriesACodeOrToWhomItWent(t *testing.T) {
	t.Parallel()
	i := installed(t)
	carrier, letters := i.withSenders(t)
	i.env = append(i.env, "JAWORT_LOG_LEVEL=debug")
	p := i.run()
	i.send(t, http.MethodPut, "/v1/sms/settings", i.key, `{"prices":{"+49":"0.10"}}`)
	secrets := map[string]string{
		"number": "+4915123456717", "number without +": "4915123456717", "refused number": "+4915198765432",
		"address": "anna.muster@example.com", "refused address": "nobody@example.com",
	}
	change := func(name string) *string { s := secrets[name]; return &s }

	carrier.Do(func(w http.ResponseWriter, r *http.Request) {
		twiliotest.Fail(w, http.StatusBadRequest, 21610, "Attempt to send to "+r.PostFormValue("To")+": "+r.PostFormValue("Body"))
	})
	_, states := i.firstLogin(t, "refused-by-sms", "sms", client.AccountChange{Phone: change("refused number")})
	awaitCode(t, states, "failed")
	_, states = i.firstLogin(t, "refused-by-email", "email", client.AccountChange{Email: change("refused address")})
	awaitCode(t, states, "failed")

	a, states := i.firstLogin(t, "by-sms", "sms", client.AccountChange{Phone: change("number")})
	awaitCode(t, states, "sent")
	secrets["code by SMS"] = sixDigits.FindString(carrier.Taken()[0].Body)
	i.confirm(t, a, "sms", secrets["code by SMS"])
	awaitStatus(t, states, "approved")
	a, states = i.firstLogin(t, "by-email", "email", client.AccountChange{Email: change("address")})
	_, text, _ := strings.Cut(letters.Mail(), "\r\n\r\n")
	secrets["code by e-mail"] = sixDigits.FindString(text)
	i.confirm(t, a, "email", secrets["code by e-mail"])
	awaitStatus(t, states, "approved")

	metrics := i.metrics(t, p.ready.Admin)
	if code := p.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	for _, word := range []string{"21610", "smtp-550-5-1-1", `"level":"DEBUG"`} {
		if !strings.Contains(p.log.String(), word) {
			t.Errorf("%s is not in the log, so nothing was looked at", word)
		}
	}
	seen{"the log": p.log.String(), "a metric": metrics}.mustNotHold(t, secrets)
}
