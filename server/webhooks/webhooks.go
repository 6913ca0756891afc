// Package webhooks lets administrators say where their tenant's own systems want to be told what happens, and see
// what became of it. It owns who sees which endpoint, and that a secret is shown once; package webhook owns
// what an endpoint may be, and what is sent there.
package webhooks

import (
	"context"
	"io"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/outbox"
	"github.com/jawort/jawort/store/webhooks"
	"github.com/jawort/jawort/webhook"
)

// Endpoints keeps the endpoints of tenants.
type Endpoints interface {
	Create(ctx context.Context, e webhook.Endpoint, sealed []byte, r webhooks.Request, by outbox.Actor) (webhook.Endpoint, []byte, error)
	Endpoints(ctx context.Context, tenant string) ([]webhook.Endpoint, error)
	Endpoint(ctx context.Context, tenant, id string) (webhook.Endpoint, error)
	Change(ctx context.Context, tenant, id string, change func(*webhook.Endpoint) error, by outbox.Actor) (webhook.Endpoint, error)
	Delete(ctx context.Context, tenant, id string, by outbox.Actor) error
}

// Secrets keeps what signs, sealed.
type Secrets interface {
	Rotate(ctx context.Context, tenant, id string, sealed []byte, by outbox.Actor) (until time.Time, err error)
}

// Deliveries keeps what is on its way, and what came of it.
type Deliveries interface {
	Deliveries(ctx context.Context, tenant, id string, f webhooks.Filter) ([]webhook.Delivery, error)
	Ping(ctx context.Context, tenant, id string, by outbox.Actor) (webhook.Delivery, error)
	Retry(ctx context.Context, tenant, delivery string, by outbox.Actor) (webhook.Delivery, error)
	Listening(ctx context.Context, tenants []string) ([]string, error)
	Follow(ctx context.Context, e outbox.Event) (made int, err error)
}

// Store is all that the feature needs of the lasting store.
type Store interface {
	Endpoints
	Secrets
	Deliveries
}

// Keys seal secrets.
type Keys interface {
	Seal(plaintext []byte, purpose string) ([]byte, error)
	Open(sealed []byte, purpose string) ([]byte, error)
}

// Feature is the webhooks of the caller's tenant.
type Feature struct {
	Guards guard.Guards
	Store  Store
	Keys   Keys
	Rules  webhook.Rules
	Nudge  func() // tells the worker that something is due
	Random io.Reader
}

// Mount mounts the routes.
func (f Feature) Mount(m *edge.Mux) {
	admin := f.Guards.Key(account.ScopeAdmin)
	m.Handle("POST /v1/webhooks", admin, f.create)
	m.Handle("GET /v1/webhooks", admin, f.list)
	m.Handle("GET /v1/webhooks/{id}", admin, f.get)
	m.Handle("PATCH /v1/webhooks/{id}", admin, f.change)
	m.Handle("DELETE /v1/webhooks/{id}", admin, f.delete)
	m.Handle("POST /v1/webhooks/{id}/rotate", admin, f.rotate)
	m.Handle("POST /v1/webhooks/{id}/test", admin, f.test)
	m.Handle("GET /v1/webhooks/{id}/deliveries", admin, f.deliveries)
	m.Handle("POST /v1/webhooks/deliveries/{id}/retry", admin, f.retry)
}
