// Package sealed seals anew what lies sealed in the database, so that a sealing key can be given up. It knows neither tables
// nor what is in them: rooms say which of their columns are sealed, and for what.
package sealed

import (
	"bytes"
	"context"
	"errors"
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

// ErrForeign says of values that no key of the file opens them: they are damaged, or of another installation.
var ErrForeign = errors.New("sealed: cannot be opened by any key of the file")

// Reseal seals with the key that seals now whatever another one sealed, and tells how many values that were. It may run beside
// everything else, be stopped, and be repeated: a value that changes meanwhile is left to whoever changes it. What cannot be opened is
// left as it is, and told at the end: ErrForeign.
func (s *Store) Reseal(ctx context.Context, progress func(table string, done int)) (int, error) {
	all := 0
	var foreign []error
	for _, c := range s.Columns {
		done, unopened, err := s.reseal(ctx, c, func(n int) { progress(c.Table, n) })
		all += done
		if err != nil {
			return all, fmt.Errorf("sealed: %s.%s: %w", c.Table, c.Name, err)
		}
		if len(unopened) > 0 {
			foreign = append(foreign, fmt.Errorf("%d values of %s.%s, the first at %v: %w", len(unopened), c.Table, c.Name, unopened[0].key, ErrForeign))
		}
	}
	return all, errors.Join(foreign...)
}

func (s *Store) reseal(ctx context.Context, c Column, progress func(int)) (done int, unopened []row, err error) {
	var last []any
	for {
		args := append([]any{s.prefixLength(), s.Keys.SealPrefix()}, last...)
		rows, err := db.All(ctx, s.DB.Reads(), c.scan, c.query(len(last) > 0), args...)
		if err != nil || len(rows) == 0 {
			return done, unopened, err
		}
		for _, r := range rows {
			switch err := s.replace(ctx, c, r); {
			case errors.Is(err, ErrForeign):
				unopened = append(unopened, r)
			case err != nil:
				return done, unopened, err
			default:
				done++
			}
		}
		last = rows[len(rows)-1].key
		progress(done)
	}
}

func (s *Store) replace(ctx context.Context, c Column, r row) error {
	purpose := c.Purpose(r.key)
	plain, err := s.Keys.Open(r.sealed, purpose)
	if err != nil {
		return errors.Join(ErrForeign, err)
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

func (c Column) query(onwards bool) string {
	key := strings.Join(c.Key, ", ")
	where := c.sealed() + ` AND substr(` + c.Name + `, 1, $1) <> $2`
	if onwards {
		where += ` AND (` + key + `) > (` + db.Placeholders(3, len(c.Key)) + `)`
	}
	return fmt.Sprintf(`SELECT %s, %s FROM %s WHERE %s ORDER BY %[1]s LIMIT %[5]d`, key, c.Name, c.Table, where, batch)
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
