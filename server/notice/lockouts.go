package notice

import (
	"context"
	"time"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/store/outbox"
)

// lockOut tells that an account with no method but SMS was refused a code, because so many were sent. All of them are counted and in the
// log; of a day's only the first is mailed: where a whole application has reached its limit, there are as many as it has people.
func (f Follower) lockOut(ctx context.Context, e outbox.Event) error {
	facts, err := read[struct {
		Limit string    `json:"limit"`
		Until time.Time `json:"until"`
	}](e, e.Data)
	if err != nil {
		return err
	}
	f.Budgets.told.WithLabelValues(e.Kind).Inc()
	f.Log.WarnContext(ctx, "an account that has no method but SMS gets no code for a while", "event", e.Kind,
		"tenant", e.Tenant, "account", e.Account, "limit", facts.Limit, "until", facts.Until)
	tenant, err := f.Directory.Tenant(ctx, e.Tenant)
	if err != nil || len(tenant.Policy.Notify) == 0 {
		return err
	}
	day := e.At.Unix() / int64(24*time.Hour/time.Second)
	first := outbox.Event{ID: -day, Kind: e.Kind, Tenant: e.Tenant, At: e.At} // no event has an id below zero
	return f.mail(ctx, first, tenant, string(courier.SMSLimited)+" "+e.Tenant, courier.SMSLimited, courier.Values{
		Tenant: tenant.Name, Account: e.Account, Limit: facts.Limit, When: tenant.Policy.Local(facts.Until),
	})
}
