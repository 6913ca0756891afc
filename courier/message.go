package courier

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/jawort/jawort/factor/smpp/gsm"
	"github.com/jawort/jawort/id"
)

// Channel is a way to a person.
type Channel string

// The channels.
const (
	SMS   Channel = "sms"
	Email Channel = "email"
	App   Channel = "app" // on the phone; no message of the queue
)

// Purpose says what a message is for, and so what becomes of it where a newer one takes its place.
type Purpose string

// The purposes.
const (
	PurposeCode       Purpose = "code"       // confirms one approval; only the newest counts
	PurposeActivation Purpose = "activation" // proves that a method works
	PurposeNotice     Purpose = "notice"     // tells what happened to an account or a budget
	PurposeInvitation Purpose = "invitation" // asks to enrol; carries no code
)

// Message is one message to one person.
type Message struct {
	ID          string // msg_…, the caller's, so that a repetition is the same message
	Tenant      string
	Application string // empty where no application is concerned
	Account     string // which it is about; empty where it does not go to the holder of an account
	Recipient   string // account whose number or address it is, where that is another; empty: the same
	Approval    string // empty where it belongs to none
	Channel     Channel
	Purpose     Purpose
	Address     string // a number in E.164 or an e-mail address
	Subject     string // e-mail only
	Text        string
	ExpiresAt   time.Time // afterwards it is not sent any more
}

// String names the message without what it says or to whom.
func (m Message) String() string { return m.ID }

// GoString is String, so that %#v tells no more.
func (m Message) GoString() string { return m.ID }

// LogValue is String, so that a log tells no more.
func (m Message) LogValue() slog.Value { return slog.StringValue(m.ID) }

const (
	maxAddress = 320 // RFC 3696: 64 octets, @, 255 octets
	maxSubject = 600
	maxText    = 8 << 10
)

// Validate returns an error where the message could not be queued. It is a fault of the program and not of a person:
// addresses were checked when they were put on record. The error does not repeat what it is about.
func (m Message) Validate() error {
	switch {
	case !id.Valid(id.Message, m.ID):
		return errors.New("courier: a message needs an id of its own")
	case m.Tenant == "":
		return fmt.Errorf("courier: message %s: belongs to no tenant", m.ID)
	case !slices.Contains([]Purpose{PurposeCode, PurposeActivation, PurposeNotice, PurposeInvitation}, m.Purpose):
		return fmt.Errorf("courier: message %s: its purpose is none", m.ID)
	case m.ExpiresAt.IsZero():
		return fmt.Errorf("courier: message %s: never expires", m.ID)
	case m.Text == "" || len(m.Text) > maxText:
		return fmt.Errorf("courier: message %s: its text is empty or too long", m.ID)
	case !oneLine(m.Address) || m.Address == "" || len(m.Address) > maxAddress:
		return fmt.Errorf("courier: message %s: its address is none", m.ID)
	}
	return m.validateChannel()
}

func (m Message) validateChannel() error {
	switch {
	case m.Channel == SMS && m.Subject != "":
		return fmt.Errorf("courier: message %s: an SMS has no subject", m.ID)
	case m.Channel == SMS && !gsm.Fits(m.Text):
		return fmt.Errorf("courier: message %s: its text is longer than one SMS", m.ID)
	case m.Channel == Email && (m.Subject == "" || len(m.Subject) > maxSubject || !oneLine(m.Subject)):
		return fmt.Errorf("courier: message %s: an e-mail needs a subject of one line", m.ID)
	case m.Channel != SMS && m.Channel != Email:
		return fmt.Errorf("courier: message %s: its channel is none", m.ID)
	}
	return nil
}

// oneLine reports whether nothing in s could begin another line, or another header.
func oneLine(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\u0085' || r == '\u2028' || r == '\u2029' })
}
