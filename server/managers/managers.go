// Package managers is the part of the portal for accounts that manage others: their customers and employees, how often these are asked, whether they get codes
// by SMS, how far they have got with enrolling, and what their SMS cost.
//
// It owns what is on these pages, and that they are there for managers alone: who manages nobody, or nobody any more, does not find them, and whoever is somebody
// else's is as unknown as who does not exist. It does not know how the person was let in or confirms something: that is the portal's.
package managers

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/server/portal"
	"github.com/jawort/jawort/store/lasting"
	kept "github.com/jawort/jawort/store/ledger"
)

//go:embed templates/*.html texts/*.json
var own embed.FS

// Customers are the accounts that one manages.
type Customers interface {
	Accounts(ctx context.Context, tenant string, f lasting.AccountFilter) ([]lasting.Entry, error)
	Managed(ctx context.Context, manager, id string) (lasting.Entry, error)
	ManagedGroups(ctx context.Context, tenant string, m lasting.Managed) ([]account.Group, error)
	ManagedLabels(ctx context.Context, manager string, ids []string) (map[string]string, error)
	ChangeManaged(ctx context.Context, manager, id string, c account.Edit, by lasting.By) (account.Account, error)
	ApplicationNames(ctx context.Context, tenant string) ([]string, error)
}

// Intervals say how long their confirmations hold.
type Intervals interface {
	PreviewManaged(ctx context.Context, tenant string, m lasting.Managed, days *int) (lasting.ManagedChange, error)
	SetIntervals(ctx context.Context, tenant, manager string, ids []string, days *int, confirmed bool, by lasting.By) (changed int, err error)
	BeginWork(ctx context.Context, session account.PortalSession, group string, days *int, confirmed bool) error
	GoOn(ctx context.Context, session account.PortalSession, by lasting.By) (account.PortalWork, error)
	Work(ctx context.Context, session string) (account.PortalWork, error)
}

// Rollout is how far they have got.
type Rollout interface {
	Rollout(ctx context.Context, manager string) (lasting.Rollout, error)
	Awaited(ctx context.Context, manager, after string, limit int) ([]lasting.Awaited, error)
	ToAsk(ctx context.Context, manager string, remind bool, after string, limit int) ([]lasting.Awaited, error)
	InvitationOf(ctx context.Context, id string) (lasting.Invitation, error)
}

// Store is all that the pages need of the lasting store.
type Store interface {
	Customers
	Intervals
	Rollout
}

// Costs are what SMS cost.
type Costs interface {
	Settings(ctx context.Context, tenant string) (ledger.Settings, error)
	ManagedUsage(ctx context.Context, of kept.Of, after ledger.Usage, limit int) ([]ledger.Usage, error)
	ManagedTotals(ctx context.Context, of kept.Of) ([]ledger.Total, error)
}

// Managers are the pages.
type Managers struct {
	Store  Store
	Costs  Costs
	Judge  judge.Judge
	Invite func(ctx context.Context, manager, id string, remind bool) (lasting.Skip, error)
	Now    func() time.Time

	desk portal.Desk
}

// Files implements portal.Section.
func (m Managers) Files() fs.FS { return own }

// The steps that wait for a confirmation.
const (
	stepInterval = "customer-interval"
	stepMany     = "customers-interval"
	stepSMS      = "customer-sms"
	stepPhone    = "customer-phone"
)

// Steps implements portal.Section.
func (m Managers) Steps(d portal.Desk) map[string]portal.Step {
	m.desk = d
	all := map[string]portal.Step{}
	for kind, take := range map[string]func(http.ResponseWriter, *portal.Visit, account.PortalStep) error{
		stepInterval: m.intervalConfirmed, stepMany: m.manyConfirmed, stepSMS: m.smsConfirmed, stepPhone: m.phoneConfirmed,
	} {
		all[kind] = portal.Step{Page: "customers", Take: func(w http.ResponseWriter, v *portal.Visit, s account.PortalStep) error {
			if !v.Session.Manages {
				return edge.ErrNoRoute
			}
			return take(w, v, s)
		}}
	}
	return all
}

// Mount implements portal.Section.
func (m Managers) Mount(mux *edge.Mux, d portal.Desk) {
	m.desk = d
	for pattern, show := range map[string]func(http.ResponseWriter, *portal.Visit) error{
		"GET /portal/customers":                m.customers,
		"GET /portal/customers/{id}":           m.customer,
		"POST /portal/customers/{id}/interval": m.chooseInterval,
		"GET /portal/customers/{id}/sms":       m.switchingSMS,
		"POST /portal/customers/{id}/sms":      m.switchSMS,
		"GET /portal/customers/{id}/phone":     m.correctingPhone,
		"POST /portal/customers/{id}/phone":    m.correctPhone,
		"POST /portal/customers/{id}/{what}":   m.ask,
		"GET /portal/customers/many":           m.many,
		"POST /portal/customers/many":          m.many,
		"POST /portal/customers/many/preview":  m.previewMany,
		"POST /portal/customers/many/set":      m.setMany,
		"GET /portal/customers/many/work":      m.work,
		"POST /portal/customers/many/work":     m.goOn,
		"GET /portal/rollout":                  m.rollout,
		"GET /portal/rollout/{what}":           m.askingAll,
		"POST /portal/rollout/{what}":          m.askAll,
		"GET /portal/costs":                    m.costs,
		"GET /portal/costs/usage.csv":          m.export,
	} {
		mux.HandlePage(pattern, m.page(show))
	}
}

// page shows a page to managers only, as the portal knows at this request.
func (m Managers) page(show func(http.ResponseWriter, *portal.Visit) error) edge.HandlerFunc {
	return m.desk.Page(func(w http.ResponseWriter, v *portal.Visit) error {
		if !v.Session.Manages {
			return edge.ErrNoRoute
		}
		return show(w, v)
	})
}

// manager is the id of the account whose person is here.
func manager(v *portal.Visit) string { return v.Session.Account }

func by(v *portal.Visit) lasting.By {
	return lasting.By{Application: v.Application.ID, Actor: guard.ActorOf(v.Context())}
}
