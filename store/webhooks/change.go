package webhooks

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
	"github.com/jawort/jawort/webhook"
)

// Change has change make another endpoint of the one that there is, and returns it as it is kept; nobody changes it
// in between. An endpoint that is enabled, or leads elsewhere, starts without failures.
func (s *Store) Change(ctx context.Context, tenant, id string, change func(*webhook.Endpoint) error, by outbox.Actor) (webhook.Endpoint, error) {
	var kept webhook.Endpoint
	err := s.db.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := lock(ctx, tx, tenant, id); err != nil {
			return err
		}
		before, err := endpoint(ctx, tx, tenant, id)
		if err != nil {
			return err
		}
		after := before
		if err := change(&after); err != nil {
			return err
		}
		if names := changed(before, after); len(names) > 0 {
			if err := update(ctx, tx, before, after); err != nil {
				return err
			}
			if err := put(ctx, tx, Changed, tenant, id, by, map[string]any{"changed": names}); err != nil {
				return err
			}
		}
		kept, err = endpoint(ctx, tx, tenant, id)
		return err
	})
	return kept, err
}

// lock makes changes of an endpoint wait for each other.
func lock(ctx context.Context, tx *sql.Tx, tenant, id string) error {
	return db.MustTouch(ctx, tx, webhook.ErrUnknown, `UPDATE webhook_endpoints SET secrets = secrets WHERE tenant = $1 AND id = $2`, tenant, id)
}

func changed(before, after webhook.Endpoint) []string {
	var names []string
	for name, differs := range map[string]bool{
		"url": before.URL != after.URL, "description": before.Description != after.Description,
		"events": !slices.Equal(before.Events, after.Events), "enabled": before.Enabled != after.Enabled,
	} {
		if differs {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func update(ctx context.Context, tx *sql.Tx, before, after webhook.Endpoint) error {
	reason := before.Reason
	switch {
	case after.Enabled:
		reason = ""
	case before.Enabled:
		reason = webhook.ByRequest
	}
	afresh := after.URL != before.URL || (after.Enabled && !before.Enabled)
	return db.MustTouch(ctx, tx, webhook.ErrUnknown, `
		UPDATE webhook_endpoints SET url = $2, description = $3, events = $4, disabled = $5,
			disabled_at = CASE WHEN $5 = '' THEN 0 WHEN disabled = '' THEN jawort_now() ELSE disabled_at END,
			failing_since = CASE WHEN $6 THEN 0 ELSE failing_since END
		WHERE id = $1`, after.ID, after.URL, after.Description, strings.Join(after.Events, ","), reason, afresh)
}

// Delete removes an endpoint with its secrets, for good.
func (s *Store) Delete(ctx context.Context, tenant, id string, by outbox.Actor) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := db.MustTouch(ctx, tx, webhook.ErrUnknown, `DELETE FROM webhook_endpoints WHERE tenant = $1 AND id = $2`, tenant, id); err != nil {
			return err
		}
		if _, err := db.Exec(ctx, tx, `DELETE FROM webhook_secrets WHERE endpoint = $1`, id); err != nil {
			return err
		}
		return put(ctx, tx, Deleted, tenant, id, by, nil)
	})
}
