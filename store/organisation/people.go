package organisation

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/means"
	"github.com/jawort/jawort/store/outbox"
)

// many is from how many accounts on the database must know of them at once.
const many = 400

type accountStep = organisation.Step[account.Account]

// accounts writes many accounts with few statements. Those that are new come first, managers before whom they manage.
func (w writer) accounts(ctx context.Context, steps []accountStep) error {
	var added, changed []accountStep
	for _, s := range steps {
		if s.New() {
			added = append(added, s)
			continue
		}
		changed = append(changed, s)
	}
	for some := range slices.Chunk(added, atOnce) {
		if err := w.add(ctx, some); err != nil {
			return err
		}
		w.count(some)
	}
	groups, err := w.groups(ctx)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(changed, atOnce) {
		if err := w.change(ctx, some, groups); err != nil {
			return err
		}
		w.count(some)
	}
	if err := w.tell(ctx, steps); err != nil || len(steps) < many {
		return err
	}
	return w.analyse(ctx)
}

// written counts accounts: half of one is written when its row is, the other half when its events are.
type written struct {
	told          func(done, total int)
	halves, total int
}

func (w *written) count(steps []accountStep) {
	w.halves += len(steps)
	if w.told != nil {
		w.told(w.halves/2, w.total)
	}
}

// analyse lets the database know at once that there are thousands more: until it finds out by itself, it would look
// for each account along an index that does not find it.
func (w writer) analyse(ctx context.Context) error {
	for _, table := range []string{"accounts", "account_facets"} {
		if _, err := db.Exec(ctx, w.tx, `ANALYZE `+table); err != nil {
			return err
		}
	}
	return nil
}

// groups are those of the tenant as they are by now, by id.
func (w writer) groups(ctx context.Context) (map[string]account.Group, error) {
	all, err := w.Lasting.GroupsIn(ctx, w.tx, w.tenant)
	by := make(map[string]account.Group, len(all))
	for _, g := range all {
		by[g.ID] = g
	}
	return by, err
}

// add fails where somebody added one of them at the same time.
func (w writer) add(ctx context.Context, steps []accountStep) error {
	const width = 13
	rows, args := make([]string, len(steps)), make([]any, 0, width*len(steps))
	for i, s := range steps {
		a := s.After
		rows[i] = "(" + db.Placeholders(len(args)+1, width) + ", jawort_now())"
		args = append(args, a.ID, a.Tenant, a.ExternalID, a.Label, orNull(a.Group), orNull(a.Manager), a.Phone, a.Email, a.Language, a.Interval, a.SMSOn,
			lasting.Sought(a.ExternalID), lasting.Sought(a.Label))
	}
	n, err := db.Exec(ctx, w.tx, `
		INSERT INTO accounts (id, tenant, external_id, label, group_id, manager, phone, email, language, interval_days, sms_on,
			sought_id, sought_label, created_at)
		VALUES `+strings.Join(rows, ", ")+` ON CONFLICT (tenant, external_id) WHERE deleted_at = 0 DO NOTHING`, args...)
	return all(n, steps, err)
}

// change names the old state of each account and fails where one of them is no longer in it. A changed number or address
// confirms nothing for a while, each by itself, unless it is the first that the account has, and there never was anything else; and
// browsers are trusted no longer where less is granted from now on.
//
// Every value is a text, because the types of a list of values are not known to the database. The ids stand there once
// more for themselves: only so is it certain that the accounts are looked for along their key.
func (w writer) change(ctx context.Context, steps []accountStep, groups map[string]account.Group) error {
	rows, args := make([]string, len(steps)), []any{}
	for _, s := range steps {
		args = append(args, s.Before.ID)
	}
	for i, s := range steps {
		distrust := onOff(groups[s.After.Group].Policy.EndsTrust(*s.Before, s.After))
		row := append(append(values(*s.Before), values(s.After)[1:]...), lasting.Sought(s.After.Label), distrust)
		rows[i] = "(" + db.Placeholders(len(args)+1, len(row)) + ")"
		args = append(args, row...)
	}
	n, err := db.Exec(ctx, w.tx, `
		UPDATE accounts SET label = v.column10, sought_label = v.column18, group_id = NULLIF(v.column11, ''), manager = NULLIF(v.column12, ''), phone = v.column13,
			email = v.column14, language = v.column15, interval_days = CAST(NULLIF(v.column16, '') AS INTEGER), sms_on = (v.column17 = 'on'),
			phone_changed_at = `+means.ChangedAt("phone", "v.column13", means.Own("accounts.id"))+`,
			email_changed_at = `+means.ChangedAt("email", "v.column14", means.Own("accounts.id"))+`,
			browsers_ended_at = CASE WHEN v.column19 = 'on' THEN jawort_now() ELSE browsers_ended_at END
		FROM (VALUES `+strings.Join(rows, ", ")+`) AS v
		WHERE accounts.id IN (`+db.Placeholders(1, len(steps))+`) AND accounts.id = v.column1 AND deleted_at = 0 AND label = v.column2 AND COALESCE(group_id, '') = v.column3
			AND `+managerNow+` = v.column4 AND phone = v.column5 AND email = v.column6 AND language = v.column7
			AND COALESCE(CAST(interval_days AS TEXT), '') = v.column8 AND sms_on = (v.column9 = 'on')`, args...)
	return all(n, steps, err)
}

const managerNow = `COALESCE((SELECT m.id FROM accounts m WHERE m.id = accounts.manager AND m.deleted_at = 0), '')`

// values are the id of an account and all that a file may change of it, as texts.
func values(a account.Account) []any {
	days := ""
	if a.Interval != nil {
		days = strconv.Itoa(*a.Interval)
	}
	return []any{a.ID, a.Label, a.Group, a.Manager, a.Phone, a.Email, a.Language, days, onOff(a.SMSOn)}
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func all(touched int64, steps []accountStep, err error) error {
	if err == nil && int(touched) != len(steps) {
		return ErrMeanwhile
	}
	return err
}

func orNull(id string) *string {
	if id == "" {
		return nil
	}
	return &id
}

// tell writes what happened to each.
func (w writer) tell(ctx context.Context, steps []accountStep) error {
	for some := range slices.Chunk(steps, atOnce) {
		var events []outbox.Event
		for _, s := range some {
			before := account.Account{Label: s.After.ExternalID} // as one is that nobody said anything about
			if !s.New() {
				before = *s.Before
			}
			events = append(events, lasting.AccountEvents(s.New(), before, s.After, lasting.By{Actor: w.By})...)
		}
		if err := outbox.PutAll(ctx, w.tx, events); err != nil {
			return err
		}
		w.count(some)
	}
	return nil
}
