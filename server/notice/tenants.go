package notice

import (
	"context"
	"errors"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/locale"
	"github.com/jawort/jawort/store/notices"
	"github.com/jawort/jawort/store/outbox"
)

// aboutTenants announce the events that a tenant's own people are told of.
var aboutTenants = map[string]func(f Follower, ctx context.Context, e outbox.Event) error{
	string(ledger.Warned):  Follower.budget,
	string(ledger.Stopped): Follower.budget,
	string(ledger.Alarmed): Follower.budget,
}

// spending is what a budget's event says.
type spending struct {
	Scope    ledger.Scope    `json:"scope"`
	Subject  string          `json:"subject"`
	Limit    ledger.Amount   `json:"limit"`
	Spent    ledger.Amount   `json:"spent"`
	Currency ledger.Currency `json:"currency"`
}

func (f Follower) budget(ctx context.Context, e outbox.Event) error {
	tenant, err := f.Directory.Tenant(ctx, e.Tenant)
	if err != nil || len(tenant.Policy.Notify) == 0 {
		return err
	}
	s, err := read[spending](e, e.Data)
	if err != nil {
		return err
	}
	language := tenant.Policy.WithDefaults().Language
	v := courier.Values{Tenant: tenant.Name, Used: s.money(s.Spent), Limit: s.money(s.Limit)}
	if v.Budget, err = f.nameOf(ctx, e.Tenant, language, s); err != nil {
		return err
	}
	subject, text := courier.Render(language, courier.Email, courier.BudgetUsed, v)
	var failed []error
	for _, address := range tenant.Policy.Notify {
		m, err := f.message(e, courier.Email, address)
		if err == nil {
			m.Subject, m.Text = subject, text
			err = f.post(ctx, m, notices.Payer{})
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

func (s spending) money(a ledger.Amount) string { return a.String() + " " + string(s.Currency) }

// nameOf returns what the tenant calls a budget. What it has no name for any more is called by its id.
func (f Follower) nameOf(ctx context.Context, tenant, language string, s spending) (string, error) {
	switch s.Scope {
	case ledger.ScopeTenant:
		return locale.Text(language, "notice.budget.tenant"), nil
	case ledger.ScopeApplication:
		all, err := f.Directory.Applications(ctx, tenant)
		return named(s.Subject, all, func(a account.Application) (id, name string) { return a.ID, a.Name }), err
	case ledger.ScopeGroup:
		all, err := f.Directory.Groups(ctx, tenant)
		return named(s.Subject, all, func(g account.Group) (id, name string) { return g.ID, g.Name }), err
	default:
		return s.Subject, nil
	}
}

func named[T any](wanted string, all []T, of func(T) (id, name string)) string {
	for _, one := range all {
		if id, name := of(one); id == wanted {
			return name
		}
	}
	return wanted
}
