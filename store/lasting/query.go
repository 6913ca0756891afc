package lasting

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// querier is what *sql.DB and *sql.Tx share.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

type row interface{ Scan(dest ...any) error }

// one returns the only row of a query, or ErrNotFound.
func one[T any](ctx context.Context, q querier, scan func(row) (T, error), query string, args ...any) (T, error) {
	if err := checkText(args); err != nil {
		return *new(T), err
	}
	ctx, cancel := context.WithTimeout(ctx, MaxTransaction)
	defer cancel()
	v, err := scan(q.QueryRowContext(ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return v, ErrNotFound
	}
	return v, failed(err)
}

// all returns the rows of a query.
func all[T any](ctx context.Context, q querier, scan func(row) (T, error), query string, args ...any) ([]T, error) {
	if err := checkText(args); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, MaxTransaction)
	defer cancel()
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, failed(err)
	}
	defer rows.Close()
	var found []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, failed(err)
		}
		found = append(found, v)
	}
	return found, failed(rows.Err())
}

// exec runs a statement and returns how many rows it touched.
func exec(ctx context.Context, q querier, query string, args ...any) (int64, error) {
	if err := checkText(args); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, MaxTransaction)
	defer cancel()
	result, err := q.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, failed(err)
	}
	n, err := result.RowsAffected()
	return n, failed(err)
}

// mustTouch runs a statement that has to touch exactly one row; otherwise it returns none.
func mustTouch(ctx context.Context, q querier, none error, query string, args ...any) error {
	n, err := exec(ctx, q, query, args...)
	if err != nil {
		return replace(err, none)
	}
	if n != 1 {
		return none
	}
	return nil
}

// replace returns other where err is ErrNotFound.
func replace(err, other error) error {
	if errors.Is(err, ErrNotFound) {
		return other
	}
	return err
}

func scanString(r row) (s string, err error) { return s, r.Scan(&s) }
func scanInt(r row) (n int, err error)       { return n, r.Scan(&n) }
func scanBytes(r row) (b []byte, err error)  { return b, r.Scan(&b) }
func scanBool(r row) (b bool, err error)     { return b, r.Scan(&b) }

// placeholders returns "$first, …" for n values.
func placeholders(first, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", first+i)
	}
	return b.String()
}
