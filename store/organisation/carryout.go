package organisation

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

// The kinds of what happens to the parts of an organisation. The data says which members changed.
const (
	TenantCreated      = lasting.TenantCreated
	TenantChanged      = "tenant.changed"
	ApplicationCreated = lasting.ApplicationCreated
	ApplicationChanged = "application.changed"
	GroupCreated       = "group.created"
	GroupChanged       = "group.changed"
	GroupDeleted       = "group.deleted" // by name
)

// carryOut writes a plan. The tenant's row is touched also where it stays as it is: whoever chooses a manager waits there.
func (s *Store) carryOut(ctx context.Context, tx *sql.Tx, p organisation.Plan) error {
	if p.Empty() {
		return nil
	}
	w := writer{s, tx, p.Tenant.ID, &written{told: s.told, total: len(p.Accounts)}}
	if err := each(ctx, p.Tenants, w.tenantStep); err != nil {
		return err
	}
	if err := db.MustTouch(ctx, tx, db.ErrNotFound, `UPDATE tenants SET name = name WHERE id = $1 AND revoked_at = 0`, p.Tenant.ID); err != nil {
		return err
	}
	if err := each(ctx, p.Applications, w.applicationStep); err != nil {
		return err
	}
	if err := each(ctx, p.Groups, w.groupStep); err != nil {
		return err
	}
	for _, step := range p.SMS {
		if _, err := s.SMS.PutSettingsIn(ctx, tx, p.Tenant.ID, step.After, s.By); err != nil {
			return err
		}
	}
	return w.accounts(ctx, p.Accounts)
}

// writer writes the steps of one tenant.
type writer struct {
	*Store
	tx     *sql.Tx
	tenant string
	*written
}

func each[T any](ctx context.Context, steps []organisation.Step[T], do func(context.Context, organisation.Step[T]) error) error {
	for _, step := range steps {
		if err := do(ctx, step); err != nil {
			return err
		}
	}
	return nil
}

func (w writer) tenantStep(ctx context.Context, s organisation.Step[account.Tenant]) error {
	if s.New() {
		if err := w.Lasting.AddTenant(ctx, w.tx, s.After); err != nil {
			return err
		}
		return w.put(ctx, outbox.Event{Kind: TenantCreated, Subject: s.After.ID}, s.Fields)
	}
	if err := w.Lasting.UpdateTenant(ctx, w.tx, s.After); err != nil {
		return err
	}
	return w.put(ctx, outbox.Event{Kind: TenantChanged, Subject: s.After.ID}, s.Fields)
}

func (w writer) applicationStep(ctx context.Context, s organisation.Step[account.Application]) error {
	e := outbox.Event{Kind: ApplicationChanged, Application: s.After.ID, Subject: s.After.ID}
	if s.New() {
		e.Kind = ApplicationCreated
		if err := w.Lasting.AddApplication(ctx, w.tx, s.After); err != nil {
			return err
		}
		return w.put(ctx, e, s.Fields)
	}
	if err := w.Lasting.UpdateApplication(ctx, w.tx, s.After); err != nil {
		return err
	}
	return w.put(ctx, e, s.Fields)
}

func (w writer) groupStep(ctx context.Context, s organisation.Step[account.Group]) error {
	e := outbox.Event{Kind: GroupChanged, Subject: s.After.ID}
	if s.New() {
		e.Kind = GroupCreated
		if _, err := w.Lasting.PutGroup(ctx, w.tx, s.After); err != nil {
			return err
		}
		return w.put(ctx, e, s.Fields)
	}
	if err := w.Lasting.UpdateGroup(ctx, w.tx, s.After); err != nil {
		return err
	}
	return w.put(ctx, e, s.Fields)
}

// changes is what an event says: which members, and what they were and are. None of it is about a person.
type changes struct {
	Changed []string             `json:"changed"`
	Fields  []organisation.Field `json:"fields"`
}

func (w writer) put(ctx context.Context, e outbox.Event, fields []organisation.Field) error {
	e.Tenant, e.Actor = w.tenant, w.By
	e.Data = changes{names(fields), append([]organisation.Field{}, fields...)}
	return outbox.Put(ctx, w.tx, e)
}

func names(fields []organisation.Field) []string {
	all := make([]string, len(fields))
	for i, f := range fields {
		all[i] = f.Name
	}
	return all
}
