package lasting

import (
	"maps"

	"github.com/jawort/jawort/store/outbox"
)

// By is who has something done, as the event says it.
type By struct {
	Application string
	Actor       outbox.Actor
	Operator    string // the person at support whom the login service names; empty: none
}

// event returns an event of an account with whom it is due to. Personal data of the change comes beside the operator.
func (b By) event(kind, tenant, account string, data any, personal map[string]string) outbox.Event {
	told := maps.Clone(personal)
	if b.Operator != "" {
		if told == nil {
			told = map[string]string{}
		}
		told["operator"] = b.Operator
	}
	e := outbox.Event{Kind: kind, Tenant: tenant, Application: b.Application, Account: account, Subject: account, Actor: b.Actor, Data: data}
	if len(told) > 0 {
		e.Personal = told
	}
	return e
}

var bySystem = By{Actor: outbox.Actor{Kind: outbox.BySystem}}
