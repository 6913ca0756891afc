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
	var id, label string
	if after != "" {
		if id, label, err = l.place(ctx, after); err != nil {
			return nil, err
		}
	}
	inLabels := after != "" && !strings.HasPrefix(id, l.begins)
	if !inLabels {
		if found, err = l.some(ctx, `sought_id`, id, after, `TRUE`); err != nil || len(found) == limit {
			return found, err
		}
		label, after = "", ""
	}
	l.limit -= len(found)
	more, err := l.some(ctx, `sought_label`, label, after, `NOT (a.sought_id >= $2 AND a.sought_id <= $3)`)
	return append(found, more...), err
}

type lookUp struct {
	*Store
	tenant, begins string
	limit          int
}

// place is where an account stands in either order. One that is gone meanwhile stands before all labels, so that nobody is left out.
func (l lookUp) place(ctx context.Context, externalID string) (id, label string, err error) {
	_, err = db.One(ctx, l.Reads(), func(r db.Row) (int, error) { return 0, r.Scan(&id, &label) },
		`SELECT sought_id, sought_label FROM accounts WHERE tenant = $1 AND external_id = $2 AND deleted_at = 0`, l.tenant, externalID)
	if errors.Is(err, db.ErrNotFound) {
		return Sought(externalID), "", nil
	}
	return id, label, err
}

// some returns those of which a column begins so, in its order.
func (l lookUp) some(ctx context.Context, column, place, after, which string) ([]Entry, error) {
	return db.All(ctx, l.Reads(), scanEntry, `
		WITH page AS (
			SELECT a.id FROM accounts a WHERE a.tenant = $1 AND a.deleted_at = 0 AND a.`+column+` >= $2 AND a.`+column+` <= $3
			AND (a.`+column+`, a.external_id) > ($4, $5) AND `+which+` ORDER BY a.`+column+`, a.external_id`+db.Limit(l.limit)+`)
		SELECT `+entryColumns+entryTables+` ORDER BY a.`+column+`, a.external_id`,
		l.tenant, l.begins, l.begins+behindAll, place, after)
}
