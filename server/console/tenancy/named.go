package tenancy

import (
	"strings"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/store/lasting"
)

// atOnce are on one page of a list.
const atOnce = 50

// namedBody is a page of a list that is in the order of names.
type namedBody struct {
	pages.Pager
	Query string // how the names begin that somebody looks for; empty: anyhow
}

// named reads the page that is asked for; of tells name and id of one.
func named[T any](v *console.Visit, read func(lasting.Named) ([]T, error), of func(T) (name, id string)) (found []T, b namedBody, err error) {
	b.Query = strings.TrimSpace(v.URL.Query().Get("q"))
	if err := approval.CheckText("q", b.Query); err != nil {
		return nil, b, err
	}
	after, err := pages.ReadCursor(v.URL, 2)
	if err != nil {
		return nil, b, err
	}
	found, err = read(lasting.Named{Begins: b.Query, AfterID: after[0], After: after[1], Limit: atOnce + 1})
	found, b.Pager = pages.Paged(v.URL, found, atOnce, func(one T) string {
		name, id := of(one)
		return pages.Cursor(id, name)
	})
	return found, b, err
}
