package ledger

import (
	"context"
	"database/sql"
	"time"

	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/outbox"
)

// The kinds of events that are no budget's own.
const (
	SettingsChanged = "sms_settings.changed"
	QuarterClosed   = "quarter.closed"
)

// notice is what one budget tells.
type notice struct {
	event ledger.Event
	budget
}

// budget is how a budget is told, in the data of the event.
type budget struct {
	Scope    ledger.Scope    `json:"scope"`
	Subject  string          `json:"subject,omitempty"`
	Country  string          `json:"country,omitempty"` // where the budget is a country's
	Period   string          `json:"period"`
	Limit    ledger.Amount   `json:"limit"`
	Spent    ledger.Amount   `json:"spent"`
	Percent  int64           `json:"percent,omitempty"` // of the limit, rounded down; none of a limit of zero
	Currency ledger.Currency `json:"currency"`
	Until    *time.Time      `json:"until,omitempty"` // an alarm: when nobody will be let through any more
}

func notices(b ledger.Budget, pot ledger.Pot, after ledger.Standing, events []ledger.Event) []notice {
	var all []notice
	for _, event := range events {
		n := notice{event, budget{Scope: b.Scope, Subject: b.Subject, Period: pot.Period, Limit: b.Limit, Spent: after.Spent}}
		if b.Scope == ledger.ScopeCountry {
			n.Country = b.Subject
		}
		if b.Limit > 0 {
			n.Percent = int64(after.Spent * 100 / b.Limit)
		}
		if event == ledger.Alarmed {
			until := after.AlarmedAt.Add(ledger.Grace)
			n.Until = &until
		}
		all = append(all, n)
	}
	return all
}

func (p pots) tell(ctx context.Context, tx *sql.Tx, told []notice) error {
	for _, n := range told {
		n.Currency = p.currency
		e := outbox.Event{Kind: string(n.event), Tenant: p.tenant, Subject: n.Subject, Actor: outbox.Actor{Kind: outbox.BySystem}, Data: n.budget}
		switch n.Scope {
		case ledger.ScopeTenant:
			e.Subject = p.tenant
		case ledger.ScopeApplication:
			e.Application = n.Subject
		}
		if err := outbox.Put(ctx, tx, e); err != nil {
			return err
		}
	}
	return nil
}
