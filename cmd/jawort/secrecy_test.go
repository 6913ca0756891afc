package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/pushgw/pushtest"
)

// seen collects what left the installation by side doors.
type seen map[string]string

func (s seen) mustNotHold(t *testing.T, secrets map[string]string) {
	t.Helper()
	for name, secret := range secrets {
		if len(secret) < 4 {
			t.Fatalf("%s is too short to be looked for: %q", name, secret)
		}
		for where, text := range s {
			if holds(text, secret) {
				t.Errorf("%s holds the %s", where, name)
			}
		}
	}
}

// holds reports whether the secret stands in the text; digits must have no others beside them, as in many a time stamp. Letters may: a line
// of a message that was logged begins behind the n of its \n.
func holds(text, secret string) bool {
	if strings.Trim(secret, "0123456789") != "" {
		return strings.Contains(text, secret)
	}
	return regexp.MustCompile(`(^|[^0-9])` + secret + `([^0-9]|$)`).MatchString(text)
}

func TestNoLogMetricOrPushCarriesASecretOrAPerson(t *testing.T) {
	t.Parallel()
	i := installed(t)
	fcm := i.withFCM(t)
	i.env = append(i.env, "JAWORT_LOG_LEVEL=debug")
	i.sixDigits() // a number of two would be found in every request id
	p := i.run()
	token := fcm.NewToken()
	c := i.client()
	const login, label, holder, account = "login-number-4711", "label-of-the-phone", "holder-of-the-phone", "label-of-the-account"
	if _, err := c.PutAccount(t.Context(), login, account); err != nil {
		t.Fatal(err)
	}
	e, err := c.StartEnrolment(t.Context(), login)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "phone.json")
	ph := phone.New(phone.Options{})
	digits, err := ph.Enrol(t.Context(), e.Link, holder, label, &phone.PushAddress{Provider: "fcm", App: "companion", Token: token})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.ConfirmEnrolment(t.Context(), e.ID, digits); err != nil {
		t.Fatal(err)
	}
	secrets := map[string]string{
		"login number": login, "device's label": label, "holder": holder, "account's label": account, "API key": i.key, "push token": token,
		"enrolment code": e.Link[strings.Index(e.Link, "#")+1:], "six digits": digits, "address": "198.51.100.77", "detail": "detail-of-the-payment",
		"browser session": "session-of-the-browser",
	}
	a, err := c.CreateApproval(t.Context(), client.Request{
		Account: login, Details: []client.Detail{{Label: "For", Value: "detail-of-the-payment"}},
		Browser: client.Browser{IP: "198.51.100.77", UserAgent: "Mozilla/5.0 Firefox/128.0", Session: "session-of-the-browser"},
	})
	if err != nil {
		t.Fatal(err)
	}
	push := received(t, fcm.Inbox(token))
	item := i.fetch(ph, a.ID)
	secrets["number"], secrets["typed number"] = a.Number, strings.Map(func(d rune) rune { return '0' + (d-'0'+1)%10 }, a.Number)
	secrets["ticket"], secrets["document"] = a.Socket.Ticket, string(item.Bytes)
	if _, err := ph.Decide(t.Context(), item, phone.Approve, secrets["typed number"]); err == nil {
		t.Fatal("a wrong number approved")
	}
	states := follow(t.Context(), page(a))
	if _, err := ph.Decide(within(t, soon), item, phone.Approve, a.Number); err != nil {
		t.Fatal(err)
	}
	awaitStatus(t, states, "approved")
	receipt, err := c.Receipt(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	secrets["receipt"], secrets["installation's token"] = receipt, tokenOf(t, ph, file)
	secrets["mobile number"], secrets["corrected number"] = "+4915123456717", "+4915123456799"
	for _, number := range []string{secrets["mobile number"], secrets["corrected number"]} {
		if _, err := c.ChangeAccount(t.Context(), login, client.AccountChange{Phone: &number}); err != nil {
			t.Fatal(err)
		}
	}
	notice := noticed(t, fcm.Inbox(token))
	told, err := ph.Notices(t.Context())
	ofPush := func(n phone.Notice) bool { return n.ID == notice.ID && n.Occasion == "changed-number" }
	if err != nil || !slices.ContainsFunc(told, ofPush) {
		t.Errorf("the phone is told %+v, %v", told, err)
	}
	i.refusals(t, secrets)
	metrics := i.metrics(t, p.ready.Admin)
	if code := p.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	if !strings.Contains(p.log.String(), a.ID) || !strings.Contains(metrics, "jawort_http_requests_total") {
		t.Fatal("nothing was logged or counted, so nothing was looked at")
	}
	seen{"the log": p.log.String(), "a metric": metrics}.mustNotHold(t, secrets)
	delete(secrets, "push token") // is how the push is addressed
	seen{"the push": string(push.Payload), "the push of a notice": string(notice.Payload)}.mustNotHold(t, secrets)
	if strings.Contains(string(notice.Payload), "changed-number") {
		t.Errorf("the push of a notice says too much: %s", notice.Payload)
	}
	if strings.Contains(string(push.Payload), `"number"`) || strings.Contains(string(push.Payload), "Portal") {
		t.Errorf("the push says too much: %s", push.Payload)
	}
}

// sixDigits goes on with an application whose number is long enough to be looked for.
func (i *installation) sixDigits() {
	i.t.Helper()
	tenant := answer[[]tenantRow](i.t, i.env, "tenant", "list")[0]
	application := answer[applicationRow](i.t, i.env, "application", "create", "Portal", "--tenant", tenant.ID, "--origin", pageOrigin, "--digits", "6")
	i.key = answer[keyRow](i.t, i.env, "key", "create", "--application", application.ID, "--scopes", "login,enrol,admin").Secret
}

// refusals makes both faces complain about the secrets, in every place of a request.
func (i *installation) refusals(t *testing.T, secrets map[string]string) {
	t.Helper()
	for name, secret := range secrets {
		body, err := json.Marshal(map[string]any{"account": secret, "code": map[string]string{secret: secret}, secret: name})
		if err != nil {
			t.Fatal(err)
		}
		for _, target := range []string{
			i.server.url + "/v1/approvals", i.server.url + "/v1/enrolments", i.server.url + "/v1/approvals/" + url.PathEscape(secret) + "/cancel",
			i.phones.url + "/v1/enrolments/claim", i.phones.url + "/v1/approvals/" + url.PathEscape(secret) + "/decision?known=" + url.QueryEscape(secret),
		} {
			for _, scheme := range []string{"Bearer " + i.key, "Bearer " + secret, "DPoP " + secret} {
				i.complain(t, target, scheme, secret, body)
				if answer := i.complain(t, target, scheme, secret, []byte(`{"nonsense":1}`)); holds(answer, secret) {
					t.Errorf("the answer of %s repeats the %s: %s", target, name, answer)
				}
			}
		}
	}
}

func (i *installation) complain(t *testing.T, target, authorization, secret string, body []byte) (answer string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", authorization)
	req.Header.Set("DPoP", secret)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", secret)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode < 400 || resp.StatusCode >= 500 {
		t.Errorf("%s answered %d", target, resp.StatusCode)
	}
	return string(b)
}

func (i *installation) metrics(t *testing.T, admin string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+admin+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func received(t *testing.T, inbox <-chan pushtest.Push) pushtest.Push {
	t.Helper()
	select {
	case p := <-inbox:
		return p
	case <-time.After(soon):
		t.Fatal("no push arrived")
		return pushtest.Push{}
	}
}

// noticed passes over what else is pushed.
func noticed(t *testing.T, inbox <-chan pushtest.Push) pushtest.Push {
	t.Helper()
	for {
		if p := received(t, inbox); p.Type == "notice" {
			return p
		}
	}
}

// tokenOf reads the installation token from where the phone keeps it.
func tokenOf(t *testing.T, p *phone.Phone, file string) string {
	t.Helper()
	if err := p.Save(file); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(b, []byte("jwi_"))
	if at < 0 {
		t.Fatal("the phone keeps no token")
	}
	token := b[at:]
	return string(token[:bytes.IndexByte(token, '"')])
}
