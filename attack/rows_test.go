package attack_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jawort/jawort/store/db"
)

// rows are all rows of the database, as text, by table.
func (h *house) rows() map[string][]string {
	h.Helper()
	ctx, q := h.Context(), h.process.Lasting().Reads()
	tables, err := db.All(ctx, q, db.ScanString, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'goose_db_version' ORDER BY name`)
	h.must(err)
	all := map[string][]string{}
	for _, table := range tables {
		list, err := q.QueryContext(ctx, `SELECT * FROM `+table)
		h.must(err)
		columns, err := list.Columns()
		h.must(err)
		for list.Next() {
			values, at := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				at[i] = &values[i]
			}
			h.must(list.Scan(at...))
			row := ""
			for i, column := range columns {
				if table == "api_keys" && column == "used_at" {
					continue // noted a little later than the use
				}
				if b, is := values[i].([]byte); is {
					values[i] = string(b)
				}
				row += fmt.Sprintf("%s=%q ", column, fmt.Sprint(values[i]))
			}
			all[table] = append(all[table], row)
		}
		h.must(list.Err())
		h.must(list.Close())
	}
	return all
}

// owned is what tells a tenant's rows: the ids of the tenant, and of all that names one of them.
func owned(all map[string][]string, tenant string) map[string]bool {
	ids := map[string]bool{tenant: true}
	for grown := true; grown; {
		grown = false
		for table, rows := range all {
			for _, row := range rows {
				first, _, _ := strings.Cut(row, " ")
				name, quoted, _ := strings.Cut(first, "=")
				one := strings.Trim(quoted, `"`)
				if name == "id" && len(one) > 20 && !ids[one] && table != "receipt_keys" && belongs(row, ids) {
					ids[one], grown = true, true
				}
			}
		}
		for _, row := range all["devices"] { // an installation has no account of its own
			if _, rest, found := strings.Cut(row, `installation="`); found && belongs(row, ids) {
				one, _, _ := strings.Cut(rest, `"`)
				if !ids[one] {
					ids[one], grown = true, true
				}
			}
		}
	}
	return ids
}

func belongs(row string, ids map[string]bool) bool {
	for rest := row; ; {
		_, value, found := strings.Cut(rest, `="`)
		if !found {
			return false
		}
		one, after, _ := strings.Cut(value, `" `)
		if ids[one] {
			return true
		}
		rest = after
	}
}

// estate is all that is kept of somebody: rows, and keys of Redis with what they hold.
func (h *house) estate(ids map[string]bool) []string {
	h.Helper()
	var kept []string
	for table, rows := range h.rows() {
		for _, row := range rows {
			if belongs(row, ids) {
				kept = append(kept, table+": "+row)
			}
		}
	}
	redis := h.redis.Client()
	defer redis.Close()
	names, err := redis.Keys(h.Context(), "*").Result()
	h.must(err)
	for _, name := range names {
		if slices.ContainsFunc(strings.Split(name, ":"), func(part string) bool { return ids[part] }) {
			content, err := redis.Dump(h.Context(), name).Result()
			h.must(err)
			kept = append(kept, "redis: "+name+" "+fmt.Sprintf("%q", content))
		}
	}
	slices.Sort(kept)
	return kept
}

// compare names what is gone and what is new.
func (h *house) compare(before, after []string) {
	h.Helper()
	for _, row := range before {
		if !slices.Contains(after, row) {
			h.Errorf("gone or changed: %s", row)
		}
	}
	for _, row := range after {
		if !slices.Contains(before, row) {
			h.Errorf("new or changed: %s", row)
		}
	}
}
