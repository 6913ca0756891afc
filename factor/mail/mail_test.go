package mail_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/factor/mail"
	"github.com/jawort/jawort/factor/mail/mailtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const noon = 1795608000 // 2026-11-25 12:00 UTC

func client(t *testing.T, server *mailtest.Server, change func(o *mail.Options)) *mail.Client {
	t.Helper()
	o := mail.Options{
		Host: "127.0.0.1", Port: server.Port, TLS: mail.None, From: "Muster Makler <login@makler.example>", ReplyTo: "support@makler.example",
		Now: func() time.Time { return time.Unix(noon, 0).UTC() },
	}
	if change != nil {
		change(&o)
	}
	c, err := mail.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func plain(t *testing.T) (*mailtest.Server, *mail.Client) {
	t.Helper()
	server := mailtest.Start(t, mailtest.Settings{Kind: "none"})
	return server, client(t, server, nil)
}

func message(to string) courier.Message {
	return courier.Message{ID: "msg_a", Channel: courier.Email, Address: to, Subject: "Ihr Code für die Anmeldung", Text: "Guten Tag,\n\n123456 ist Ihr Code – für Sie.\n.\nGrüße\n"}
}

func TestAMessageArrivesAsItWasWritten(t *testing.T) {
	t.Parallel()
	server, c := plain(t)
	reference, err := c.Send(t.Context(), message("ada@example.org"))
	if err != nil {
		t.Fatal(err)
	}
	taken := server.Want("mail")
	if taken.Sender != "login@makler.example" || len(taken.To) != 1 || taken.To[0] != "ada@example.org" {
		t.Errorf("the envelope is %+v", taken)
	}
	got, err := netmail.ReadMessage(strings.NewReader(taken.Data))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"From": `"Muster Makler" <login@makler.example>`, "To": "<ada@example.org>", "Reply-To": "<support@makler.example>",
		"Subject": "Ihr Code für die Anmeldung", "Date": "Wed, 25 Nov 2026 12:00:00 +0000", "Message-Id": "<" + reference + ">",
		"Auto-Submitted": "auto-generated", "Content-Type": "text/plain; charset=UTF-8", "User-Agent": "", "Bcc": "",
	} {
		value, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get(name))
		if err != nil || value != want {
			t.Errorf("%s is %q (%v), want %q", name, value, err, want)
		}
	}
	text, err := io.ReadAll(quotedprintable.NewReader(got.Body))
	if want := message("").Text; err != nil || strings.TrimRight(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n") != strings.TrimRight(want, "\n") {
		t.Errorf("got %q, %v, want %q", text, err, want)
	}
	if reference != "msg_a@makler.example" {
		t.Errorf("the reference is %s", reference)
	}
}

func TestTheWayIsEncryptedAndThePasswordIsSaidOnlyThen(t *testing.T) {
	t.Parallel()
	file, roots := mailtest.Certificate(t)
	for kind, mechanism := range map[mail.TLS]string{mail.STARTTLS: "PLAIN", mail.Implicit: "LOGIN"} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			server := mailtest.Start(t, mailtest.Settings{Kind: string(kind), Certificate: file, Password: "secret"})
			c := client(t, server, func(o *mail.Options) {
				o.TLS, o.TLSConfig, o.Username, o.Password = kind, &tls.Config{RootCAs: roots}, "jawort", "secret"
			})
			if _, err := c.Send(t.Context(), message("ada@example.org")); err != nil {
				t.Fatal(err)
			}
			if e := server.Want("auth"); !e.Good || !e.TLS || e.Mechanism != mechanism {
				t.Errorf("authenticated by %+v", e)
			}
			if !server.Want("mail").TLS {
				t.Error("the message was sent in plain")
			}
			wrong := client(t, server, func(o *mail.Options) {
				o.TLS, o.TLSConfig, o.Username, o.Password = kind, &tls.Config{RootCAs: roots}, "jawort", "wrong"
			})
			wantFailure(t, wrong, "ada@example.org", courier.Failure{Kind: courier.Alarm, Reason: "smtp-535"})
			stranger := client(t, server, func(o *mail.Options) { o.TLS = kind })
			wantFailure(t, stranger, "ada@example.org", courier.Failure{Kind: courier.Alarm, Reason: "certificate"})
		})
	}
}

func TestAServerThatOffersNoTLSGetsNothing(t *testing.T) {
	t.Parallel()
	server, _ := plain(t)
	c := client(t, server, func(o *mail.Options) { o.TLS = mail.STARTTLS })
	wantFailure(t, c, "ada@example.org", courier.Failure{Kind: courier.Alarm, Reason: "no-starttls"})
	c = client(t, server, func(o *mail.Options) { o.TLS = mail.Implicit })
	wantFailure(t, c, "ada@example.org", courier.Failure{Kind: courier.Alarm, Reason: "no-tls"})
}

func TestWithoutTLSNoOtherMachineIsSentTo(t *testing.T) {
	t.Parallel()
	for host, allowed := range map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true, "mail.example": false, "192.0.2.1": false, "localhost.example": false} {
		_, err := mail.New(mail.Options{Host: host, TLS: mail.None, From: "a@makler.example"})
		if (err == nil) != allowed {
			t.Errorf("%s: %v", host, err)
		}
	}
}

// wantFailure also looks whether address or text are in what is said.
func wantFailure(t *testing.T, c *mail.Client, to string, want courier.Failure) {
	t.Helper()
	reference, err := c.Send(t.Context(), message(to))
	got, ok := errors.AsType[*courier.Failure](err)
	if !ok || *got != want {
		t.Errorf("%s: got %q, %v, want %+v", to, reference, err, want)
		return
	}
	for _, secret := range []string{"@", "example", "123456", "makler"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error tells %q: %v", secret, err)
		}
	}
}

func TestRefusalsMeanWhatTheyShould(t *testing.T) {
	t.Parallel()
	_, c := plain(t)
	for to, want := range map[string]courier.Failure{
		"nobody@example.org":  {Kind: courier.Unreachable, Reason: "smtp-550-5-1-1"},
		"relay@example.org":   {Kind: courier.Refused, Reason: "smtp-554-5-7-1"},
		"grey@example.org":    {Kind: courier.Throttled, Reason: "smtp-451-4-7-1"},
		"closing@example.org": {Kind: courier.Again, Reason: "smtp-421-4-3-2"},
		"spam@example.org":    {Kind: courier.Refused, Reason: "smtp-554-5-6-0"},
		"full@example.org":    {Kind: courier.Again, Reason: "smtp-452-4-2-2"},
		"dies@example.org":    {Kind: courier.Again, Reason: "no-answer"},
		"silent@example.org":  {Kind: courier.Again, Reason: "no-answer"},
	} {
		wantFailure(t, c, to, want)
	}
	for _, to := range []string{"grey@example.org", "closing@example.org", "full@example.org", "dies@example.org", "silent@example.org"} {
		if _, err := c.Send(t.Context(), message(to)); err != nil {
			t.Errorf("%s, the second time: %v", to, err)
		}
	}
}

func TestARefusedSenderIsAnAlarmAndABusyServerIsTriedAgain(t *testing.T) {
	t.Parallel()
	server, _ := plain(t)
	for from, want := range map[string]courier.Failure{
		"stranger@makler.example": {Kind: courier.Alarm, Reason: "smtp-550-5-7-1"},
		"busy@makler.example":     {Kind: courier.Again, Reason: "smtp-452-4-3-1"},
	} {
		wantFailure(t, client(t, server, func(o *mail.Options) { o.From = from }), "ada@example.org", want)
	}
}

func TestAMessageThatWasTakenIsNotSentAgainWhateverComesThen(t *testing.T) {
	t.Parallel()
	server, c := plain(t)
	if _, err := c.Send(t.Context(), message("rude@example.org")); err != nil {
		t.Errorf("got %v", err)
	}
	server.Mail()
}

func TestAServerThatHangsIsLeft(t *testing.T) {
	t.Parallel()
	server, _ := plain(t)
	c := client(t, server, func(o *mail.Options) { o.Timeout = 300 * time.Millisecond })
	wantFailure(t, c, "hang@example.org", courier.Failure{Kind: courier.Again, Reason: "timeout"})

	patient := client(t, server, func(o *mail.Options) { o.Timeout = time.Hour })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := patient.Send(ctx, message("hang@example.org"))
		ended <- err
	}()
	server.Want("hanging")
	server.Want("hanging") // the first was the impatient one's
	cancel()
	select {
	case err := <-ended:
		if courier.FailureOf(err).Reason != courier.Stopped {
			t.Errorf("got %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("it does not stop")
	}
}

func TestAServerThatIsKilledIsTriedAgain(t *testing.T) {
	t.Parallel()
	server, c := plain(t)
	server.Kill()
	wantFailure(t, c, "ada@example.org", courier.Failure{Kind: courier.Again, Reason: "no-answer"})
	mailtest.Start(t, mailtest.Settings{Kind: "none", Port: server.Port})
	if _, err := c.Send(t.Context(), message("ada@example.org")); err != nil {
		t.Error(err)
	}
}

func TestAnAddressThatIsMoreThanOneAddressIsNotSentTo(t *testing.T) {
	t.Parallel()
	_, c := plain(t)
	for _, to := range []string{
		"ada@example.org, eve@example.org", "Ada <ada@example.org>", "<ada@example.org>", "ada@example.org\r\nBcc: eve@example.org",
		"ada@example.org\nRCPT TO:<eve@example.org>", "ada", "@example.org", "", "ada@example.org>", " ada@example.org",
	} {
		wantFailure(t, c, to, courier.Failure{Kind: courier.Unreachable, Reason: "no-address"})
	}
}

func TestASubjectCannotBeginAnotherHeader(t *testing.T) {
	t.Parallel()
	server, c := plain(t)
	for _, subject := range []string{"Code\r\nBcc: eve@example.org", "Code\nX-Evil: 1", "Code\rX-Evil: 1"} {
		m := message("ada@example.org")
		m.Subject = subject
		if _, err := c.Send(t.Context(), m); err == nil {
			t.Errorf("%q was sent: %s", subject, server.Mail())
		}
	}
	m := message("ada@example.org")
	m.Subject = "Code\u2028X-Evil: \u00851\x00"
	if _, err := c.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got, err := netmail.ReadMessage(strings.NewReader(server.Mail()))
	if err != nil || got.Header.Get("X-Evil") != "" {
		t.Errorf("got %v, %v", got, err)
	}
}
