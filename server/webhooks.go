package server

import (
	"context"

	"github.com/jawort/jawort/server/webhooks"
	"github.com/jawort/jawort/webhook"
)

// Webhooks are what tells tenants' own systems what happens.
type Webhooks struct {
	Store  webhooks.Store
	Worker interface {
		Run(ctx context.Context) error
		Nudge()
	}
	Rules webhook.Rules
}

// nudge tells the worker that something is due; before it runs, there is none.
func (w Webhooks) nudge() {
	if w.Worker != nil {
		w.Worker.Nudge()
	}
}
