package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// Querier is what *sql.DB and *sql.Tx share.
type Querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Row is what a scan function reads: one row of an answer.
type Row interface{ Scan(dest ...any) error }

// One returns the only row of a query, or ErrNotFound.
func One[T any](ctx context.Context, q Querier, scan func(Row) (T, error), query string, args ...any) (T, error) {
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

// All returns the rows of a query.
func All[T any](ctx context.Context, q Querier, scan func(Row) (T, error), query string, args ...any) ([]T, error) {
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

// Exec runs a statement and returns how many rows it touched.
func Exec(ctx context.Context, q Querier, query string, args ...any) (int64, error) {
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

// MustTouch runs a statement that has to touch exactly one row; otherwise it returns none.
func MustTouch(ctx context.Context, q Querier, none error, query string, args ...any) error {
	n, err := Exec(ctx, q, query, args...)
	if err != nil {
		return Replace(err, none)
	}
	if n != 1 {
		return none
	}
	return nil
}

// Replace returns other where err is ErrNotFound.
func Replace(err, other error) error {
	if errors.Is(err, ErrNotFound) {
		return other
	}
	return err
}

// ScanString scans a text.
func ScanString(r Row) (s string, err error) { return s, r.Scan(&s) }

// ScanInt scans a number.
func ScanInt(r Row) (n int, err error) { return n, r.Scan(&n) }

// ScanInt64 scans a number of 64 bits, such as a kept time.
func ScanInt64(r Row) (n int64, err error) { return n, r.Scan(&n) }

// ScanBytes scans a byte string; nil where it is NULL.
func ScanBytes(r Row) (b []byte, err error) { return b, r.Scan(&b) }

// ScanBool scans a truth value.
func ScanBool(r Row) (b bool, err error) { return b, r.Scan(&b) }

// In returns what stands between the parentheses of IN, from $first on, and its values. It fills up to a power of two with the last value, so
// that the database meets a dozen statements and not one for each number of values: each that is new is parsed and planned.
// Without values it is NULL, in which nothing is.
func In[T any](first int, values []T) (placeholders string, args []any) {
	if len(values) == 0 {
		return "NULL", nil
	}
	n := 1
	for n < len(values) {
		n *= 2
	}
	args = make([]any, n)
	for i := range args {
		args[i] = values[min(i, len(values)-1)]
	}
	return Placeholders(first, n), args
}

// ForUpdate ends a query that takes the rows it finds for its transaction, in its order. SQLite has one writer, who has all rows.
func (d *DB) ForUpdate() string { return d.forUpdate }

// ForUpdateOfFree is ForUpdate that passes over rows which somebody else has.
func (d *DB) ForUpdateOfFree() string {
	if d.forUpdate == "" {
		return ""
	}
	return d.forUpdate + ` SKIP LOCKED`
}

// Limit ends a query that returns at most so many rows. The number stands in the query itself: where Postgres plans for any number, it expects a tenth of all,
// and reads whole tables for what is beside a page.
func Limit(rows int) string { return fmt.Sprintf(" LIMIT %d", rows) }

// Placeholders returns "$first, …" for n values.
func Placeholders(first, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", first+i)
	}
	return b.String()
}
