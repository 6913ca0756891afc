// Package sealed seals anew what lies sealed in the database, so that a sealing key can be given up. It knows neither tables
// nor what is in them: rooms say which of their columns are sealed, and for what.
package sealed

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/jawort/jawort/store/db"
)

// Column is a column that holds sealed bytes, or nothing.
type Column struct {
	Table, Name string
	Key         []string               // the table's primary key
	Where       string                 // which rows it is sealed in; empty: all
	Purpose     func(key []any) string // for which it is sealed in a row
}

// Always is a purpose that is the same in all rows.
func Always(purpose string) func([]any) string { return func([]any) string { return purpose } }

// Keys seal and open.
type Keys interface {
	Seal(plaintext []byte, purpose string) ([]byte, error)
	Open(sealed []byte, purpose string) ([]byte, error)
	SealPrefix() []byte
}

// Store finds and replaces what other keys sealed than the one that seals now.
type Store struct {
	DB      *db.DB
	Keys    Keys
	Columns []Column
}

const batch = 500

// row is one sealed value.
type row struct {
	key    []any
	sealed []byte
}

// Left counts what the key has sealed whose prefix this is.
func (s *Store) Left(ctx context.Context, prefix []byte) (int64, error) {
	var all int64
	for _, c := range s.Columns {
		n, err := db.One(ctx, s.DB.Reads(), db.ScanInt64, `SELECT COUNT(*) FROM `+c.Table+` WHERE `+c.sealed()+` AND substr(`+c.Name+`, 1, $1) = $2`, len(prefix), prefix)
		if err != nil {
			return all, err
		}
		all += n
	}
	return all, nil
}

// Reseal seals with the key that seals now whatever another one sealed, and tells how many values that were. It may run beside
// everything else, be stopped, and be repeated: a value that changes meanwhile is left to whoever changes it.
func (s *Store) Reseal(ctx context.Context, progress func(table string, done int)) (int, error) {
	all := 0
	for _, c := range s.Columns {
		n, err := s.reseal(ctx, c, func(n int) { progress(c.Table, n) })
		all += n
		if err != nil {
			return all, fmt.Errorf("sealed: %s.%s: %w", c.Table, c.Name, err)
		}
	}
	return all, nil
}

func (s *Store) reseal(ctx context.Context, c Column, progress func(int)) (done int, err error) {
	for {
		rows, err := db.All(ctx, s.DB.Reads(), c.scan, c.query(), len(s.Keys.SealPrefix()), s.Keys.SealPrefix())
		if err != nil || len(rows) == 0 {
			return done, err
		}
		for _, r := range rows {
			if err := s.replace(ctx, c, r); err != nil {
				return done, err
			}
		}
		done += len(rows)
		progress(done)
	}
}

func (s *Store) replace(ctx context.Context, c Column, r row) error {
	purpose := c.Purpose(r.key)
	plain, err := s.Keys.Open(r.sealed, purpose)
	if err != nil {
		return fmt.Errorf("a value cannot be opened; is this the key file of this database? %w", err)
	}
	fresh, err := s.Keys.Seal(plain, purpose)
	clear(plain)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, s.DB.Writes(), c.update(), append([]any{fresh, r.sealed}, r.key...)...)
	return err
}

func (c Column) sealed() string {
	if c.Where == "" {
		return c.Name + ` IS NOT NULL`
	}
	return c.Name + ` IS NOT NULL AND ` + c.Where
}

func (c Column) query() string {
	return fmt.Sprintf(`SELECT %s, %s FROM %s WHERE %s AND substr(%[2]s, 1, $1) <> $2 LIMIT %[5]d`,
		strings.Join(c.Key, ", "), c.Name, c.Table, c.sealed(), batch)
}

func (c Column) update() string {
	var same []string
	for i, k := range c.Key {
		same = append(same, fmt.Sprintf("%s = $%d", k, i+3))
	}
	return fmt.Sprintf(`UPDATE %s SET %s = $1 WHERE %[2]s = $2 AND %s`, c.Table, c.Name, strings.Join(same, " AND "))
}

func (c Column) scan(r db.Row) (row, error) {
	found := row{key: make([]any, len(c.Key))}
	into := make([]any, 0, len(c.Key)+1)
	for i := range found.key {
		into = append(into, &found.key[i])
	}
	err := r.Scan(append(into, &found.sealed)...)
	found.sealed = bytes.Clone(found.sealed)
	return found, err
}
