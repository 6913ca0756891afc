package webhooks

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
	"github.com/jawort/jawort/webhook"
)

// Request makes creating an endpoint repeatable: the same key with the same request gets the same endpoint.
type Request struct {
	Key  []byte // hash of the key with whose it is; nil: not repeatable
	Hash []byte // of what is asked for
}

// requestLife is how long a request may be repeated.
const requestLife = 24 * time.Hour

// Create adds an endpoint with its first secret, and returns both as they are kept. A request that is repeated
// gets what it made the first time. It returns webhook.ErrTooMany, or approval.ErrKeyReused.
func (s *Store) Create(ctx context.Context, e webhook.Endpoint, sealed []byte, r Request, by outbox.Actor) (webhook.Endpoint, []byte, error) {
	var kept webhook.Endpoint
	err := s.db.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		// The tenant's row makes creations wait for each other, so that none is one too many or comes twice.
		if err := db.MustTouch(ctx, tx, webhook.ErrUnknown,
			`UPDATE tenants SET revoked_at = 0 WHERE id = $1 AND revoked_at = 0`, e.Tenant); err != nil {
			return err
		}
		var err error
		if kept, err = repeated(ctx, tx, r); !errors.Is(err, db.ErrNotFound) {
			return err
		}
		if err := insert(ctx, tx, e, sealed, r); err != nil {
			return err
		}
		if kept, err = endpoint(ctx, tx, e.Tenant, e.ID); err != nil {
			return err
		}
		return put(ctx, tx, Created, e.Tenant, e.ID, by, nil)
	})
	if err != nil {
		return webhook.Endpoint{}, nil, err
	}
	first, err := db.One(ctx, s.db.Reads(), db.ScanBytes, `SELECT sealed FROM webhook_secrets WHERE endpoint = $1 AND number = 1`, kept.ID)
	return kept, first, db.Replace(err, approval.ErrKeyReused)
}

// repeated returns the endpoint that the request made before, or db.ErrNotFound. Somebody else's endpoint is not
// among them: whose it is is part of the key's hash.
func repeated(ctx context.Context, tx *sql.Tx, r Request) (webhook.Endpoint, error) {
	if r.Key == nil {
		return webhook.Endpoint{}, db.ErrNotFound
	}
	var hash []byte
	id, err := db.One(ctx, tx, func(r db.Row) (id string, err error) { return id, r.Scan(&id, &hash) },
		`SELECT id, request FROM webhook_endpoints WHERE request_key = $1`, r.Key)
	if err != nil {
		return webhook.Endpoint{}, err
	}
	e, err := db.One(ctx, tx, scanEndpoint, `SELECT `+endpointColumns+` FROM webhook_endpoints
		WHERE id = $1 AND created_at > jawort_now() - $2`, id, requestLife.Microseconds())
	if err == nil && !bytes.Equal(hash, r.Hash) {
		return webhook.Endpoint{}, approval.ErrKeyReused
	}
	return e, db.Replace(err, approval.ErrKeyReused)
}

func insert(ctx context.Context, tx *sql.Tx, e webhook.Endpoint, sealed []byte, r Request) error {
	err := db.MustTouch(ctx, tx, webhook.ErrTooMany, `
		INSERT INTO webhook_endpoints (id, tenant, url, description, events, request_key, request, created_at)
		SELECT $1, $2, $3, $4, $5, $6, $7, jawort_now() WHERE (SELECT COUNT(*) FROM webhook_endpoints WHERE tenant = $2) < $8`,
		e.ID, e.Tenant, e.URL, e.Description, strings.Join(e.Events, ","), r.Key, r.Hash, webhook.MaxEndpoints)
	if err != nil {
		return err
	}
	return db.MustTouch(ctx, tx, webhook.ErrUnknown, `INSERT INTO webhook_secrets (endpoint, number, sealed) VALUES ($1, 1, $2)`, e.ID, sealed)
}

// put writes down who changed what about an endpoint, for the audit log.
func put(ctx context.Context, tx *sql.Tx, kind, tenant, id string, by outbox.Actor, data any) error {
	return outbox.Put(ctx, tx, outbox.Event{Kind: kind, Tenant: tenant, Subject: id, Actor: by, Data: data})
}
