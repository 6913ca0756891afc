// Package receivers is the console's section about webhooks: where a tenant's own systems are told what happens, and what became of it. It owns the pages;
// what a receiver may be, package webhook knows, and package server/webhooks makes it.
package receivers

import (
	"context"
	"embed"
	"net/http"
	"time"

	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/store/outbox"
	"github.com/jawort/jawort/store/webhooks"
	"github.com/jawort/jawort/webhook"
)

//go:embed templates/*.html texts/*.json
var own embed.FS

// Making makes receivers of the caller's tenant, with secrets that are told once.
type Making interface {
	Add(ctx context.Context, e webhook.Endpoint, request webhooks.Request) (webhook.Endpoint, string, error)
	Rotate(ctx context.Context, endpoint string) (secret string, until time.Time, err error)
}

// Store keeps receivers and what is on its way to them.
type Store interface {
	Endpoints(ctx context.Context, tenant string) ([]webhook.Endpoint, error)
	Endpoint(ctx context.Context, tenant, id string) (webhook.Endpoint, error)
	Change(ctx context.Context, tenant, id string, change func(*webhook.Endpoint) error, by outbox.Actor) (webhook.Endpoint, error)
	Delete(ctx context.Context, tenant, id string, by outbox.Actor) error
	Deliveries(ctx context.Context, tenant, id string, f webhooks.Filter) ([]webhook.Delivery, error)
	Ping(ctx context.Context, tenant, id string, by outbox.Actor) (webhook.Delivery, error)
	Retry(ctx context.Context, tenant, delivery string, by outbox.Actor) (webhook.Delivery, error)
}

// Receivers is the section.
type Receivers struct {
	Making Making
	Store  Store
	Rules  webhook.Rules
	Nudge  func() // tells the worker that something is due
}

// Section implements the console's.
func (s Receivers) Section() console.Section {
	return console.Section{Own: own, Mount: s.mount, Menu: []console.Entry{{Path: "webhooks", Text: "menu.webhooks", Roles: console.Everyone}}}
}

func (s Receivers) mount(r *console.Rooms) {
	const at = "/console/tenants/{tenant}/webhooks"
	reads := console.Access{Roles: console.Everyone, Reach: console.OfTenant}
	heads := console.Access{Roles: console.Administrators, Reach: console.OfTenant}
	fresh := console.Access{Roles: console.Administrators, Reach: console.OfTenant, Fresh: true}
	r.Page("GET "+at, reads, s.list)
	r.Page("GET "+at+"/new", heads, s.adding)
	r.Page("POST "+at+"/new", fresh, s.add)
	r.Page("GET "+at+"/{id}", reads, s.show)
	r.Page("POST "+at+"/{id}", fresh, s.change)
	r.Page("POST "+at+"/{id}/rotate", fresh, s.rotate)
	r.Page("POST "+at+"/{id}/test", heads, s.test)
	r.Page("POST "+at+"/{id}/delete", fresh, s.delete)
	r.Page("POST "+at+"/{id}/retry/{delivery}", heads, s.retry)
}

type listBody struct {
	Endpoints []webhook.Endpoint
	May       bool
}

func (s Receivers) list(w http.ResponseWriter, v *console.Visit) error {
	found, err := s.Store.Endpoints(v.Context(), v.Tenant.ID)
	if err != nil {
		return err
	}
	return v.Write(w, "webhooks", listBody{found, v.MayChange()})
}

func url(v *console.Visit, id string) string { return v.Base() + "/webhooks/" + id }
