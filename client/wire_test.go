package client_test

import (
	"context"
	"fmt"
	"go/build"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/client"
)

func TestEachCallSaysWhatTheAPIExpects(t *testing.T) {
	t.Parallel()
	type ctx = context.Context
	question := client.Request{
		Account: "AB1234", Kind: client.Transaction, Details: []client.Detail{{Label: "Amount", Value: "5 EUR", Role: "amount"}},
		Browser: client.Browser{IP: "203.0.113.9", UserAgent: "Firefox", Session: "s"}, ExpiresIn: time.Minute,
	}
	for _, c := range []struct {
		want string
		call func(ctx, *client.Client) error
	}{
		{`POST /v1/approvals {"account":"AB1234","kind":"transaction","details":[{"label":"Amount","value":"5 EUR","role":"amount"}],"browser":{"ip":"203.0.113.9","user_agent":"Firefox","session":"s"},"expires_in":60}`,
			func(x ctx, c *client.Client) error { _, err := c.CreateApproval(x, question); return err }},
		{`POST /v1/approvals {"account":"A","browser":{"ip":"","user_agent":""}}`,
			func(x ctx, c *client.Client) error {
				_, err := c.CreateApproval(x, client.Request{Account: "A"})
				return err
			}},
		{`GET /v1/approvals/apr_1 `, func(x ctx, c *client.Client) error { _, err := c.Approval(x, "apr_1"); return err }},
		{`GET /v1/approvals/apr_1?wait=2 `, func(x ctx, c *client.Client) error {
			_, err := c.WaitApproval(x, "apr_1", 1500*time.Millisecond)
			return err
		}},
		{`GET /v1/approvals/apr_1?wait=25 `, func(x ctx, c *client.Client) error { _, err := c.WaitApproval(x, "apr_1", time.Hour); return err }},
		{`POST /v1/approvals/apr_1/cancel `, func(x ctx, c *client.Client) error { return c.CancelApproval(x, "apr_1") }},
		{`POST /v1/approvals/apr_1/resend `, func(x ctx, c *client.Client) error { return c.ResendPush(x, "apr_1") }},
		{`GET /v1/approvals/apr_1/receipt `, func(x ctx, c *client.Client) error { _, err := c.Receipt(x, "apr_1"); return err }},
		{`PUT /v1/accounts/a%2Fb%20c {"label":"Sales"}`, func(x ctx, c *client.Client) error { _, err := c.PutAccount(x, "a/b c", "Sales"); return err }},
		{`GET /v1/accounts/AB1234 `, func(x ctx, c *client.Client) error { _, err := c.Account(x, "AB1234"); return err }},
		{`GET /v1/accounts?after=AB1&limit=5&prefix=AB `, func(x ctx, c *client.Client) error {
			_, err := c.Accounts(x, client.AccountFilter{Prefix: "AB", After: "AB1", Limit: 5})
			return err
		}},
		{`PUT /v1/accounts/AB1234 {"interval":1,"phone":null,"sms":true}`, func(x ctx, c *client.Client) error {
			one, on := 1, true
			_, err := c.ChangeAccount(x, "AB1234", client.AccountChange{Interval: &one, SMS: &on, Clear: []string{"phone"}})
			return err
		}},
		{`GET /v1/accounts/AB1234/managed?has=device%2Cpush&lacks=phone `, func(x ctx, c *client.Client) error {
			_, err := c.Managed(x, "AB1234", client.AccountFilter{Has: []string{"device", "push"}, Lacks: []string{"phone"}})
			return err
		}},
		{`GET /v1/accounts?application=Portal&format=csv&group=g&interval=default&manager=m&q=a&sms=on&used=never `, func(x ctx, c *client.Client) error {
			return c.AccountsCSV(x, client.AccountFilter{Query: "a", Group: "g", Manager: "m", Application: "Portal", Used: "never", SMS: "on", Interval: "default"}, io.Discard)
		}},
		{`PUT /v1/accounts/AB1234/interval {"days":null}`, func(x ctx, c *client.Client) error { return c.SetInterval(x, "AB1234", nil) }},
		{`PUT /v1/accounts/AB1234/managed/interval {"days":null}`, func(x ctx, c *client.Client) error {
			_, err := c.SetManagedInterval(x, "AB1234", nil)
			return err
		}},
		{`POST /v1/accounts/AB1234/reset {"reason":"lost"}`, func(x ctx, c *client.Client) error { return c.ResetAccount(x, "AB1234", "lost") }},
		{`POST /v1/accounts/AB1234/password-changed `, func(x ctx, c *client.Client) error { return c.PasswordChanged(x, "AB1234") }},
		{`PUT /v1/accounts/AB1234/managed/interval {"days":1,"group":"customers"}`, func(x ctx, c *client.Client) error {
			one := 1
			_, err := c.SetGroupInterval(x, "AB1234", "customers", &one)
			return err
		}},
		{`GET /v1/accounts/AB1234/export `, func(x ctx, c *client.Client) error { _, err := c.ExportAccount(x, "AB1234"); return err }},
		{`GET /v1/accounts/AB1234/devices/dev_1/export `, func(x ctx, c *client.Client) error { _, err := c.ExportDevice(x, "AB1234", "dev_1"); return err }},
		{`POST /v1/accounts/AB1234/devices/dev_1/erase `, func(x ctx, c *client.Client) error { return c.EraseDevice(x, "AB1234", "dev_1") }},
		{`POST /v1/accounts/AB1234/erase `, func(x ctx, c *client.Client) error { return c.EraseAccount(x, "AB1234") }},
		{`POST /v1/invitations {"accounts":["AB1234"]}`, func(x ctx, c *client.Client) error {
			_, err := c.Invite(x, client.Invited{Accounts: []string{"AB1234"}})
			return err
		}},
		{`POST /v1/invitations/remind {"filter":{"group":"g"}}`, func(x ctx, c *client.Client) error {
			_, err := c.Remind(x, client.Invited{Filter: &client.InvitedFilter{Group: "g"}})
			return err
		}},
		{`GET /v1/invitations?after=A&group=g&limit=5 `, func(x ctx, c *client.Client) error {
			_, err := c.InvitationProgress(x, client.ProgressFilter{Group: "g", After: "A", Limit: 5})
			return err
		}},
		{`DELETE /v1/accounts/AB1234 `, func(x ctx, c *client.Client) error { return c.DeleteAccount(x, "AB1234") }},
		{`GET /v1/accounts/AB1234/devices `, func(x ctx, c *client.Client) error { _, err := c.Devices(x, "AB1234"); return err }},
		{`DELETE /v1/accounts/AB1234/devices/dev_1 `, func(x ctx, c *client.Client) error { return c.RevokeDevice(x, "AB1234", "dev_1") }},
		{`POST /v1/enrolments {"account":"AB1234"}`, func(x ctx, c *client.Client) error { _, err := c.StartEnrolment(x, "AB1234"); return err }},
		{`POST /v1/accounts/AB1234/recovery-codes `, func(x ctx, c *client.Client) error { _, err := c.NewRecoveryCodes(x, "AB1234"); return err }},
		{`GET /v1/enrolments/enr_1 `, func(x ctx, c *client.Client) error { _, err := c.Enrolment(x, "enr_1"); return err }},
		{`GET /v1/enrolments/enr_1?known=claimed&wait=25 `, func(x ctx, c *client.Client) error {
			_, err := c.WaitEnrolment(x, client.Enrolment{ID: "enr_1", Status: client.EnrolmentClaimed}, client.MostWait)
			return err
		}},
		{`POST /v1/enrolments {"account":"AB1234","authorize":"device","replaces":"dev_1"}`, func(x ctx, c *client.Client) error {
			_, err := c.Enrol(x, client.NewEnrolment{Account: "AB1234", Authorize: client.ByDevice, Replaces: "dev_1"})
			return err
		}},
		{`POST /v1/recoveries {"account":"AB1234","reason":"lost"}`, func(x ctx, c *client.Client) error { _, err := c.AnnounceRecovery(x, "AB1234", "lost"); return err }},
		{`GET /v1/recoveries/rec_1 `, func(x ctx, c *client.Client) error { _, err := c.Recovery(x, "rec_1"); return err }},
		{`DELETE /v1/recoveries/rec_1 `, func(x ctx, c *client.Client) error { _, err := c.StopRecovery(x, "rec_1"); return err }},
		{`POST /v1/enrolments/enr_1/confirm {"code":"123456"}`, func(x ctx, c *client.Client) error { _, err := c.ConfirmEnrolment(x, "enr_1", "123456"); return err }},
	} {
		t.Run(c.want, func(t *testing.T) {
			t.Parallel()
			var got string
			network := transport(func(r *http.Request) (*http.Response, error) {
				body, _ := io.ReadAll(r.Body)
				got = fmt.Sprintf("%s %s %s", r.Method, r.URL.RequestURI(), body)
				if r.Header.Get("Authorization") != "Bearer jw_secret" {
					t.Errorf("Authorization = %q", r.Header.Get("Authorization"))
				}
				if typed := r.Header.Get("Content-Type") == "application/json"; typed != (len(body) > 0) {
					t.Errorf("Content-Type = %q", r.Header.Get("Content-Type"))
				}
				return answer(200, `{}`), nil
			})
			if err := c.call(t.Context(), open(t, network)); err != nil {
				t.Fatal(err)
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestAnswersAreReadAndWhatIsNewerIsIgnored(t *testing.T) {
	t.Parallel()
	a, err := open(t, answering(201, pendingApproval)).CreateApproval(t.Context(), client.Request{Account: "AB1234"})
	if err != nil || a.ID != "apr_1" || a.Number != "42" || a.Devices != 3 || a.Socket.Ticket != "jt_x" || a.ExpiresAt.Sub(a.CreatedAt) != 2*time.Minute {
		t.Errorf("got %+v, %v", a, err)
	}
	page, err := open(t, answering(200, `{"accounts":[{"account":"AB1","label":"One"}],"next":"AB1"}`)).Accounts(t.Context(), client.AccountFilter{})
	if err != nil || len(page.Accounts) != 1 || page.Accounts[0].ExternalID != "AB1" || page.Next != "AB1" {
		t.Errorf("got %+v, %v", page, err)
	}
	devices, err := open(t, answering(200, `{"devices":[{"id":"dev_1","holder":"Anna","pushable":true}]}`)).Devices(t.Context(), "AB1")
	if err != nil || len(devices) != 1 || devices[0].Holder != "Anna" || !devices[0].Pushable {
		t.Errorf("got %+v, %v", devices, err)
	}
	receipt, err := open(t, answering(200, "a.b.c", "Content-Type", "application/jose")).Receipt(t.Context(), "apr_1")
	if err != nil || receipt != "a.b.c" {
		t.Errorf("got %q, %v", receipt, err)
	}
}

func TestAWrongConfigurationIsNamed(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "jawort.example", "ftp://jawort.example", "https://", "https://jawort.example?x=1", "https://jawort.example#x"} {
		if _, err := client.New(client.Config{BaseURL: base, Key: "jw_x"}); err == nil || !strings.Contains(err.Error(), "BaseURL") {
			t.Errorf("BaseURL %q: %v", base, err)
		}
	}
	if _, err := client.New(client.Config{BaseURL: "https://jawort.example"}); err == nil || !strings.Contains(err.Error(), "Key") {
		t.Errorf("no key: %v", err)
	}
}

func TestThePrintedClientShowsNoKey(t *testing.T) {
	t.Parallel()
	c := open(t, answering(200, ""))
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if s := fmt.Sprintf(format, c); strings.Contains(s, "jw_secret") {
			t.Errorf("%s shows %s", format, s)
		}
	}
}

func TestImportingTheClientStaysLight(t *testing.T) {
	t.Parallel()
	pkg, err := build.ImportDir(".", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range pkg.Imports {
		if strings.Contains(path, ".") {
			t.Errorf("imports %s", path)
		}
	}
}
