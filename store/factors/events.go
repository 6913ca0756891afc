package factors

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// Kinds of events. Data carries the method; PhoneChanged and EmailChanged carry old and new as personal data.
const (
	MethodActivated = "method.activated"
	MethodRemoved   = "method.removed"
	MethodDisabled  = "method.disabled" // by a hundred wrong codes
	RecoveryRenewed = "recovery.renewed"
	BypassCreated   = "bypass.created"
	BypassUsed      = "bypass.used"
	PhoneChanged    = "account.phone_changed"
	EmailChanged    = "account.email_changed"
)

// event is what happened to a method of an account.
type event struct {
	kind        string
	account     string
	application string // empty: none is concerned
	method      approval.Method
	subject     string // empty: the account
	actor       outbox.Actor
	data        map[string]any // beside the method
	personal    any
}

func putEvent(ctx context.Context, tx *sql.Tx, e event) error {
	tenant, err := db.One(ctx, tx, db.ScanString, `SELECT tenant FROM accounts WHERE id = $1`, e.account)
	if err != nil {
		return err
	}
	data := map[string]any{"method": e.method}
	for name, value := range e.data {
		data[name] = value
	}
	subject := e.subject
	if subject == "" {
		subject = e.account
	}
	return outbox.Put(ctx, tx, outbox.Event{
		Kind: e.kind, Tenant: tenant, Application: e.application, Account: e.account, Subject: subject, Actor: e.actor,
		Data: data, Personal: e.personal,
	})
}
