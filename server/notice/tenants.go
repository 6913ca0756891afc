package notice

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/id"
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
	string(ledger.LockOut): Follower.lockOut,
}

// occasionOf is what the mail about a budget's event is written for.
var occasionOf = map[string]courier.Occasion{
	string(ledger.Warned):  courier.BudgetWarned,
	string(ledger.Stopped): courier.BudgetStopped,
	string(ledger.Alarmed): courier.BudgetAlarm,
}

// Budgets counts what budgets and rates for SMS told: where a tenant named nobody to be told, whoever runs the house has to learn it.
type Budgets struct{ told *prometheus.CounterVec }

// NewBudgets returns counts of nothing yet.
func NewBudgets(r prometheus.Registerer) Budgets {
	told := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "jawort_budget_events_total", Help: "What budgets and rates for SMS told, by event (budget.warned, budget.stopped, budget.alarm, sms.limited).",
	}, []string{"event"})
	if r != nil {
		r.MustRegister(told)
	}
	return Budgets{told}
}

// spending is what a budget's event says.
type spending struct {
	Scope    ledger.Scope    `json:"scope"`
	Subject  string          `json:"subject"`
	Limit    ledger.Amount   `json:"limit"`
	Spent    ledger.Amount   `json:"spent"`
	Currency ledger.Currency `json:"currency"`
	Until    time.Time       `json:"until"` // an alarm: when people will be locked out
}

func (f Follower) budget(ctx context.Context, e outbox.Event) error {
	s, err := read[spending](e, e.Data)
	if err != nil {
		return err
	}
	f.Budgets.told.WithLabelValues(e.Kind).Inc()
	f.Log.WarnContext(ctx, "a budget for SMS is being used up", slog.String("event", e.Kind), slog.String("tenant", e.Tenant), slog.Any("budget", s))
	tenant, err := f.Directory.Tenant(ctx, e.Tenant)
	if err != nil || len(tenant.Policy.Notify) == 0 {
		return err
	}
	language := tenant.Policy.WithDefaults().Language
	v := courier.Values{Tenant: tenant.Name, Used: s.money(s.Spent), Limit: s.money(s.Limit), When: tenant.Policy.Local(s.Until)}
	if v.Budget, err = f.nameOf(ctx, e.Tenant, language, s); err != nil {
		return err
	}
	return f.mail(ctx, e, tenant, string(courier.Email), occasionOf[e.Kind], v)
}

// mail tells everybody whom the tenant has named, once by each name for the mail of an event.
func (f Follower) mail(ctx context.Context, e outbox.Event, tenant account.Tenant, name string, o courier.Occasion, v courier.Values) error {
	subject, text := courier.Render(tenant.Policy.WithDefaults().Language, courier.Email, o, v)
	var failed []error
	for _, address := range tenant.Policy.Notify {
		m, err := f.message(e, courier.Email, address)
		if err == nil {
			m.Subject, m.Text = subject, text
			m.ID, err = f.name(id.Message, e, name, address)
		}
		if err == nil {
			err = f.post(ctx, m, notices.Payer{})
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// LogValue names the budget by ids.
func (s spending) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("scope", string(s.Scope)), slog.String("subject", s.Subject), slog.String("spent", s.money(s.Spent)), slog.String("limit", s.money(s.Limit)),
	}
	if !s.Until.IsZero() {
		attrs = append(attrs, slog.Time("until", s.Until))
	}
	return slog.GroupValue(attrs...)
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
