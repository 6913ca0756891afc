package webhooks

import (
	"context"
	"strings"

	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/webhook"
)

const endpointColumns = `id, tenant, url, description, events, disabled, disabled_at, failing_since, created_at`

func scanEndpoint(r db.Row) (webhook.Endpoint, error) {
	var e webhook.Endpoint
	var events string
	err := r.Scan(&e.ID, &e.Tenant, &e.URL, &e.Description, &events, &e.Reason, db.Into(&e.DisabledAt), db.Into(&e.FailingSince), db.Into(&e.CreatedAt))
	e.Enabled = e.Reason == ""
	if events != "" {
		e.Events = strings.Split(events, ",")
	}
	return e, err
}

// Endpoint returns an endpoint of the tenant, or webhook.ErrUnknown.
func (s *Store) Endpoint(ctx context.Context, tenant, id string) (webhook.Endpoint, error) {
	return endpoint(ctx, s.db.Reads(), tenant, id)
}

func endpoint(ctx context.Context, q db.Querier, tenant, id string) (webhook.Endpoint, error) {
	e, err := db.One(ctx, q, scanEndpoint, `SELECT `+endpointColumns+` FROM webhook_endpoints WHERE tenant = $1 AND id = $2`, tenant, id)
	return e, db.Replace(err, webhook.ErrUnknown)
}

// Endpoints returns all endpoints of the tenant, oldest first.
func (s *Store) Endpoints(ctx context.Context, tenant string) ([]webhook.Endpoint, error) {
	return db.All(ctx, s.db.Reads(), scanEndpoint,
		`SELECT `+endpointColumns+` FROM webhook_endpoints WHERE tenant = $1 ORDER BY created_at, id`, tenant)
}
