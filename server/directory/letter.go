package directory

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/locale"
)

// letterLife is how long it is worth being delivered.
const letterLife = 3 * account.Day

// letter returns what puts the letter to an account into the queue, in the tenant's words or else ours.
func (i Invitations) letter(by account.Application, remind bool) func(ctx context.Context, tx *sql.Tx, a account.Account) error {
	return func(ctx context.Context, tx *sql.Tx, a account.Account) error {
		message, err := id.New(i.Random, id.Message)
		if err != nil {
			return err
		}
		subject, text := words(by, a.Language, remind)
		return i.Messages.Put(ctx, tx, courier.Message{
			ID: message, Tenant: a.Tenant, Application: by.ID, Account: a.ID, Channel: courier.Email, Purpose: courier.PurposeInvitation,
			Address: a.Email, Subject: subject, Text: text, ExpiresAt: i.Now().Add(time.Duration(letterLife)),
		})
	}
}

func words(by account.Application, language string, remind bool) (subject, text string) {
	if language == "" {
		language = by.TenantPolicy.WithDefaults().Language
	}
	own, key := by.TenantPolicy.Invitation, "invitation"
	if remind {
		own, key = by.TenantPolicy.Reminder, "reminder"
	}
	if subject = own.Subject.In(language); subject == "" {
		subject = locale.Text(language, "directory."+key+".subject", by.TenantName)
	}
	if text = own.Text.In(language); text == "" {
		text = locale.Text(language, "directory."+key+".text", by.TenantName)
	}
	return cut(subject), text
}

const maxSubject = 200 // bytes, as package courier has it

// cut shortens a subject that a long name has made too long.
func cut(subject string) string {
	if len(subject) <= maxSubject {
		return subject
	}
	return strings.ToValidUTF8(subject[:maxSubject-len("…")], "") + "…"
}
