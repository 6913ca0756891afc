package lasting

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/means"
	"github.com/jawort/jawort/store/outbox"
)

// The kinds of what happens to an account's record.
const (
	AccountCreated      = "account.created"
	AccountChanged      = "account.changed"
	AccountPhoneChanged = "account.phone_changed" // personal: old, new; empty where there is none
	AccountEmailChanged = "account.email_changed" // personal: old, new; empty where there is none
)

// Put is an account as it is to be.
type Put struct {
	ID         string // of the account where it is new
	Tenant     string
	ExternalID string
	Change     account.Edit
}

// ChangeAccount creates the account with this external id or changes it, and returns it as it is then. Its row is taken
// before all others. A member that cannot be is a refusal that names it, and nothing is changed.
func (s *Store) ChangeAccount(ctx context.Context, p Put, by By) (after account.Account, created bool, err error) {
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		id, err := db.One(ctx, tx, db.ScanString, `
			INSERT INTO accounts (id, tenant, external_id, label, sought_id, sought_label, created_at)
			VALUES ($1, $2, $3, $3, $4, $4, jawort_now())
			ON CONFLICT (tenant, external_id) WHERE deleted_at = 0 DO UPDATE SET deleted_at = 0
			RETURNING id`, p.ID, p.Tenant, p.ExternalID, Sought(p.ExternalID))
		if err != nil {
			return err
		}
		created = id == p.ID
		before, err := findAccount(ctx, tx, p.Tenant, p.ExternalID)
		if err != nil {
			return err
		}
		after, err = change(ctx, tx, before, p.Change)
		if err != nil {
			return err
		}
		return record(ctx, tx, created, before, after, by)
	})
	if err != nil {
		return account.Account{}, false, err
	}
	return after, created, nil
}

// change writes what differs and returns the account as it is then.
func change(ctx context.Context, tx *sql.Tx, before account.Account, c account.Edit) (account.Account, error) {
	group, err := groupAfter(ctx, tx, before, c.Group)
	if err != nil {
		return before, err
	}
	manager, err := managerAfter(ctx, tx, before, c.Manager)
	if err != nil {
		return before, err
	}
	after := c.Apply(before, group.ID, manager)
	if after.Interval != nil && (c.Interval.Given || c.Group.Given) {
		if err := chooseInterval(group, *after.Interval); err != nil {
			return before, err
		}
	}
	if len(account.Difference(before, after)) == 0 {
		return after, nil
	}
	return write(ctx, tx, before, after, group.Policy.EndsTrust(before, after))
}

// write keeps a changed number or address from confirming anything for a while, each by itself, unless it is the first that the account
// has, and there never was anything else. It ends the trust in its browsers where less is granted from now on.
func write(ctx context.Context, tx *sql.Tx, before, after account.Account, distrust bool) (account.Account, error) {
	_, err := db.One(ctx, tx, func(r db.Row) (none struct{}, err error) {
		return none, r.Scan(db.Into(&after.PhoneChangedAt), db.Into(&after.EmailChangedAt))
	}, `
		UPDATE accounts SET label = $2, sought_label = $3, group_id = $4, manager = $5, phone = $6, email = $7, language = $8,
			interval_days = $9, sms_on = $10,
			phone_changed_at = `+means.ChangedAt("phone", "$6", means.Own("$1"))+`,
			email_changed_at = `+means.ChangedAt("email", "$7", means.Own("$1"))+`,
			browsers_ended_at = CASE WHEN $11 THEN jawort_now() ELSE browsers_ended_at END
		WHERE id = $1 RETURNING phone_changed_at, email_changed_at`,
		after.ID, after.Label, Sought(after.Label), orNull(after.Group), orNull(after.Manager), after.Phone, after.Email, after.Language,
		after.Interval, after.SMSOn, distrust)
	if db.IsDangling(err) {
		err = errGroupGone
	}
	return after, err
}

func orNull(id string) *string {
	if id == "" {
		return nil
	}
	return &id
}

// record writes what happened.
func record(ctx context.Context, tx *sql.Tx, created bool, before, after account.Account, by By) error {
	return outbox.PutAll(ctx, tx, AccountEvents(created, before, after, by))
}

// AccountEvents tells what happened to an account's record: for all readers that something was changed, and for who
// announces it, what was.
func AccountEvents(created bool, before, after account.Account, by By) []outbox.Event {
	names := account.Difference(before, after)
	if len(names) == 0 && !created {
		return nil
	}
	kind, personal := AccountChanged, personalChanges(before, after)
	if created {
		kind, personal["account"] = AccountCreated, after.ExternalID
	}
	data := map[string]any{"changed": append([]string{}, names...)}
	events := []outbox.Event{by.event(kind, after.Tenant, after.ID, data, personal)}
	for _, moved := range []struct{ kind, old, new string }{
		{AccountPhoneChanged, before.Phone, after.Phone}, {AccountEmailChanged, before.Email, after.Email},
	} {
		if !created && moved.old != moved.new {
			personal := map[string]string{"old": moved.old, "new": moved.new}
			events = append(events, by.event(moved.kind, after.Tenant, after.ID, nil, personal))
		}
	}
	return events
}

func personalChanges(before, after account.Account) map[string]string {
	personal := map[string]string{}
	for name, values := range map[string][2]string{
		"label": {before.Label, after.Label}, "phone": {before.Phone, after.Phone}, "email": {before.Email, after.Email},
	} {
		if values[0] != values[1] {
			personal[name+".old"], personal[name+".new"] = values[0], values[1]
		}
	}
	return personal
}
