package docs_test

import (
	"context"
	"encoding/json"
	"regexp"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/store/db"
)

// taker is a phone that takes a link whose code goes to the account's own number or address.
type taker struct {
	bound
	*phone.Phone
	e client.Enrolment
}

func (b bound) taker() taker {
	b.Helper()
	return taker{b, phone.New(phone.Options{HTTPClient: b.http}), b.begun()}
}

// try takes the link, once more where it did before, and types one code.
func (t taker) try(code func() string) error {
	t.Helper()
	typed := false
	_, err := t.EnrolWithCode(t.Context(), t.e.Link, "Anna", "Anna's phone", nil, func(_ context.Context, _ phone.CodeSent, wrong error) (string, error) {
		if typed {
			return "", wrong
		}
		typed = true
		return code(), nil
	})
	return err
}

func (t taker) wrong() string { return otherThan(t.sent()) }

func (t taker) resend() error {
	return t.Call(t.Context(), t.phone, "POST", "/v1/enrolments/code", map[string]string{"enrolment": t.e.ID}, nil)
}

var codeInText = regexp.MustCompile(`\b[0-9]{6}\b`)

// sent is the code of the newest message to the account.
func (b bound) sent() string {
	b.Helper()
	sealed, err := db.One(b.Context(), b.process.Lasting().Reads(), db.ScanBytes, `
		SELECT m.sealed FROM messages m JOIN accounts a ON a.id = m.account WHERE a.external_id = $1 ORDER BY m.created_at DESC LIMIT 1`, b.name)
	b.must(err)
	plain, err := b.keys.Open(sealed, keys.Message)
	b.must(err)
	var message struct{ Text string }
	b.must(json.Unmarshal(plain, &message))
	return codeInText.FindString(message.Text)
}

const onRecord = `phone = '+4915198760003', phone_changed_at = 0, email = 'anna@example.com', email_changed_at = 0`

// hindered has act refused by what is on record.
func (b bound) hindered(act func() error, hindrances ...string) {
	b.Helper()
	for _, want := range hindrances {
		b.set(map[string]string{
			"no-number": `phone = ''`, "no-address": `email = ''`, "number-changed": `phone_changed_at = 9000000000000000`,
			"address-changed":    `email_changed_at = 9000000000000000`,
			"cannot-receive-sms": `phone = '+4930901820'`, "sms-no-price": `phone = '+436641234567'`,
		}[want])
		b.refused(want, act())
		b.set(onRecord)
	}
}

// playProof binds phones of an account by codes to its own number and address.
func (b bound) playProof() {
	b.group(account.GroupPolicy{Sharing: account.SharingForbidden}, func() {
		b.set(`phone = ''`)
		mail := b.taker()
		b.set(onRecord)
		mail.playMail()
		b.taker().playSMS()
		b.playTooMany("sms-too-many", 2)
		b.set(`phone = ''`)
		b.pass(time.Hour)
		b.playTooMany("email-too-many", 5)
	})
}

func (t taker) playMail() {
	t.hindered(func() error { return t.try(t.wrong) }, "no-address", "address-changed")
	t.refused("wrong-code", t.try(t.wrong))
	t.pass(20 * time.Second)
	t.hindered(t.resend, "no-address", "address-changed")
	t.hindered(func() error { return t.try(t.sent) }, "no-address", "address-changed")
}

func (t taker) playSMS() {
	all := []string{"no-number", "number-changed", "cannot-receive-sms"}
	claim, right := func() error { return t.try(t.wrong) }, func() error { return t.try(t.sent) }
	t.hindered(claim, append(all, "sms-no-price")...)
	t.spent(func() { t.refused("sms-budget-spent", claim()) })
	t.refused("wrong-code", claim())
	t.refused("code-too-soon", t.resend())
	t.pass(20 * time.Second)
	t.hindered(t.resend, append(all, "sms-no-price")...)
	t.spent(func() { t.refused("sms-budget-spent", t.resend()) })
	for range 2 {
		t.must(t.resend())
		t.pass(20 * time.Second)
	}
	t.refused("too-many-codes", t.resend())
	t.hindered(right, all...)
	t.method(`paused_until = 9000000000000000`, `paused_until = 0`, func() { t.refused("method-paused", right()) })
	t.method(`active_since = 1, failures = 99`, `active_since = 0, failures = 0, disabled_at = 0`, func() { t.refused("method-disabled", claim()) })
	t.must(right())
}

func (b bound) playTooMany(refusal string, more int) {
	var last taker
	for range more {
		last = b.taker()
		b.refused("wrong-code", last.try(last.wrong))
	}
	next := b.taker()
	b.refused(refusal, next.try(next.wrong))
	b.pass(20 * time.Second)
	b.refused(refusal, last.resend())
}
