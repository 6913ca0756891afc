package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// Settings returns what a tenant has set about its SMS, with the defaults of all that it has not.
func (s *Store) Settings(ctx context.Context, tenant string) (ledger.Settings, error) {
	text, err := settingsText(ctx, s.Reads(), tenant)
	if err != nil {
		return ledger.Settings{}, err
	}
	settings, _, err := decodeSettings(ctx, s.Reads(), tenant, text)
	return settings, err
}

// settingsText returns the settings as they are kept; empty where a tenant has none.
func settingsText(ctx context.Context, q db.Querier, tenant string) (string, error) {
	text, err := db.One(ctx, q, db.ScanString, `SELECT settings FROM sms_settings WHERE tenant = $1`, tenant)
	return text, db.Replace(err, nil)
}

func decodeSettings(ctx context.Context, q db.Querier, tenant, text string) (ledger.Settings, *time.Location, error) {
	var settings ledger.Settings
	if text != "" {
		if err := json.Unmarshal([]byte(text), &settings); err != nil {
			return ledger.Settings{}, nil, fmt.Errorf("ledger: read settings: %w", err)
		}
	}
	settings, err := inZone(ctx, q, tenant, settings)
	if err != nil {
		return ledger.Settings{}, nil, err
	}
	zone, err := settings.Zone()
	if err != nil {
		return ledger.Settings{}, nil, fmt.Errorf("ledger: read settings: %v", err)
	}
	return settings.WithDefaults(), zone, nil
}

// PutSettings replaces the settings of a tenant and says whether anything changed. A budget that is reached under the new
// settings tells so at once. What was reserved before keeps its price. Months and quarters begin in the tenant's time zone unless the
// settings say otherwise.
func (s *Store) PutSettings(ctx context.Context, tenant string, settings ledger.Settings, by outbox.Actor) (changed bool, err error) {
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		changed, err = s.PutSettingsIn(ctx, tx, tenant, settings, by)
		return err
	})
	return changed, err
}

// PutSettingsIn is PutSettings as a part of a larger transaction.
func (s *Store) PutSettingsIn(ctx context.Context, tx *sql.Tx, tenant string, settings ledger.Settings, by outbox.Actor) (changed bool, err error) {
	return put(ctx, tx, tenant, settings, sql.Null[string]{}, by)
}

// put replaces the settings; where it is said which, only those.
func put(ctx context.Context, tx *sql.Tx, tenant string, settings ledger.Settings, old sql.Null[string], by outbox.Actor) (changed bool, err error) {
	if settings, err = inZone(ctx, tx, tenant, settings); err != nil {
		return false, err
	}
	if err := settings.Validate(); err != nil {
		return false, err
	}
	if err := checkSubjects(ctx, tx, tenant, settings.Budgets); err != nil {
		return false, err
	}
	b, err := json.Marshal(settings.WithDefaults())
	if err != nil {
		return false, fmt.Errorf("ledger: write settings: %w", err)
	}
	n, err := db.Exec(ctx, tx, `
		INSERT INTO sms_settings (tenant, settings, changed_at) VALUES ($1, $2, jawort_now())
		ON CONFLICT (tenant) DO UPDATE SET settings = excluded.settings, changed_at = excluded.changed_at
		WHERE sms_settings.settings <> excluded.settings AND sms_settings.settings = COALESCE($3, sms_settings.settings)`, tenant, string(b), old)
	if err != nil || n == 0 {
		return false, err
	}
	if err := review(ctx, tx, tenant); err != nil {
		return false, err
	}
	return true, outbox.Put(ctx, tx, outbox.Event{Kind: SettingsChanged, Tenant: tenant, Subject: tenant, Actor: by, Data: settings.WithDefaults()})
}

// inZone returns settings that name no time zone with that in which the tenant reckons all else. It is kept with them: were it looked
// up each time, a change of the tenant's would make the month and the quarter that run longer or shorter.
func inZone(ctx context.Context, q db.Querier, tenant string, settings ledger.Settings) (ledger.Settings, error) {
	if settings.TimeZone != "" {
		return settings, nil
	}
	text, err := db.One(ctx, q, db.ScanString, `SELECT policy FROM tenants WHERE id = $1`, tenant)
	if text == "" || err != nil {
		return settings, db.Replace(err, nil)
	}
	var policy account.TenantPolicy
	if err := json.Unmarshal([]byte(text), &policy); err != nil {
		return settings, fmt.Errorf("ledger: read the tenant's policy: %w", err)
	}
	settings.TimeZone = policy.TimeZone
	return settings, nil
}

// owners are where a tenant has what a budget may be about.
var owners = map[ledger.Scope]string{
	ledger.ScopeApplication: `SELECT 1 FROM applications WHERE tenant = $1 AND id = $2`,
	ledger.ScopeGroup:       `SELECT 1 FROM groups WHERE tenant = $1 AND id = $2`,
}

// checkSubjects refuses a budget of what is not the tenant's: it would never stop anything.
func checkSubjects(ctx context.Context, tx *sql.Tx, tenant string, budgets []ledger.Budget) error {
	for i, b := range budgets {
		owner, owned := owners[b.Scope]
		if !owned {
			continue
		}
		_, err := db.One(ctx, tx, db.ScanInt, owner, tenant, b.Subject)
		if err != nil {
			return db.Replace(err, refusal.Field(fmt.Sprintf("budgets[%d].subject", i), "this tenant has no such "+string(b.Scope)))
		}
	}
	return nil
}

// review lets every budget tell where it stands now.
func review(ctx context.Context, tx *sql.Tx, tenant string) error {
	k, err := known(ctx, tx, tenant, "")
	if err != nil || len(k.settings.Budgets) == 0 {
		return err
	}
	order := make([]ledger.Pot, len(k.settings.Budgets))
	for i, b := range k.settings.Budgets {
		order[i] = b.Pot(k.now, k.zone)
	}
	slices.SortFunc(order, ledger.Pot.Compare)
	p, err := lockPots(ctx, tx, tenant, k.settings.Currency, order)
	if err != nil {
		return err
	}
	var told []notice
	for _, b := range k.settings.Budgets {
		pot := b.Pot(k.now, k.zone)
		after, events := b.Review(p.rows[pot.String()], k.settings.Prices, k.now)
		p.rows[pot.String()] = after
		told = append(told, notices(b, pot, after, events)...)
	}
	if err := p.write(ctx, tx); err != nil {
		return err
	}
	return p.tell(ctx, tx, told)
}
