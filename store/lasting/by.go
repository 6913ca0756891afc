package lasting

import (
	"github.com/jawort/jawort/store/outbox"
)

// By is who has something done, as the event says it.
type By struct {
	Application string
	Actor       outbox.Actor
}

// event returns an event of an account with whom it is due to.
func (b By) event(kind, tenant, account string, data any, personal map[string]string) outbox.Event {
	e := outbox.Event{Kind: kind, Tenant: tenant, Application: b.Application, Account: account, Subject: account, Actor: b.Actor, Data: data}
	if len(personal) > 0 {
		e.Personal = personal
	}
	return e
}

var bySystem = By{Actor: outbox.Actor{Kind: outbox.BySystem}}
