package webhooks

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
	"github.com/jawort/jawort/webhook"
)

// Listening returns those of the tenants that have an enabled endpoint.
func (s *Store) Listening(ctx context.Context, tenants []string) ([]string, error) {
	if len(tenants) == 0 {
		return nil, nil
	}
	in, args := db.In(1, tenants)
	return db.All(ctx, s.db.Writes(), db.ScanString, `SELECT DISTINCT tenant FROM webhook_endpoints WHERE disabled = '' AND tenant IN (`+in+`)`, args...)
}

// Follow makes the deliveries of an event of the outbox, and returns how many. Repeating it makes no more of them.
func (s *Store) Follow(ctx context.Context, e outbox.Event) (made int, err error) {
	return s.Fanout(ctx, s.db.Writes(), e)
}

// Fanout makes one delivery of the event for each of the tenant's endpoints that wants it and does not have it
// yet, and returns how many it made.
func (s *Store) Fanout(ctx context.Context, q db.Querier, e outbox.Event) (made int, err error) {
	if e.Kind != outbox.ApprovalEnded && !webhook.Known(e.Kind) {
		return 0, nil
	}
	told, err := toldOf(ctx, q, e)
	if err != nil || !webhook.Known(told.Type) {
		return 0, err
	}
	wanting, err := wanting(ctx, q, e.Tenant, told.Type)
	if err != nil || len(wanting) == 0 {
		return 0, err
	}
	payload, err := told.Payload()
	if err != nil {
		return 0, err
	}
	for _, endpoint := range wanting {
		_, n, err := s.deliver(ctx, q, endpoint, "outbox "+strconv.FormatInt(e.ID, 10), told.Type, payload)
		if err != nil {
			return made, err
		}
		made += n
	}
	return made, nil
}

// toldOf puts the event into the words of webhooks. Of an approval that ended, the outcome says how.
func toldOf(ctx context.Context, q db.Querier, e outbox.Event) (webhook.Event, error) {
	facts, _ := e.Data.(json.RawMessage)
	told := webhook.Event{Type: e.Kind, At: e.At, Application: e.Application, Account: e.Account, Subject: e.Subject, Facts: facts}
	if e.Kind != outbox.ApprovalEnded {
		return told, nil
	}
	type outcome struct {
		Kind    string          `json:"kind"`
		Method  approval.Method `json:"method,omitempty"`
		Device  string          `json:"device,omitempty"`
		Passkey string          `json:"passkey,omitempty"`
	}
	var status string
	o, err := db.One(ctx, q, func(r db.Row) (o outcome, err error) { return o, r.Scan(&status, &o.Kind, &o.Method, &o.Device) },
		`SELECT status, kind, method, device FROM outcomes WHERE approval = $1`, e.Subject)
	if errors.Is(err, db.ErrNotFound) { // erased meanwhile: there is nothing left to tell
		return webhook.Event{}, nil
	}
	if err != nil {
		return told, err
	}
	if o.Method == approval.MethodPasskey {
		o.Device, o.Passkey = "", o.Device
	}
	told.Type = "approval." + status
	told.Facts, err = json.Marshal(o)
	return told, err
}

// wanting returns the ids of the enabled endpoints that want events of the type.
func wanting(ctx context.Context, q db.Querier, tenant, name string) ([]string, error) {
	all, err := db.All(ctx, q, scanEndpoint, `SELECT `+endpointColumns+` FROM webhook_endpoints WHERE tenant = $1 AND disabled = ''`, tenant)
	var ids []string
	for _, e := range all {
		if e.Wants(name) {
			ids = append(ids, e.ID)
		}
	}
	return ids, err
}

// deliver puts a delivery on its way unless the endpoint has one of this event, and returns its id with how many were made.
func (s *Store) deliver(ctx context.Context, q db.Querier, endpoint, event, name string, payload []byte) (string, int, error) {
	delivery, err := id.New(s.random, id.Delivery)
	if err != nil {
		return "", 0, err
	}
	n, err := db.Exec(ctx, q, `
		INSERT INTO webhook_deliveries (id, endpoint, event, type, payload, state, next_at, created_at)
		VALUES ($1, $2, $3, $4, $5, 'pending', jawort_now(), jawort_now()) ON CONFLICT (endpoint, event) DO NOTHING`,
		delivery, endpoint, event, name, string(payload))
	return delivery, int(n), err
}
