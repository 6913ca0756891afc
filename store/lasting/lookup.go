package lasting

import (
	"context"
	"errors"
	"strings"

	"github.com/jawort/jawort/store/db"
)

// LookUp returns a page of the accounts whose external id or label begins so, whatever the case, after one of them by its external id: first those whose external
// id does, in its order, then the others in that of their labels. Each order is that of an index, so that a page costs the same however many begin so.
func (s *Store) LookUp(ctx context.Context, tenant, begins, after string, limit int) (found []Entry, err error) {
	l := lookUp{s, tenant, Sought(begins), limit}
	id, label := l.begins, l.begins
	if after != "" {
		if id, label, err = l.place(ctx, after); err != nil {
			return nil, err
		}
	}
	if strings.HasPrefix(id, l.begins) {
		if found, err = l.some(ctx, `sought_id`, id, after, `TRUE`); err != nil || len(found) == limit {
			return found, err
		}
		label = "" // they come from the first on
	}
	if !strings.HasPrefix(label, l.begins) { // as also where the last of the page before is called otherwise by now, or is gone
		label, after = l.begins, ""
	}
	l.limit -= len(found)
	more, err := l.some(ctx, `sought_label`, label, after, `NOT (a.sought_id >= $5 AND a.sought_id <= $2)`, l.begins)
	return append(found, more...), err
}

type lookUp struct {
	*Store
	tenant, begins string
	limit          int
}

// place is where an account stands in either order.
func (l lookUp) place(ctx context.Context, externalID string) (id, label string, err error) {
	_, err = db.One(ctx, l.Reads(), func(r db.Row) (int, error) { return 0, r.Scan(&id, &label) },
		`SELECT sought_id, sought_label FROM accounts WHERE tenant = $1 AND external_id = $2 AND deleted_at = 0`, l.tenant, externalID)
	if errors.Is(err, db.ErrNotFound) {
		return Sought(externalID), "", nil
	}
	return id, label, err
}

// some returns those of which a column begins so, in its order, after a place. An index is read from that place on: a second bound of its beginning would be one
// too many, as Postgres may start there.
func (l lookUp) some(ctx context.Context, column, place, after, which string, more ...any) ([]Entry, error) {
	return db.All(ctx, l.Reads(), scanEntry, `
		WITH page AS (
			SELECT a.id FROM accounts a WHERE a.tenant = $1 AND a.deleted_at = 0 AND a.`+column+` <= $2 AND (a.`+column+`, a.external_id) > ($3, $4)
			AND `+which+` ORDER BY a.`+column+`, a.external_id`+db.Limit(l.limit)+`)
		SELECT `+entryColumns+entryTables+` ORDER BY a.`+column+`, a.external_id`,
		append([]any{l.tenant, l.begins + behindAll, place, after}, more...)...)
}
