package lasting

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
)

// AccountFilter picks accounts. All that is given must hold.
type AccountFilter struct {
	Prefix      string // of the external id
	Query       string // a prefix of external id or label, whatever the case
	Contains    string // a part of external id or label, whatever the case; for the few whom one manages
	Group       string // by name
	Manager     string // by external id
	ManagedBy   string // by the id of the manager
	Has, Lacks  []Facet
	Application string // by id or name; what Used and Idle are about
	Used        *Used
	Idle        time.Time // not used since, or never: the application, or any where none is given
	SMS         *bool     // the account's switch
	Interval    *int      // days; DefaultInterval: the group's
	After       string    // the external id that was seen last; empty: from the beginning
	Limit       int       // 0: defaultPage
}

// DefaultInterval picks the accounts that have chosen none.
const DefaultInterval = -1

const defaultPage = 100

// Used says when an application was last used: at or after a moment, before it, or never.
type Used struct {
	Since, Before time.Time // one of them; both zero: never
}

func (u *Used) never() bool { return u != nil && u.Since.IsZero() && u.Before.IsZero() }

// Facet is something that an account has or lacks.
type Facet string

// facets are what accounts can be filtered by, as conditions on an account a and its facets f.
var facets = map[Facet]struct{ has, lacks string }{
	"phone":      {`a.phone <> ''`, `a.phone = ''`},
	"email":      {`a.email <> ''`, `a.email = ''`},
	"device":     {`f.devices > 0`, `f.devices = 0`},
	"push":       {`f.push`, `NOT f.push`},
	"passkey":    {`f.passkey`, `NOT f.passkey`},
	"totp":       {`f.totp`, `NOT f.totp`},
	"sms":        {`f.sms`, `NOT f.sms`},
	"email_code": {`f.email_code`, `NOT f.email_code`},
	"recovery":   {`f.recovery`, `NOT f.recovery`},
	"any":        {`f.enrolled`, `NOT f.enrolled`},
}

// Facets lists what can be filtered by.
func Facets() []Facet { return slices.Sorted(maps.Keys(facets)) }

// conditions are a query that grows.
type conditions struct {
	query string
	args  []any
	where []string
}

// add adds a condition, in which each %s stands for one of the values.
func (c *conditions) add(condition string, values ...any) {
	places := make([]any, len(values))
	for i, v := range values {
		c.args = append(c.args, v)
		places[i] = fmt.Sprintf("$%d", len(c.args))
	}
	c.where = append(c.where, fmt.Sprintf(condition, places...))
}

// page returns the query for the ids of one page. Each condition on what follows from other tables is one on the row of
// facets, whose indexes are in the order of the page.
func (s *Store) page(ctx context.Context, tenant string, f AccountFilter) (conditions, error) {
	var c conditions
	c.add(`a.tenant = %s AND a.deleted_at = 0`, tenant)
	from, key := `accounts a`, `a.external_id`
	if slices.ContainsFunc(slices.Concat(f.Has, f.Lacks), ofOtherTables) || f.Used.never() {
		from, key = `account_facets f JOIN accounts a ON a.id = f.account`, `f.external_id`
		c.add(`f.tenant = %s`, tenant)
	}
	if f.ManagedBy != "" { // then the order is that of the manager's index
		key = `a.external_id`
		c.add(`a.manager = %s`, f.ManagedBy)
	}
	c.addRange(key, f.Prefix)
	if f.After != "" {
		c.add(key+` > %s`, f.After)
	}
	if err := c.addFacets(f); err != nil {
		return c, err
	}
	if err := s.addBelonging(ctx, &c, tenant, f); err != nil {
		return c, err
	}
	c.addChoices(f)
	limit := f.Limit
	if limit <= 0 {
		limit = defaultPage
	}
	c.query = `SELECT a.id FROM ` + from + ` WHERE ` + strings.Join(c.where, ` AND `) + ` ORDER BY ` + key + db.Limit(limit)
	return c, nil
}

func ofOtherTables(f Facet) bool { return strings.Contains(facets[f].has, "f.") }

// behindAll is behind every text that begins with what stands before it.
const behindAll = "\U0010FFFF"

// addRange wants a column to begin with a prefix, by the order of its bytes.
func (c *conditions) addRange(column, prefix string) {
	if prefix != "" {
		c.add(column+` >= %s AND `+column+` <= %s`, prefix, prefix+behindAll)
	}
}

func (c *conditions) addFacets(f AccountFilter) error {
	for _, has := range f.Has {
		known, ok := facets[has]
		if !ok {
			return refusal.Field("has", "must be some of "+facetNames())
		}
		c.add(known.has)
	}
	for _, lacks := range f.Lacks {
		known, ok := facets[lacks]
		if !ok {
			return refusal.Field("lacks", "must be some of "+facetNames())
		}
		c.add(known.lacks)
	}
	return nil
}

func facetNames() string {
	names := make([]string, 0, len(facets))
	for _, f := range Facets() {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}

func (c *conditions) addChoices(f AccountFilter) {
	if f.Query != "" {
		q := Sought(f.Query)
		c.add(`(a.sought_id >= %s AND a.sought_id <= %s OR a.sought_label >= %s AND a.sought_label <= %s)`, q, q+behindAll, q, q+behindAll)
	}
	if f.Contains != "" {
		part := `%` + wildcards.Replace(Sought(f.Contains)) + `%`
		c.add(`(a.sought_id LIKE %s ESCAPE '\' OR a.sought_label LIKE %s ESCAPE '\')`, part, part)
	}
	switch {
	case f.SMS != nil && *f.SMS:
		c.add(`a.sms_on`)
	case f.SMS != nil:
		c.add(`NOT a.sms_on`)
	}
	switch {
	case f.Interval != nil && *f.Interval == DefaultInterval:
		c.add(`a.interval_days IS NULL`)
	case f.Interval != nil:
		c.add(`a.interval_days = %s`, *f.Interval)
	}
}

// wildcards make a text one that LIKE takes literally.
var wildcards = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// addBelonging looks up what is called by name; what another tenant has is as unknown as none.
func (s *Store) addBelonging(ctx context.Context, c *conditions, tenant string, f AccountFilter) error {
	if f.Group != "" {
		g, err := groupByName(ctx, s.Reads(), tenant, f.Group)
		if err != nil {
			return err
		}
		c.add(`a.group_id = %s`, g.ID)
	}
	if f.Manager != "" {
		m, err := s.Account(ctx, tenant, f.Manager)
		if errors.Is(err, account.ErrUnknownAccount) {
			err = refusal.Field("manager", "is not the login number of an account of this tenant")
		}
		if err != nil {
			return err
		}
		c.add(`a.manager = %s`, m.ID)
	}
	if f.Application == "" {
		c.addIdle(f.Idle, "")
		return nil
	}
	application, err := db.One(ctx, s.Reads(), db.ScanString,
		`SELECT id FROM applications WHERE tenant = $1 AND (id = $2 OR name = $2) ORDER BY revoked_at, id LIMIT 1`, tenant, f.Application)
	if err != nil {
		return db.Replace(err, refusal.Field("application", "is neither id nor name of an application of this tenant"))
	}
	if f.Used != nil {
		c.addUsed(application, *f.Used)
	}
	c.addIdle(f.Idle, application)
	return nil
}

func (c *conditions) addIdle(since time.Time, application string) {
	switch {
	case since.IsZero():
	case application == "":
		c.add(`NOT EXISTS (SELECT 1 FROM account_uses u WHERE u.account = a.id AND u.used_at >= %s)`, db.Micros(since))
	default:
		c.add(`NOT EXISTS (SELECT 1 FROM account_uses u WHERE u.account = a.id AND u.application = %s AND u.used_at >= %s)`, application, db.Micros(since))
	}
}

// addUsed stands the id of the application in the query itself, where the planner sees how many have it: it is one that
// the database just gave.
func (c *conditions) addUsed(application string, used Used) {
	const use = `EXISTS (SELECT 1 FROM account_uses u WHERE u.account = a.id AND u.application = %s`
	switch {
	case !used.Since.IsZero():
		c.add(use+` AND u.used_at >= %s)`, application, db.Micros(used.Since))
	case !used.Before.IsZero():
		c.add(use+` AND u.used_at < %s)`, application, db.Micros(used.Before))
	default:
		c.where = append(c.where, `f.used NOT LIKE '%`+application+`%'`)
	}
}
