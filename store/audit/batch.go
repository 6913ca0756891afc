package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strings"

	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/store/db"
)

// errMoved cannot happen while everybody appends under the lease. Should somebody not, two chains never become one.
var errMoved = errors.New("audit: a chain was appended to by somebody without the lease")

// batch is what one transaction appends.
type batch struct {
	random            io.Reader
	before, now       map[string]domain.Chain // by tenant
	entries, personal [][]any
}

func (b *batch) add(tenant string, f domain.Fact) error {
	chain, ok := b.now[tenant]
	if !ok {
		if chain, ok = b.before[tenant]; !ok {
			chain = domain.NewChain(tenant)
		}
	}
	e, beside, err := chain.Append(f, b.random)
	if err != nil {
		return err
	}
	row, err := entryRow(e)
	if err != nil {
		return err
	}
	b.now[tenant] = chain
	b.entries, b.personal = append(b.entries, row), append(b.personal, personalRows(e, beside)...)
	return nil
}

func (b *batch) write(ctx context.Context, tx *sql.Tx) error {
	if err := insert(ctx, tx, "audit_entries ("+entryColumns+")", b.entries); err != nil {
		return err
	}
	if err := insert(ctx, tx, "audit_personal ("+personalColumns+")", b.personal); err != nil {
		return err
	}
	for tenant, chain := range b.now {
		if err := advance(ctx, tx, b.before[tenant].Sequence, chain); err != nil {
			return err
		}
	}
	return nil
}

// advance moves the end of a chain from where it was read.
func advance(ctx context.Context, tx *sql.Tx, from int64, to domain.Chain) error {
	return db.MustTouch(ctx, tx, errMoved, `
		INSERT INTO audit_chains (tenant, sequence, hash) VALUES ($1, $3, $4)
		ON CONFLICT (tenant) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash WHERE audit_chains.sequence = $2`,
		to.Tenant, from, to.Sequence, to.Hash[:])
}

// insertAtOnce bounds the rows of one statement: the time that the driver of SQLite takes grows with the square of them.
const insertAtOnce = 8

// insert writes rows in statements of 8, 4, 2, 1 of them, so that there are few to prepare.
func insert(ctx context.Context, tx *sql.Tx, into string, rows [][]any) error {
	for len(rows) > 0 {
		n := min(insertAtOnce, 1<<(bits.Len(uint(len(rows)))-1))
		var values strings.Builder
		var args []any
		for i, row := range rows[:n] {
			if i > 0 {
				values.WriteString(", ")
			}
			fmt.Fprintf(&values, "(%s)", db.Placeholders(len(args)+1, len(row)))
			args = append(args, row...)
		}
		if _, err := db.Exec(ctx, tx, `INSERT INTO `+into+` VALUES `+values.String(), args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}
