package factors

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
)

// channelOf is how the code of a method gets to the person.
var channelOf = map[approval.Method]courier.Channel{approval.MethodSMS: courier.SMS, approval.MethodEmail: courier.Email}

// columnOf is where the record has the address of a method's codes.
var columnOf = map[approval.Method]string{approval.MethodSMS: "phone", approval.MethodEmail: "email"}

// Letter is what a caller knows about a message that this package makes.
type Letter struct {
	Life  time.Duration // of the code
	Group string        // of the account; empty: none
	Payer string        // id of the account that is charged for an SMS
	Ways                // who has none of them beside SMS is not left without a code
	// Write returns the message with the code, in the account's language; an empty one is the tenant's.
	Write func(language, code string) (subject, text string, err error)
}

// contact is where a person is reached.
type contact struct {
	address  string
	language string
}

// masked is what may be shown of where the message goes.
func (c contact) masked(channel courier.Channel) string {
	if channel == courier.SMS {
		return factor.MaskPhone(c.address)
	}
	return factor.MaskAddress(c.address)
}

// unheld refuses a number or address that was changed a short time ago: it confirms nothing yet, nor does a code that went
// to the one before.
func unheld(ctx context.Context, q db.Querier, account string, channel courier.Channel) error {
	var number, address, now time.Time
	_, err := db.One(ctx, q, func(r db.Row) (none struct{}, err error) {
		return none, r.Scan(db.Into(&number), db.Into(&address), db.Into(&now))
	}, `SELECT phone_changed_at, email_changed_at, jawort_now() FROM accounts WHERE id = $1`, account)
	if err != nil {
		return db.Replace(err, factor.ErrNotActive)
	}
	changed, refused := number, factor.ErrNumberChanged
	if channel == courier.Email {
		changed, refused = address, factor.ErrAddressChanged
	}
	if until := factor.HeldUntil(changed, now); !until.IsZero() {
		return refused.With("until", until)
	}
	return nil
}

// reach returns where an account is reached by a channel.
func reach(ctx context.Context, q db.Querier, account string, channel courier.Channel) (contact, error) {
	var phone, email string
	language, err := db.One(ctx, q, func(r db.Row) (language string, err error) { return language, r.Scan(&phone, &email, &language) },
		`SELECT phone, email, language FROM accounts WHERE id = $1 AND deleted_at = 0`, account)
	switch {
	case err != nil:
		return contact{}, db.Replace(err, factor.ErrNotActive)
	case channel == courier.Email && email == "":
		return contact{}, factor.ErrNoAddress
	case channel == courier.SMS && phone == "":
		return contact{}, factor.ErrNoNumber
	}
	if err := unheld(ctx, q, account, channel); err != nil {
		return contact{}, err
	}
	if channel == courier.Email {
		return contact{email, language}, nil
	}
	_, err = factor.ParseMobile("phone", phone, "")
	return contact{phone, language}, err
}

// delivery is a code on its way to a person.
type delivery struct {
	tenant, application, account, approval string
	recipient                              string // account whose number or address it is, where that is another
	method                                 approval.Method
	purpose                                courier.Purpose
	to                                     contact
	code                                   string
	expires                                time.Time
}

// dispatch puts the message with the code into the queue in place of an older one, and sets aside what it costs, or counts it.
func (s *Store) dispatch(ctx context.Context, tx *sql.Tx, d delivery, l Letter) error {
	message, err := id.New(s.Random, id.Message)
	if err != nil {
		return err
	}
	subject, text, err := l.Write(d.to.language, d.code)
	if err != nil {
		return fmt.Errorf("factors: write message: %w", err)
	}
	channel := channelOf[d.method]
	if d.approval != "" {
		if err := s.Messages.Withdraw(ctx, tx, d.approval, channel); err != nil {
			return err
		}
	}
	err = s.Messages.Put(ctx, tx, courier.Message{
		ID: message, Tenant: d.tenant, Application: d.application, Account: d.account, Recipient: d.recipient, Approval: d.approval, Channel: channel,
		Purpose: d.purpose, Address: d.to.address, Subject: subject, Text: text, ExpiresAt: d.expires,
	})
	if err != nil {
		return err
	}
	if channel == courier.Email {
		return s.Ledger.Mail(ctx, tx, ledger.Mailing{Tenant: d.tenant, Application: d.application, Account: d.account, Address: d.to.address})
	}
	return s.reserve(ctx, tx, d, l, message)
}

// reserve comes last: all who reserve for a tenant wait for each other.
func (s *Store) reserve(ctx context.Context, tx *sql.Tx, d delivery, l Letter, message string) error {
	others, err := s.hasOther(ctx, tx, d.account, approval.MethodSMS, l.Ways)
	if err != nil {
		return err
	}
	err = s.Ledger.Reserve(ctx, tx, ledger.Reservation{
		Message: message, Tenant: d.tenant, Application: d.application, Account: d.account, Recipient: d.recipient, Approval: d.approval, Group: l.Group, Payer: l.Payer,
		Number: d.to.address, OnlyMethod: !others,
	})
	if refused := (*refusal.Error)(nil); !others && errors.Is(err, ledger.ErrTooMany) && errors.As(err, &refused) {
		return lockedOut{refused}
	}
	return err
}

// lockedOut is a refusal of who has no other method: the tenant is told.
type lockedOut struct{ refused *refusal.Error }

func (l lockedOut) Error() string { return l.refused.Error() }
func (l lockedOut) Unwrap() error { return l.refused }

// clock returns the time by the database's clock.
func clock(ctx context.Context, q db.Querier) (time.Time, error) {
	return db.One(ctx, q, func(r db.Row) (t time.Time, err error) { return t, r.Scan(db.Into(&t)) }, `SELECT jawort_now()`)
}
