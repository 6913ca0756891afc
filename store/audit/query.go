package audit

import (
	"context"
	"fmt"
	"strings"
	"time"

	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/store/db"
)

// Record is an entry with what lies beside it.
type Record struct {
	Entry    domain.Entry
	Personal domain.Personal
}

// Filter says which entries to read, and in what order. What is empty does not filter.
type Filter struct {
	Account, Kind, Subject string
	Actor                  string    // as entries name it: operator:opr_…
	Since, Until           time.Time // of when it happened; Until is not included
	After                  int64     // sequence of the last entry of the page before; 0: the first page
	OldestFirst            bool
	Limit                  int
}

// Records returns a page of the tenant's log.
func (s *Store) Records(ctx context.Context, tenant string, f Filter) ([]Record, error) {
	where, args := f.conditions(tenant)
	order := "DESC"
	if f.OldestFirst {
		order = "ASC"
	}
	args = append(args, f.Limit)
	entries, err := db.All(ctx, s.Reads(), scanEntry, fmt.Sprintf(`SELECT %s FROM audit_entries WHERE %s ORDER BY sequence %s LIMIT $%d`,
		entryColumns, where, order, len(args)), args...)
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	return s.beside(ctx, tenant, entries)
}

// operatorActor begins what entries call an operator. Only these have an index: they are few, and looked for.
const operatorActor = "operator:"

func (f Filter) conditions(tenant string) (where string, args []any) {
	var all []string
	add := func(condition string, value any) {
		args = append(args, value)
		all = append(all, fmt.Sprintf(condition, len(args)))
	}
	add("tenant = $%d", tenant)
	for column, value := range map[string]string{"account": f.Account, "kind": f.Kind, "subject": f.Subject, "actor": f.Actor} {
		if value != "" {
			add(column+" = $%d", value)
		}
	}
	if strings.HasPrefix(f.Actor, operatorActor) {
		all = append(all, "substr(actor, 1, 9) = 'operator:'") // as its index says it
	}
	if !f.Since.IsZero() {
		add("at >= $%d", db.Micros(f.Since))
	}
	if !f.Until.IsZero() {
		add("at < $%d", db.Micros(f.Until))
	}
	switch {
	case f.After > 0 && f.OldestFirst:
		add("sequence > $%d", f.After)
	case f.After > 0:
		add("sequence < $%d", f.After)
	}
	return strings.Join(all, " AND "), args
}

// piece is one piece of personal data.
type piece struct {
	sequence int64
	name     string
	opening  domain.Opening
}

// besideAtOnce bounds the entries whose personal data is read in one statement.
const besideAtOnce = 500

// beside adds to the entries what lies beside them.
func (s *Store) beside(ctx context.Context, tenant string, entries []domain.Entry) ([]Record, error) {
	records := make([]Record, len(entries))
	index := make(map[int64]int, len(entries))
	for i, e := range entries {
		records[i].Entry, index[e.Sequence] = e, i
	}
	for begin := 0; begin < len(entries); begin += besideAtOnce {
		args := []any{tenant}
		for _, e := range entries[begin:min(begin+besideAtOnce, len(entries))] {
			args = append(args, e.Sequence)
		}
		pieces, err := db.All(ctx, s.Reads(), scanPiece, `SELECT sequence, name, value, key FROM audit_personal
			WHERE tenant = $1 AND sequence IN (`+db.Placeholders(2, len(args)-1)+`)`, args...)
		if err != nil {
			return nil, err
		}
		for _, p := range pieces {
			records[index[p.sequence]].put(p)
		}
	}
	return records, nil
}

func scanPiece(r db.Row) (p piece, err error) {
	return p, r.Scan(&p.sequence, &p.name, &p.opening.Value, (*digest)(&p.opening.Key))
}

func (r *Record) put(p piece) {
	if r.Personal == nil {
		r.Personal = domain.Personal{}
	}
	r.Personal[p.name] = p.opening
}
