package sealed

import (
	"context"
	"fmt"
	"strings"

	"github.com/jawort/jawort/store/db"
)

// Check is what the keys open of what is sealed.
type Check struct {
	Opened  int64 `json:"opened"`
	Foreign int64 `json:"foreign"` // sealed by a key that is not among them
}

// prefixLength is how many bytes say which key has sealed a value.
func (s *Store) prefixLength() int { return len(s.Keys.SealPrefix()) }

// Check opens one value of every key in every column, and counts the others by it.
func (s *Store) Check(ctx context.Context) (Check, error) {
	var all Check
	for _, c := range s.Columns {
		if err := s.check(ctx, c, &all); err != nil {
			return all, fmt.Errorf("sealed: %s.%s: %w", c.Table, c.Name, err)
		}
	}
	return all, nil
}

// kept is how many values of a column one key has sealed.
type kept struct {
	prefix []byte
	number int64
}

func (s *Store) check(ctx context.Context, c Column, all *Check) error {
	prefixes, err := db.All(ctx, s.DB.Reads(), func(r db.Row) (k kept, err error) { return k, r.Scan(&k.prefix, &k.number) },
		`SELECT substr(`+c.Name+`, 1, $1) AS prefix, COUNT(*) FROM `+c.Table+` WHERE `+c.sealed()+` GROUP BY prefix`, s.prefixLength())
	if err != nil {
		return err
	}
	for _, p := range prefixes {
		sample, err := db.One(ctx, s.DB.Reads(), c.scan, c.sample(), s.prefixLength(), p.prefix)
		if err != nil {
			return err
		}
		plain, err := s.Keys.Open(sample.sealed, c.Purpose(sample.key))
		clear(plain)
		if err != nil {
			all.Foreign += p.number
		} else {
			all.Opened += p.number
		}
	}
	return nil
}

func (c Column) sample() string {
	return fmt.Sprintf(`SELECT %s, %s FROM %s WHERE %s AND substr(%[2]s, 1, $1) = $2 LIMIT 1`, strings.Join(c.Key, ", "), c.Name, c.Table, c.sealed())
}
