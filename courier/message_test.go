package courier_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/courier"
)

const messageID = "msg_aaaaaaaaaaaaaaaaaaaaaaaaaa"

func sms() courier.Message {
	return courier.Message{
		ID: messageID, Tenant: "ten_1", Channel: courier.SMS, Purpose: courier.PurposeCode,
		Address: "+4915112345678", Text: "123456 is your code.", ExpiresAt: time.Unix(1, 0),
	}
}

func mail() courier.Message {
	m := sms()
	m.Channel, m.Address, m.Subject = courier.Email, "ada@example.org", "Your code"
	return m
}

func TestAMessageThatCouldNotBeSentIsNotQueued(t *testing.T) {
	t.Parallel()
	for _, m := range []courier.Message{sms(), mail()} {
		if err := m.Validate(); err != nil {
			t.Error(err)
		}
	}
	for name, spoil := range map[string]func(m *courier.Message){
		"no id":                     func(m *courier.Message) { m.ID = "" },
		"the id of something else":  func(m *courier.Message) { m.ID = "apr_aaaaaaaaaaaaaaaaaaaaaaaaaa" },
		"no tenant":                 func(m *courier.Message) { m.Tenant = "" },
		"no channel":                func(m *courier.Message) { m.Channel = "fax" },
		"no purpose":                func(m *courier.Message) { m.Purpose = "" },
		"no address":                func(m *courier.Message) { m.Address = "" },
		"an address of two lines":   func(m *courier.Message) { m.Address = "ada@example.org\r\nBcc: eve@example.org" },
		"an endless address":        func(m *courier.Message) { m.Address = strings.Repeat("a", 400) },
		"no text":                   func(m *courier.Message) { m.Text = "" },
		"an endless text":           func(m *courier.Message) { m.Text = strings.Repeat("a", 10_000) },
		"no end":                    func(m *courier.Message) { m.ExpiresAt = time.Time{} },
		"no subject":                func(m *courier.Message) { m.Subject = "" },
		"a subject of two lines":    func(m *courier.Message) { m.Subject = "Code\nBcc: eve@example.org" },
		"a subject with a line end": func(m *courier.Message) { m.Subject = "Code\u2028Bcc: eve@example.org" },
		"two SMS":                   func(m *courier.Message) { m.Channel, m.Subject, m.Text = courier.SMS, "", strings.Repeat("a", 161) },
		"an SMS with a subject":     func(m *courier.Message) { m.Channel = courier.SMS },
	} {
		m := mail()
		spoil(&m)
		if err := m.Validate(); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestAMessagePrintsAsItsIDHoweverItIsPrinted(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("sent", "message", mail())
	printed := fmt.Sprintf("%v %+v %#v %s %v", mail(), mail(), mail(), mail(), []courier.Message{mail()}) + log.String()
	for _, secret := range []string{"ada", "example.org", "123456", "Your code"} {
		if strings.Contains(printed, secret) {
			t.Errorf("%q is in %s", secret, printed)
		}
	}
	if !strings.Contains(printed, messageID) {
		t.Errorf("its id is not in %s", printed)
	}
}

func TestAReasonIsAWordOrUnreadable(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"ESME_RTHROTTLED": "ESME_RTHROTTLED", "21614": "21614", "": "unreadable",
		"to +4915112345678": "unreadable", "ada@example.org": "unreadable", strings.Repeat("x", 65): "unreadable",
	} {
		if got := courier.Word(given); got != want {
			t.Errorf("%q: got %q", given, got)
		}
	}
}
